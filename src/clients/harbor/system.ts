import type { z } from "zod";
import { MoorlineError } from "../../model/errors.ts";
import { parseAnswer, type HarborConnection } from "./connection.ts";
import * as schemas from "./schemas.ts";
import { isSupportedHarbor, oldestSupported, parseHarborVersion, type HarborVersion } from "./versions.ts";

/** Who the credential is, as Harbor sees it. */
export type Identity =
  | { readonly kind: "anonymous" }
  | { readonly kind: "robot"; readonly username: string }
  | {
      readonly kind: "user";
      readonly username: string;
      readonly id: number;
      readonly systemAdministrator: boolean;
    };

export interface SystemApi {
  /** @throws HARBOR_NOT_HARBOR when something else answers. Proves no more than that the core serves HTTP. */
  ping(signal?: AbortSignal): Promise<void>;
  /** Needs no login; the status is in the body, the HTTP status is 200 either way. */
  health(signal?: AbortSignal): Promise<schemas.Health>;
  systemInfo(signal?: AbortSignal): Promise<schemas.SystemInfo>;
  /** @throws HARBOR_TOO_OLD, HARBOR_VERSION_UNKNOWN */
  version(signal?: AbortSignal): Promise<HarborVersion>;
  /** Who the credential is; anonymous without one. @throws HARBOR_CREDENTIAL_REFUSED */
  currentUser(signal?: AbortSignal): Promise<Identity>;
  /** Totals are filled for system administrators only. */
  statistics(signal?: AbortSignal): Promise<schemas.Statistics>;
  /** Bytes as seen inside the core's container: right for docker-compose, meaningless on Kubernetes. */
  volumes(signal?: AbortSignal): Promise<schemas.Volumes>;
  /** The CA that Harbor offers for download, as PEM; undefined where it offers none. */
  downloadableCa(signal?: AbortSignal): Promise<string | undefined>;
}

export function systemApi(connection: HarborConnection): SystemApi {
  const get = <T extends z.ZodType>(path: string, schema: T, signal?: AbortSignal) =>
    connection.read({ method: "GET", path, signal }, schema);
  return {
    ping: (signal) => ping(connection, signal),
    health: (signal) =>
      connection.read({ method: "GET", path: "/health", anonymous: true, signal }, schemas.health),
    systemInfo: (signal) => get("/systeminfo", schemas.systemInfo, signal),
    version: async (signal) =>
      supportedVersion(await get("/systeminfo", schemas.systemInfo, signal), connection.url),
    currentUser: (signal) => currentUser(connection, signal),
    statistics: (signal) => get("/statistics", schemas.statistics, signal),
    volumes: (signal) => get("/systeminfo/volumes", schemas.volumes, signal),
    downloadableCa: async (signal) => {
      const answer = await connection.send({
        method: "GET",
        path: "/systeminfo/getcert",
        anonymous: true,
        signal,
        expected: [404],
      });
      return answer.status === 404 ? undefined : answer.text();
    },
  };
}

async function ping(connection: HarborConnection, signal: AbortSignal | undefined): Promise<void> {
  const answer = await connection.send({ method: "GET", path: "/ping", anonymous: true, signal });
  if (/^"?Pong"?$/.test(answer.text().trim())) return;
  const reason = "its ping does not say Pong";
  throw new MoorlineError("HARBOR_NOT_HARBOR", { subject: answer.subject, parameters: { reason } });
}

function supportedVersion(info: schemas.SystemInfo, subject: string): HarborVersion {
  const text = info.harbor_version;
  const version = text === undefined ? undefined : parseHarborVersion(text);
  if (version === undefined) {
    const reason = text === undefined ? "its systeminfo holds none" : `"${text}"`;
    throw new MoorlineError("HARBOR_VERSION_UNKNOWN", { subject, parameters: { reason } });
  }
  if (isSupportedHarbor(version)) return version;
  const parameters = { version: version.text, minimum: oldestSupported.join(".") };
  throw new MoorlineError("HARBOR_TOO_OLD", { subject, parameters });
}

/** A robot is told by 412: it has no user behind it (facts/harbor.md §1.5). */
async function currentUser(connection: HarborConnection, signal: AbortSignal | undefined): Promise<Identity> {
  const { credential } = connection;
  if (credential === undefined) return { kind: "anonymous" };
  const answer = await connection.send({ method: "GET", path: "/users/current", signal, expected: [412] });
  if (answer.status === 412) return { kind: "robot", username: credential.username };
  const { username, user_id: id, sysadmin_flag, admin_role_in_auth } = parseAnswer(answer, schemas.user);
  return { kind: "user", username, id, systemAdministrator: sysadmin_flag || admin_role_in_auth };
}

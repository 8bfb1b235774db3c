import { isIP } from "node:net";
import { join } from "node:path/posix";
import { harborPaths, servedPaths, type HarborCompose } from "../../../../clients/harbor-compose/client.ts";
import {
  differingSettings,
  editHarborYml,
  type HarborEdit,
} from "../../../../clients/harbor-compose/edit.ts";
import {
  namesOfHarbor,
  readSettings,
  type HarborSettings,
} from "../../../../clients/harbor-compose/settings.ts";
import type { Host } from "../../../../clients/host/host.ts";
import type { World } from "../../../world.ts";
import type { CertificateDocument } from "../../gathered.ts";
import type { ComposeDelivery } from "./schema.ts";

/** Where a client connects, and the name that it expects. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly serverName: string;
}

/** How a Harbor's folder is to be. */
export interface WantedCompose {
  /** The text of harbor.yml; the same as now where nothing is to be edited. */
  readonly harborYml: string;
  readonly edits: readonly string[];
  /** As that text has it. */
  readonly settings: HarborSettings & { readonly https: NonNullable<HarborSettings["https"]> };
  readonly names: readonly string[];
  readonly target: Target;
}

/** The machine of a delivery. */
export async function hostOf(
  { on }: ComposeDelivery,
  document: CertificateDocument,
  world: World,
): Promise<Host> {
  return on === undefined ? world.host : world.openHost(on, document.source.directory);
}

/** @throws HARBOR_YML_NOT_EDITABLE */
export function wantedCompose(delivery: ComposeDelivery, compose: HarborCompose): WantedCompose {
  const { settings, directory } = compose;
  const subject = harborPaths(directory).harborYml;
  const text = compose.harborYml.bytes.toString("utf8");
  const { https, dataVolume } = settings;
  const edit: HarborEdit = {
    ...(delivery.hostname !== undefined && { hostname: delivery.hostname }),
    ...(delivery.externalUrl !== undefined && { externalUrl: delivery.externalUrl }),
    https: {
      ...(delivery.httpsPort !== undefined && { port: delivery.httpsPort }),
      certificate:
        delivery.certificate ?? usable(https?.certificate, dataVolume) ?? join(dataVolume, "cert/server.crt"),
      privateKey:
        delivery.privateKey ?? usable(https?.privateKey, dataVolume) ?? join(dataVolume, "cert/server.key"),
    },
  };
  const edits = differingSettings(text, edit, subject);
  const harborYml = edits.length === 0 ? text : editHarborYml(text, edit, subject);
  const after = readSettings(harborYml, subject);
  const full = { ...after, https: after.https ?? { port: 443, certificate: "", privateKey: "" } };
  return {
    harborYml,
    edits,
    settings: full,
    names: namesOfHarbor(full),
    target: targetOf(full, full.https.port, delivery),
  };
}

/** Not the template's placeholder, and not a file that `prepare` deletes before it would copy it. */
function usable(path: string | undefined, dataVolume: string): string | undefined {
  if (path === undefined || !path.startsWith("/") || path.startsWith("/your/")) return undefined;
  return path.startsWith(`${servedPaths(dataVolume).directory}/`) ? undefined : path;
}

/** Where Harbor is looked at. */
export function targetOf(
  { hostname }: Pick<HarborSettings, "hostname">,
  port: number,
  { connectTo }: Pick<ComposeDelivery, "connectTo">,
): Target {
  if (connectTo === undefined) return { host: hostname, port, serverName: hostname };
  const match = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(connectTo);
  return {
    host: match?.[1] ?? match?.[2] ?? connectTo,
    port: match?.[3] === undefined ? port : Number(match[3]),
    serverName: hostname,
  };
}

/** A name as the checks of certificates take it. */
export const asName = (name: string): { hostname: string } | { ipAddress: string } =>
  isIP(name) === 0 ? { hostname: name } : { ipAddress: name };

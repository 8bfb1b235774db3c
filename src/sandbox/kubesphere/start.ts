import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { MoorlineError } from "../../model/errors.ts";
import type { Sensitive } from "../../model/sensitive.ts";
import type { User } from "../kubernetes/auth/principals.ts";
import { versionInfo } from "../kubernetes/discovery/discovery.ts";
import { sendError } from "../kubernetes/http/answer.ts";
import type { JsonObject } from "../kubernetes/json.ts";
import { badRequest } from "../kubernetes/status.ts";
import type { SandboxKubernetes } from "../kubernetes/start.ts";
import { Accounts, type AccountOptions } from "./accounts.ts";
import type { KubeSphereContext } from "./asked.ts";
import { routeKubeSphere } from "./route.ts";
import { seedKubeSphere, type WorkspaceSeed } from "./seeds.ts";
import { traitsOf, type KubeSphereVersion } from "./versions.ts";

export interface KubeSphereOptions {
  /** The cluster that it runs in: its objects are seeded there, and /api and /apis lead there. */
  readonly kubernetes: SandboxKubernetes;
  readonly version: KubeSphereVersion;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly tls: { readonly certificatePem: string; readonly privateKeyPem: Sensitive };
  /** The roots that ks-apiserver's container has, PEM; `setTrust` changes them. */
  readonly trust?: readonly string[];
  /** Users with passwords; tokens of the cluster are known too. */
  readonly accounts?: readonly AccountOptions[];
  readonly workspaces?: readonly WorkspaceSeed[];
  readonly isDevOpsEnabled?: boolean;
  /** What /version tells instead of the version's own. */
  readonly build?: JsonObject;
  readonly clock: () => Date;
}

export interface SandboxKubeSphere extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Changes the roots that registries are judged by, as a restart with another trust store would. */
  setTrust(trust: readonly string[]): void;
}

/**
 * Starts an embedded ks-apiserver before an embedded Kubernetes.
 * @throws MoorlineError SANDBOX_PORT_TAKEN, SANDBOX_CANNOT_LISTEN
 */
export async function startKubeSphere(options: KubeSphereOptions): Promise<SandboxKubeSphere> {
  const { kubernetes, version, clock } = options;
  const isDevOpsEnabled = options.isDevOpsEnabled ?? true;
  let trust = [...(options.trust ?? [])];
  const context: KubeSphereContext = {
    kubernetes,
    accounts: new Accounts(options.accounts ?? [], clock),
    traits: traitsOf[version],
    versionInfo: options.build ?? buildOf(version),
    isDevOpsEnabled,
    trust: () => ({ trust, now: clock() }),
  };
  await seedKubeSphere(kubernetes, version, { workspaces: options.workspaces ?? [], isDevOpsEnabled });
  const server = createServer({
    cert: options.tls.certificatePem,
    key: options.tls.privateKeyPem.reveal(),
    minVersion: "TLSv1.2",
  });
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    void answer(context, request, response);
  });
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const subject = `${options.host}:${options.port}`;
      const code = error.code === "EADDRINUSE" ? "SANDBOX_PORT_TAKEN" : "SANDBOX_CANNOT_LISTEN";
      reject(new MoorlineError(code, { subject, parameters: { reason: error.message }, cause: error }));
    });
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://${options.host}:${port}`,
    port,
    setTrust: (next) => {
      trust = [...next];
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function buildOf(version: KubeSphereVersion): JsonObject {
  const [major = "", minor = ""] = version.split(".");
  return {
    gitVersion: `v${version}`,
    gitMajor: major,
    gitMinor: minor,
    gitCommit: "0000000000000000000000000000000000000000",
    gitTreeState: "clean",
    buildDate: "1970-01-01T00:00:00Z",
    goVersion: "go1.19.8",
    compiler: "gc",
    platform: "linux/amd64",
    kubernetes: versionInfo,
  };
}

async function answer(
  context: KubeSphereContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const address = memberless(new URL(request.url ?? "/", "https://sandbox"), context.traits.major);
    const user = identify(context, request);
    if (/^\/apis?(\/|$)/.test(address.pathname))
      await context.kubernetes.handle(request, response, user, address);
    else await routeKubeSphere({ context, user, request, response, address });
  } catch (error) {
    sendError(response, error);
  }
}

function identify(context: KubeSphereContext, request: IncomingMessage): User {
  return context.accounts.identify(request) ?? context.kubernetes.authenticate(request);
}

/** The address without its member cluster, of which there is one, "host" (facts/kubesphere.md §4.5). */
function memberless(address: URL, major: 3 | 4): URL {
  const inside = /^\/(kapis|apis|api)\/clusters\/([^/]+)(\/.*)$/.exec(address.pathname);
  const before =
    major === 4 ? /^\/clusters\/([^/]+)(\/(?:kapis|apis|api)\/.*)$/.exec(address.pathname) : null;
  if (inside === null && before === null) return address;
  const [cluster, path] =
    before === null ? [inside?.[2], `/${inside?.[1] ?? ""}${inside?.[3] ?? ""}`] : [before[1], before[2]];
  if (cluster !== "host") throw badRequest(`cluster ${cluster ?? ""} not found`);
  return new URL(`${path ?? "/"}${address.search}`, address);
}

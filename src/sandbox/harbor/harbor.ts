import { mkdirSync } from "node:fs";
import { createServer as createHttp } from "node:http";
import { createServer as createHttps, type Server as HttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import type { HttpEndpoint } from "../../clients/http/endpoint.ts";
import type { Sensitive } from "../../model/sensitive.ts";
import { addProject } from "./api/projects.ts";
import { createApp, type RequestRecord } from "./app.ts";
import { systemClock, type Clock } from "./clock.ts";
import { Faults } from "./faults.ts";
import { openBlobStore } from "./registry/blob-store.ts";
import { registryBlobStore } from "./registry/registry-blobs.ts";
import { hashPassword } from "./secrets.ts";
import { now, type Site } from "./site.ts";
import { Store } from "./store.ts";
import { secureContext, tlsServerOptions, refuseWithoutCertificate, type HarborTls } from "./tls.ts";
import { openTokenIssuer } from "./token.ts";
import { defaultVersion } from "./versions.ts";

export interface HarborOptions {
  /** Where everything is kept; made where missing. A second start there goes on with what is in it. */
  readonly directory: string;
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Without it Harbor speaks plain HTTP, for a place behind a proxy that ends TLS. */
  readonly tls?: HarborTls;
  /** The name in URLs; `host` without it. */
  readonly hostname?: string;
  /** Harbor's external_url, where it is not scheme, hostname and port put together. */
  readonly externalUrl?: string;
  /** Sets the administrator's password at the first start; later starts keep what is stored, as Harbor does. */
  readonly adminPassword: Sensitive;
  /** As Harbor names itself: `v2.13.1-a1b2c3d4`; it decides how it behaves. */
  readonly version?: string;
  readonly clock?: Clock;
  /** Where an upstream registry's address is reached; the address itself without it. */
  readonly resolve?: (url: string) => string;
  /** The docker-registry that keeps the blobs; the folder itself without it. */
  readonly registry?: HttpEndpoint;
  /** The folder whose file system `/systeminfo/volumes` tells of; unknown without it, as on Kubernetes. */
  readonly volume?: string;
}

export interface Harbor extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
  readonly port: number;
  readonly faults: Faults;
  /** The last 10,000 requests, oldest first. */
  readonly requests: readonly RequestRecord[];
  /** For loaders: the state behind the API. */
  readonly site: Site;
  /** Takes a new certificate without closing a connection. */
  setTls(tls: HarborTls): void;
}

const requestsKept = 10_000;

/**
 * Starts an embedded Harbor.
 * @throws Error where the port is taken or the certificate and key do not fit
 */
export async function startHarbor(options: HarborOptions): Promise<Harbor> {
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const requests: RequestRecord[] = [];
  const faults = new Faults();
  let url = "";
  const files = openBlobStore(options.directory);
  const site: Site = {
    store: new Store(options.directory),
    blobs: options.registry === undefined ? files : registryBlobStore(options.registry, files),
    tokens: openTokenIssuer(options.directory),
    clock: options.clock ?? systemClock,
    version: options.version ?? defaultVersion,
    externalUrl: () => url,
    resolve: options.resolve ?? ((address) => address),
    locks: new Map(),
  };
  await firstStart(site, options.adminPassword);
  const app = createApp({
    site,
    faults,
    volume: options.volume,
    record: (request) => {
      requests.push(request);
      if (requests.length > requestsKept) requests.shift();
    },
  });
  let tls = options.tls;
  const server = createAdaptorServer({
    fetch: (request, env) => refuseWithoutCertificate(tls, env as HttpBindings) ?? app.fetch(request, env),
    overrideGlobalObjects: false,
    ...(tls === undefined
      ? { createServer: createHttp }
      : { createServer: createHttps, serverOptions: tlsServerOptions(tls) }),
  });
  const host = options.host ?? "127.0.0.1";
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const scheme = tls === undefined ? "http" : "https";
  url = (options.externalUrl ?? `${scheme}://${options.hostname ?? host}:${port}`).replace(/\/+$/, "");
  return {
    url,
    port,
    faults,
    requests,
    site,
    setTls(next) {
      if (tls === undefined) throw new TypeError("this Harbor was started without TLS");
      (server as HttpsServer).setSecureContext(secureContext(next));
      tls = next;
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}

/** What a fresh Harbor holds: the administrator and the public project `library`. */
async function firstStart(site: Site, adminPassword: Sensitive): Promise<void> {
  if (site.store.all("users").length > 0) return;
  const time = now(site);
  const admin = site.store.insert("users", {
    username: "admin",
    email: "",
    realname: "system admin",
    comment: "admin user",
    sysadmin: true,
    password: await hashPassword(adminPassword.reveal()),
    created: time,
    updated: time,
  });
  addProject(site, {
    name: "library",
    ownerId: admin.id,
    metadata: { public: "true" },
    registryId: 0,
    limit: -1,
  });
}

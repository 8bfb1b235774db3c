import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHarborClient, type HarborClient } from "../../../clients/harbor/client.ts";
import { openEndpoint } from "../../../clients/http/endpoint.ts";
import { makeAuthority } from "../../../clients/http/testing/certificates.ts";
import { createRegistryClient } from "../../../clients/registry/client.ts";
import type { Scene } from "../../../engine/testing/invariants.ts";
import { parseDocuments } from "../../../model/parse.ts";
import { Sensitive } from "../../../model/sensitive.ts";
import { startHarbor, type Harbor } from "../../../sandbox/harbor/harbor.ts";
import { seedImage } from "../../../sandbox/harbor/seed.ts";
import { harborRegistry } from "../../harbor-registry/index.ts";
import { testWorld } from "../../harbor-registry/testing/world.ts";
import type { World } from "../../world.ts";
import { proxyCache } from "../index.ts";

export const kinds = [harborRegistry, proxyCache];
const password = "Sandbox-Admin-12345";
/** The account at the upstream. */
const upstreamPassword = "Upstream-Admin-12345";

/** A Harbor, and another one as its upstream, over TLS with one private CA. */
export interface Pair extends AsyncDisposable {
  readonly harbor: Harbor;
  readonly upstream: Harbor;
  readonly admin: HarborClient;
  readonly caPem: string;
  /** Where something answers in place of a P2P network's manager. */
  readonly network: string;
  /** Whether an image can be pulled by tag through a project of the Harbor. */
  pulls(image: string): Promise<boolean>;
}

/** @param version of the Harbor that caches */
export async function startPair(version: string): Promise<Pair> {
  const directory = mkdtempSync(join(tmpdir(), "moorline-cache-"));
  const authority = makeAuthority();
  const pair = authority.issue({ san: "DNS:localhost,IP:127.0.0.1" });
  const tls = { certificatePem: pair.certificate, privateKeyPem: new Sensitive(pair.key) };
  const start = (name: string, secret: string, more: { version?: string } = {}) =>
    startHarbor({
      directory: join(directory, name),
      hostname: "localhost",
      port: 0,
      tls,
      adminPassword: new Sensitive(secret),
      clock: { now: () => Date.now(), sleep: () => Promise.resolve() },
      ...more,
    });
  const upstream = await start("upstream", upstreamPassword);
  const harbor = await start("harbor", password, { version });
  for (const tag of ["1", "2"])
    await seedImage(upstream, {
      project: "library",
      repository: "busybox",
      tag,
      files: [{ path: "etc/tag", content: tag }],
    });
  const manager = createServer((_, answer) => answer.end("OK")).listen(0, "127.0.0.1");
  await once(manager, "listening");
  const endpoint = openEndpoint(harbor.url, { tls: { ca: authority.certificate } });
  const credential = { username: "admin", password: new Sensitive(password) };
  const registry = createRegistryClient(endpoint, credential);
  return {
    harbor,
    upstream,
    admin: createHarborClient(endpoint, credential),
    caPem: authority.certificate,
    network: `http://127.0.0.1:${(manager.address() as AddressInfo).port}`,
    pulls: async (image) => {
      const colon = image.lastIndexOf(":");
      try {
        await registry.resolve(image.slice(0, colon), image.slice(colon + 1));
        return true;
      } catch {
        // What is asked is only whether; why is another test's matter.
        return false;
      }
    },
    [Symbol.asyncDispose]: async () => {
      await endpoint[Symbol.asyncDispose]();
      manager.close();
      manager.closeAllConnections();
      await Promise.all([harbor[Symbol.asyncDispose](), upstream[Symbol.asyncDispose]()]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

let caches = 0;

/** One cache of its own in a pair that others use too. */
export interface CacheScene extends Scene<World> {
  readonly name: string;
}

/** @param spec more of the document's spec, as YAML lines indented by two */
export function setCache(pair: Pair, spec = "", upstream = pair.upstream.url): CacheScene {
  const name = `cache-${++caches}`;
  const ca = JSON.stringify(pair.caPem);
  const text = `
apiVersion: moorline.io/v1alpha1
kind: HarborRegistry
metadata: {name: main}
spec:
  url: ${pair.harbor.url}
  credential: {environment: {}}
  tls: {ca: {pem: ${ca}}}
---
apiVersion: moorline.io/v1alpha1
kind: ProxyCache
metadata: {name: ${name}}
spec:
  registry: main
  upstream:
    type: harbor
    url: ${upstream}
    names: [docker.io]
    ca: {pem: ${ca}}
    credential: {username: admin, password: {environment: UPSTREAM_PASSWORD}}
  warm: ["library/busybox:1"]
${spec}`;
  const source = { name: "test.yaml", directory: "/", text };
  const { documents, errors } = parseDocuments(
    [source],
    kinds.map((k) => k.schema),
  );
  if (errors.length > 0) throw new AggregateError(errors, errors.map((e) => e.message).join("\n"));
  const world = testWorld({
    documents,
    environment: {
      HARBOR_USERNAME: "admin",
      HARBOR_PASSWORD: password,
      UPSTREAM_PASSWORD: upstreamPassword,
    },
  });
  return {
    name,
    documents,
    world,
    works: () => pair.pulls(`${name}/library/busybox:1`),
    snapshot: () => snapshotOf(pair, name),
    secrets: () => Promise.resolve([password, upstreamPassword]),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

/** What the cache has become, without ids. */
async function snapshotOf({ admin }: Pair, name: string): Promise<unknown> {
  const endpoint = await admin.registries.getByName(`moorline-${name}`);
  const project = await admin.projects.getByName(name);
  const retention = project?.metadata["retention_id"];
  const policies = project === undefined ? [] : await admin.preheat.policies(name);
  const network = await admin.preheat.instance(name);
  return JSON.parse(
    JSON.stringify({
      endpoint: { ...endpoint, id: 0 },
      proxies: endpoint !== undefined && project?.registry_id === endpoint.id,
      metadata: { ...project?.metadata, retention_id: "" },
      rules: retention === undefined ? [] : (await admin.retentions.get(Number(retention)))?.rules,
      network: { ...network, id: 0 },
      policies: policies.map((p) => ({ ...p, id: 0, provider_id: p.provider_id === network?.id })),
      held: await admin.content.holds(name, "library/busybox", "1"),
    }).replaceAll(name, "cache"),
  ) as unknown;
}

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { localHost } from "../../clients/host/local.ts";
import { temporaryFolder } from "../../clients/host/testing/folder.ts";
import { judged } from "../../engine/status.ts";
import { MoorlineError } from "../../model/errors.ts";
import { createAuthority, type Authority } from "../../pki/authority.ts";
import { issueClient } from "../../pki/leaf.ts";
import { documentOf, folderWorld } from "../harbor-certificate/testing/world.ts";
import { harborRegistrySchema } from "../harbor-registry/schema.ts";
import { applyNodes, planNodes } from "../nodes.ts";
import type { World } from "../world.ts";
import { isCarriedOutHere, nodeDueDates } from "./due-dates.ts";
import { nodesOf } from "./nodes.ts";
import { nodeTrustSchema } from "./schema.ts";

const { signal } = new AbortController();
const begin = new Date("2026-06-01T00:00:00Z");
const ecdsa = { keyType: "ECDSA_P256", now: begin } as const;

async function scene() {
  const ca: Authority = await createAuthority({ ...ecdsa, commonName: "Test CA", validityDays: 365 });
  const client = async (now: Date) =>
    issueClient(ca, { ...ecdsa, now, commonName: "nodes", validityDays: 60 });
  const pair = await client(begin);
  const registry = documentOf(harborRegistrySchema, "main", {
    url: "https://harbor.example.com",
    credential: { environment: {} },
    tls: {
      ca: { pem: ca.certificatePem },
      clientCertificate: { files: { certificate: "/pair/tls.crt", privateKey: "/pair/tls.key" } },
    },
  });
  const trust = documentOf(nodeTrustSchema, "nodes", {
    registry: "main",
    runtimes: ["docker"],
    nodes: ["a", "gone"].map((host) => ({ name: `node-${host}`, on: { ssh: { host, identityFile: "id" } } })),
  });
  const folder = await temporaryFolder();
  await mkdir(join(folder.path, "a"));
  const here = await folderWorld([registry, trust]);
  const give = async ({ chainPem, privateKeyPem }: typeof pair): Promise<void> => {
    await here.world.host.makeDirectory("/pair", 0o700);
    await here.world.host.writeFile("/pair/tls.crt", chainPem, { mode: 0o600 });
    await here.world.host.writeFile("/pair/tls.key", privateKeyPem.reveal(), { mode: 0o600 });
  };
  await give(pair);
  const world: World = {
    ...here.world,
    openHost: ({ ssh }) =>
      ssh.host === "a"
        ? Promise.resolve(localHost({ root: join(folder.path, "a"), name: "a" }))
        : Promise.reject(
            new MoorlineError("HOST_SSH_UNREACHABLE", {
              subject: ssh.host,
              parameters: { reason: "ECONNREFUSED" },
            }),
          ),
  };
  const nodes = nodesOf([trust]);
  return {
    world,
    trust,
    client,
    give,
    write: async () => {
      const [node] = nodes;
      const plans = await planNodes(node === undefined ? [] : [node], [registry, trust], world, { signal });
      // There is no registry to prove it with: the files are what counts here.
      await applyNodes(plans, { stopping: signal, signal });
    },
    read: async (at: Date) => {
      const dates = await Promise.all(nodes.map((node) => nodeDueDates(node, world, signal)));
      return judged(dates.flat(), at);
    },
    [Symbol.asyncDispose]: async () => {
      await here[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const inDays = (days: number): Date => new Date(begin.getTime() + days * 86_400_000);
const brief = (items: Awaited<ReturnType<Awaited<ReturnType<typeof scene>>["read"]>>): readonly string[] =>
  items.map((i) => `${i.where.split(":")[0]} ${i.type} ${i.state} ${i.daysLeft ?? "-"}`).toSorted();

test("a node's CA and client certificate are read from its own files; one that is not reached says why", async () => {
  await using at = await scene();
  await at.write();
  const items = await at.read(inDays(1));
  expect(brief(items)).toEqual(["node-a client ok 59", "node-a trust ok 364", "node-gone trust unknown -"]);
  expect(items.find((i) => i.state === "unknown")?.unknown).toMatchObject({
    parameters: { reason: { en: expect.stringContaining("ECONNREFUSED") as string } },
  });
});

test("a client certificate that has a successor is due, and overdue near its end", async () => {
  await using at = await scene();
  await at.write();
  await at.give(await at.client(inDays(40)));
  expect(brief(await at.read(inDays(41)))).toContain("node-a client due 19");
  expect(brief(await at.read(inDays(55)))).toContain("node-a client overdue 5");
});

test("a node without our files is unknown, and names the files", async () => {
  await using at = await scene();
  const items = await at.read(inDays(1));
  expect(brief(items)).toEqual([
    "node-a trust unknown -",
    "node-a trust unknown -",
    "node-gone trust unknown -",
  ]);
  expect(await isCarriedOutHere(at.trust, at.world)).toBe(false);
});

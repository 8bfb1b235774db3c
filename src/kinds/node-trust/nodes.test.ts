import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Host } from "../../clients/host/host.ts";
import { localHost } from "../../clients/host/local.ts";
import { temporaryFolder } from "../../clients/host/testing/folder.ts";
import type { Document } from "../../model/document.ts";
import { MoorlineError } from "../../model/errors.ts";
import { createAuthority, type Authority } from "../../pki/authority.ts";
import { issueServer } from "../../pki/leaf.ts";
import { documentOf, folderWorld } from "../harbor-certificate/testing/world.ts";
import { harborRegistrySchema } from "../harbor-registry/schema.ts";
import { allNodesDone, applyNodes, planNodes } from "../nodes.ts";
import type { World } from "../world.ts";
import { nodesOf, proveNodes } from "./nodes.ts";
import { nodeTrustSchema } from "./schema.ts";

const { signal } = new AbortController();
const ecdsa = { keyType: "ECDSA_P256", validityDays: 30, now: new Date() } as const;
let ca: Authority;
let registryHost = "";
let server: ReturnType<typeof createServer>;

beforeAll(async () => {
  ca = await createAuthority({ ...ecdsa, commonName: "CA" });
  const leaf = await issueServer(ca, { ...ecdsa, dnsNames: ["localhost"], ipAddresses: ["127.0.0.1"] });
  server = createServer({ cert: leaf.chainPem, key: leaf.privateKeyPem.reveal() }, (_, answer) =>
    answer.end(),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  registryHost = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const on = (host: string): object => ({ ssh: { host, identityFile: "id" } });

const documentsFor = (nodes: readonly object[], more: object = {}): readonly Document[] => [
  documentOf(harborRegistrySchema, "main", {
    url: `https://${registryHost}`,
    credential: { environment: {} },
    tls: { ca: { pem: ca.certificatePem } },
  }),
  documentOf(nodeTrustSchema, "nodes", { registry: "main", runtimes: ["docker"], nodes, ...more }),
];

/** Machines in folders, each opened by the name in its reference; one that is not there can not be reached. */
async function machines(names: readonly string[], documents: readonly Document[]) {
  const folder = await temporaryFolder();
  const here = await folderWorld(documents);
  for (const name of names) await mkdir(join(folder.path, name));
  const dialled: string[] = [];
  const openHost = ({ ssh: { host: name } }: Parameters<World["openHost"]>[0]): Promise<Host> => {
    if (!names.includes(name))
      return Promise.reject(
        new MoorlineError("HOST_SSH_UNREACHABLE", { subject: name, parameters: { reason: "ECONNREFUSED" } }),
      );
    const host = localHost({ root: join(folder.path, name), name });
    return Promise.resolve({ ...host, dial: (...to) => (dialled.push(name), host.dial(...to)) });
  };
  const world: World = { ...here.world, openHost };
  return {
    world,
    dialled,
    caOf: (name: string) =>
      readFile(join(folder.path, name, `etc/docker/certs.d/${registryHost}/ca.crt`), "utf8").catch(
        () => undefined,
      ),
    file: (path: string, text: string) => writeFile(join(folder.path, path), text),
    apply: async (only?: readonly string[]) => {
      const plans = await planNodes(nodesOf(documents, only), documents, world, { signal });
      return applyNodes(plans, { stopping: signal, signal });
    },
    [Symbol.asyncDispose]: async () => {
      await here[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const three = ["a", "b", "c"].map((name) => ({ name: `node-${name}`, on: on(name) }));

describe("NodeTrust on several nodes", () => {
  test("is carried out on each, proved over each one's own network, and then as it should be", async () => {
    const documents = documentsFor(three);
    await using at = await machines(["a", "b", "c"], documents);
    const first = await at.apply();
    expect(first.map((r) => [r.node, r.outcome])).toEqual([
      ["node-a", "changed"],
      ["node-b", "changed"],
      ["node-c", "changed"],
    ]);
    for (const name of ["a", "b", "c"]) expect(await at.caOf(name)).toBe(ca.certificatePem);
    expect(new Set(at.dialled)).toEqual(new Set(["a", "b", "c"]));
    const again = await at.apply();
    expect(again.map((r) => r.outcome)).toEqual(["unchanged", "unchanged", "unchanged"]);
    expect(allNodesDone(again)).toBe(true);
    const subjects = again.flatMap(
      (r) => r.result?.documents.flatMap((d) => d.proofs.map((p) => p.subject)) ?? [],
    );
    expect(subjects.map((s) => s.split(":")[0])).toEqual(["node-a", "node-b", "node-c"]);
  });

  test("stops at a node that is not reached, and begins none after it", async () => {
    await using at = await machines(["a", "c"], documentsFor(three));
    const results = await at.apply();
    expect(results.map((r) => r.outcome)).toEqual(["changed", "failed", "untried"]);
    expect(results[1]?.error).toMatchObject({ code: "HOST_SSH_UNREACHABLE" });
    expect(await at.caOf("c")).toBeUndefined();
  });

  test("stops at a node whose step fails", async () => {
    await using at = await machines(["a", "b", "c"], documentsFor(three));
    await at.file("b/etc", "a file where a folder must be");
    const results = await at.apply();
    expect(results.map((r) => r.outcome)).toEqual(["changed", "failed", "untried"]);
    expect(await at.caOf("c")).toBeUndefined();
  });

  test("is carried out on those that are named, in the order of the document", async () => {
    await using at = await machines(["a", "b", "c"], documentsFor(three));
    const results = await at.apply(["node-c", "node-a"]);
    expect(results.map((r) => r.node)).toEqual(["node-a", "node-c"]);
    expect(await at.caOf("b")).toBeUndefined();
  });

  test("is proved on all, whatever one of them answers", async () => {
    const documents = documentsFor(three);
    await using at = await machines(["a", "c"], documents);
    await at.apply(["node-a"]);
    const proved = await proveNodes(documents, at.world, signal);
    expect(proved.map((p) => [p.node, p.ok, p.error?.code])).toEqual([
      ["node-a", true, undefined],
      ["node-b", false, "HOST_SSH_UNREACHABLE"],
      ["node-c", false, undefined],
    ]);
  });
});

describe("the list of nodes", () => {
  test("holds each once, with every document that lists it", () => {
    const [registry, one] = documentsFor(three) as [Document, Document];
    const other = documentOf(nodeTrustSchema, "more", {
      registry: "main",
      nodes: [three[1], { name: "here" }],
    });
    const nodes = nodesOf([registry, one, other]);
    expect(nodes.map((n) => [n.name, n.documents.map((d) => d.metadata.name)])).toEqual([
      ["node-a", ["nodes"]],
      ["node-b", ["nodes", "more"]],
      ["node-c", ["nodes"]],
      ["here", ["more"]],
    ]);
  });

  test("is held to one way to each, and to names that are there", () => {
    const [, one] = documentsFor(three) as [Document, Document];
    const other = documentOf(nodeTrustSchema, "more", {
      registry: "main",
      nodes: [{ name: "node-a", on: on("elsewhere") }],
    });
    const code = (expected: string): unknown => expect.objectContaining({ code: expected });
    expect(() => nodesOf([one, other])).toThrow(code("NODE_LISTED_TWICE"));
    expect(() => nodesOf([one], ["node-x"])).toThrow(code("NODE_UNKNOWN"));
    expect(() => documentsFor([three[0], three[0]] as object[])).toThrow("names a node twice");
  });
});

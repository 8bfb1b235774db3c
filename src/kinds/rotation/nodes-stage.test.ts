import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { localHost } from "../../clients/host/local.ts";
import type { Proof } from "../../engine/kind.ts";
import { MoorlineError } from "../../model/errors.ts";
import { createAuthority, type Authority } from "../../pki/authority.ts";
import { issueServer } from "../../pki/leaf.ts";
import { message } from "../../text/message.ts";
import { documentOf, folderWorld, type FolderWorld } from "../harbor-certificate/testing/world.ts";
import { harborRegistrySchema } from "../harbor-registry/schema.ts";
import { nodeTrustSchema } from "../node-trust/schema.ts";
import { nodesStage, type Evidence } from "./nodes-stage.ts";
import type { StageReport } from "./report.ts";
import type { RotationContext } from "./stages.ts";

const { signal } = new AbortController();
const ecdsa = { keyType: "ECDSA_P256", validityDays: 30, now: new Date() } as const;
const stage = message("rotation.ended");
let ca: Authority;
let host = "";
let server: ReturnType<typeof createServer>;

beforeAll(async () => {
  ca = await createAuthority({ ...ecdsa, commonName: "CA" });
  const leaf = await issueServer(ca, { ...ecdsa, dnsNames: ["localhost"], ipAddresses: ["127.0.0.1"] });
  server = createServer({ cert: leaf.chainPem, key: leaf.privateKeyPem.reveal() }, (_, answer) =>
    answer.end(),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

interface Site extends AsyncDisposable {
  readonly context: RotationContext;
  readonly folder: FolderWorld;
  /** A file of node-a. */
  read(path: string): Promise<string | undefined>;
}

/** Two nodes over SSH: node-a is a folder, node-b does not answer. */
async function site(trust: object): Promise<Site> {
  const documents = [
    documentOf(harborRegistrySchema, "main", {
      url: `https://${host}`,
      credential: { environment: {} },
      tls: { ca: { pem: ca.certificatePem } },
    }),
    documentOf(nodeTrustSchema, "nodes", { registry: "main", ...trust }),
  ];
  const folder = await folderWorld(documents);
  const machine = localHost({ root: folder.root, name: "node-a" });
  const world = {
    ...folder.world,
    openHost: ({ ssh }: { readonly ssh: { readonly host: string } }) =>
      ssh.host === "node-a"
        ? Promise.resolve(machine)
        : Promise.reject(
            new MoorlineError("HOST_SSH_UNREACHABLE", { subject: ssh.host, parameters: { reason: "-" } }),
          ),
  };
  return {
    context: { documents, world, isDry: false, isOnlyNode: false, stopping: signal, signal },
    folder,
    read: (path) => readFile(join(folder.root, path), "utf8").catch(() => undefined),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

const node = (name: string) => ({ name, on: { ssh: { host: name, identityFile: "id" } } });
const both = { runtimes: ["docker"], nodes: [node("node-a"), node("node-b")] };
const proofOf = (subject: string): Proof => ({ title: stage, subject, ok: true, detail: stage });
const seen =
  (...nodes: readonly string[]): Evidence =>
  () =>
    Promise.resolve({
      known: ["node-a", "node-b"],
      proofs: new Map(nodes.map((name) => [name, proofOf(name)])),
    });
const subjectsOf = ({ proofs }: StageReport): string[] => proofs.filter((p) => p.ok).map((p) => p.subject);

test("a node that is not reached is proved by what it showed elsewhere, and the others by themselves", async () => {
  await using at = await site(both);
  const report = await nodesStage(stage, at.context, seen("node-b"));
  expect([report.outcome, report.reason]).toEqual(["done", undefined]);
  expect(subjectsOf(report)).toContain("node-b");
  expect(subjectsOf(report).length).toBeGreaterThan(1);
  expect(await at.read(`etc/docker/certs.d/${host}/ca.crt`)).toBe(ca.certificatePem);
});

test.each<[string, Evidence | undefined]>([
  ["nobody has seen anything", undefined],
  ["the other node alone was seen", seen("node-a")],
])("a node that is not reached stops the stage where %s", async (_what, evidence) => {
  await using at = await site(both);
  const report = await nodesStage(stage, at.context, evidence);
  expect(report.outcome).toBe("failed");
  expect(report.reason).toEqual(message("rotation.nodesFailed", { nodes: "node-b" }));
});

test("what was seen does not help a node that is reached and does not prove itself", async () => {
  await using at = await site({ ...both, nodes: [node("node-a")] });
  const broken = documentOf(harborRegistrySchema, "main", {
    url: "https://127.0.0.1:1",
    credential: { environment: {} },
    tls: { ca: { pem: ca.certificatePem } },
  });
  const documents = [broken, ...at.context.documents.slice(1)];
  at.folder.give(documents);
  const report = await nodesStage(stage, { ...at.context, documents }, seen("node-a"));
  expect(report.outcome).toBe("failed");
});

test("a restart of a runtime waits until somebody agrees to it, and nothing is written before", async () => {
  const restart = { command: ["true"] };
  await using at = await site({ runtimes: ["containerd"], nodes: [node("node-a")], restart });
  await mkdir(join(at.folder.root, "etc/containerd"), { recursive: true });
  await writeFile(join(at.folder.root, "etc/containerd/config.toml"), "version = 2\n");
  const waiting = await nodesStage(stage, { ...at.context, mayInterrupt: false });
  expect(waiting.outcome).toBe("waiting");
  expect(waiting.reason?.key).toBe("rotation.interrupts");
  expect(await at.read("etc/containerd/config.toml")).toBe("version = 2\n");
  expect(await at.read(`etc/containerd/certs.d/${host}/hosts.toml`)).toBeUndefined();
  const agreed = await nodesStage(stage, { ...at.context, mayInterrupt: true });
  expect(agreed.outcome).not.toBe("waiting");
  expect(await at.read("etc/containerd/config.toml")).toContain("config_path");
});

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openEndpoint, type HttpEndpoint } from "../../clients/http/endpoint.ts";
import type { Proof } from "../../engine/kind.ts";
import type { Document } from "../../model/document.ts";
import { Sensitive } from "../../model/sensitive.ts";
import { createAuthority, type Authority } from "../../pki/authority.ts";
import { issueClient, issueServer, type Leaf } from "../../pki/leaf.ts";
import { addProject } from "../../sandbox/harbor/api/projects.ts";
import { startHarbor, type Harbor } from "../../sandbox/harbor/harbor.ts";
import { seedImage } from "../../sandbox/harbor/seed.ts";
import { digestOf } from "../harbor-certificate/pair.ts";
import { documentOf, type FolderWorld } from "../harbor-certificate/testing/world.ts";
import { harborRegistrySchema } from "../harbor-registry/schema.ts";
import type { World } from "../world.ts";
import { nodeTrust } from "./index.ts";
import { nodeTrustSchema } from "./schema.ts";
import { carryOut, filesOf, machineWith, signal, stepsOf, planOf, type Files } from "./testing/machine.ts";

const ecdsa = { keyType: "ECDSA_P256", validityDays: 30, now: new Date() } as const;
const password = "Sandbox-Admin-12345";
const endpoints: HttpEndpoint[] = [];
let directory: string;
let ca: Authority;
let leaf: Leaf;
let first: Leaf;
let second: Leaf;
let stranger: Leaf;
let harbor: Harbor;
let guarded: Harbor;
let host = "";

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "moorline-node-"));
  ca = await createAuthority({ ...ecdsa, commonName: "CA" });
  leaf = await issueServer(ca, { ...ecdsa, dnsNames: ["localhost"], ipAddresses: [] });
  first = await issueClient(ca, { ...ecdsa, commonName: "node, first" });
  second = await issueClient(ca, { ...ecdsa, commonName: "node, second" });
  const other = await createAuthority({ ...ecdsa, commonName: "Other CA" });
  stranger = await issueClient(other, { ...ecdsa, commonName: "stranger" });
  harbor = await start(false);
  host = new URL(harbor.url).host;
  await seedImage(harbor, { project: "library", repository: "app", tag: "1.0", files: [] });
  addProject(harbor.site, {
    name: "team-a",
    ownerId: 1,
    metadata: { public: "false" },
    registryId: 0,
    limit: -1,
  });
  await seedImage(harbor, { project: "team-a", repository: "app", tag: "1.0", files: [] });
  guarded = await start(true);
});

const start = (requiresClients: boolean): Promise<Harbor> =>
  startHarbor({
    directory: join(directory, String(requiresClients)),
    hostname: "localhost",
    port: 0,
    tls: {
      certificatePem: leaf.chainPem,
      privateKeyPem: leaf.privateKeyPem,
      ...(requiresClients && { clientCaPem: ca.certificatePem, requireClientCertificate: true }),
    },
    adminPassword: new Sensitive(password),
    clock: { now: () => Date.now(), sleep: () => Promise.resolve() },
  });
afterAll(async () => {
  await Promise.all(endpoints.map((e) => e[Symbol.asyncDispose]()));
  await Promise.all([harbor, guarded].map((h) => h[Symbol.asyncDispose]()));
  await rm(directory, { recursive: true, force: true });
});

const set = `version = 2\n[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "/etc/containerd/certs.d"\n`;
const account = JSON.stringify({ username: "admin", password });

const documentsOf = (more: object, { url } = harbor): readonly Document[] => [
  documentOf(harborRegistrySchema, "main", {
    url,
    credential: { environment: {} },
    tls: { ca: { pem: ca.certificatePem } },
  }),
  documentOf(nodeTrustSchema, "nodes", { registry: "main", runtimes: ["containerd"], ...more }),
];

async function node(documents: readonly Document[], files: Files = {}): Promise<FolderWorld> {
  const machine = await machineWith(
    { "/etc/containerd/config.toml": set, "/docs/account.json": account, ...files },
    documents,
  );
  const endpoint: World["endpoint"] = (url, tls) => {
    const opened = openEndpoint(url, { tls });
    endpoints.push(opened);
    return opened;
  };
  return { ...machine, world: { ...machine.world, endpoint } };
}

const proofsOf = (machine: FolderWorld, documents: readonly Document[]): Promise<readonly Proof[]> =>
  nodeTrust.verify(documents[1] as Document, machine.world, signal);
const failuresOf = (proofs: readonly Proof[]): string =>
  JSON.stringify(proofs.filter((p) => !p.ok).map((p) => p.detail));

const credential = { file: "account.json" };

describe("the pull that proves a node's trust", () => {
  test.each(["containerd", "docker", "crio"])("of an image with %s's own files holds", async (runtime) => {
    const documents = documentsOf({ runtimes: [runtime], proof: { image: "library/app:1.0", credential } });
    await using machine = await node(documents);
    expect((await carryOut(machine, documents)).ok).toBe(true);
    expect((await proofsOf(machine, documents)).map((p) => p.ok)).toEqual([true, true]);
  });

  test("takes its user from the environment, and one half of it is refused", async () => {
    const documents = documentsOf({ proof: { image: "library/app:1.0", credential: { environment: {} } } });
    await using machine = await node(documents);
    const variables: Record<string, string> = { HARBOR_PULL_USERNAME: "admin" };
    const here = { ...machine, world: { ...machine.world, environment: (name: string) => variables[name] } };
    await expect(proofsOf(here, documents)).rejects.toMatchObject({ code: "CREDENTIAL_INCOMPLETE" });
    variables.HARBOR_PULL_PASSWORD = password;
    expect((await carryOut(here, documents)).ok).toBe(true);
  });

  test("fails for an image that is not there, and for a password that is wrong, without telling it", async () => {
    const absent = documentsOf({ proof: { image: "library/none:1.0", credential } });
    await using machine = await node(absent, {
      "/docs/wrong.json": '{"username":"admin","password":"Wr0ng-Pass"}',
    });
    expect((await carryOut(machine, absent)).ok).toBe(false);
    const wrong = documentsOf({ proof: { image: "team-a/app:1.0", credential: { file: "wrong.json" } } });
    machine.give(wrong);
    const said = failuresOf(await proofsOf(machine, wrong));
    expect(said).not.toBe("[]");
    expect(said).not.toContain("Wr0ng-Pass");
  });

  test("fails where a missing tag would read as x509, because hosts.toml has the CA at one level alone", async () => {
    const documents = documentsOf({ proof: { image: "library/app:1.0", credential } });
    const folder = `/etc/containerd/certs.d/${host}`;
    await using machine = await node(documents, {
      [`${folder}/hosts.toml`]: `server = "https://${host}"\n[host."https://${host}"]\n  ca = "${folder}/their.crt"\n`,
      [`${folder}/their.crt`]: ca.certificatePem,
    });
    expect((await proofsOf(machine, documents)).map((p) => p.ok)).toEqual([true, false]);
    expect((await carryOut(machine, documents)).ok).toBe(true);
  });

  test("asks for another tag where the one that nobody should have exists", async () => {
    const tag = "moorline-proof-of-a-missing-tag";
    await seedImage(harbor, { project: "library", repository: "odd", tag: "1.0", files: [] });
    await seedImage(harbor, { project: "library", repository: "odd", tag, files: [] });
    const documents = documentsOf({ proof: { image: "library/odd:1.0", credential } });
    await using machine = await node(documents);
    expect((await carryOut(machine, documents)).ok).toBe(true);
    const asked = harbor.requests.filter((r) => r.path.includes(`/library/odd/manifests/${tag}`));
    expect(new Set(asked.map((r) => r.path)).size).toBe(2);
  });
});

const pairFiles = (pair: Leaf): Files => ({
  "/docs/c.crt": pair.chainPem,
  "/docs/c.key": pair.privateKeyPem.reveal(),
});
const guardedHost = (): string => new URL(guarded.url).host;
const clientCertificate = { files: { certificate: "c.crt", privateKey: "c.key" } };
const write = async (machine: FolderWorld, files: Files): Promise<void> => {
  for (const [path, text] of Object.entries(files))
    await machine.world.host.writeFile(path, text, { mode: 0o600 });
};

describe("the client pair of a node", () => {
  test("of containerd is replaced by a newer one under new names, and the old one goes once the new is proved", async () => {
    const documents = documentsOf({ clientCertificate }, guarded);
    await using machine = await node(documents, pairFiles(first));
    expect((await carryOut(machine, documents)).ok).toBe(true);
    await write(machine, pairFiles(second));
    expect(stepsOf(await planOf(machine, documents))).toEqual(["containerd/trust", "containerd/former"]);
    expect((await carryOut(machine, documents)).ok).toBe(true);
    const stem = `/etc/containerd/certs.d/${guardedHost()}/moorline-client-`;
    const names = Object.keys(await filesOf(machine)).filter((path) => path.startsWith(stem));
    const id = digestOf(second.chainPem).slice(0, 12);
    expect(names.sort()).toEqual([`${stem}${id}.cert`, `${stem}${id}.key`]);
    expect(stepsOf(await planOf(machine, documents))).toEqual([]);
  });

  test.each(["containerd", "docker", "crio"])(
    "of %s stays where the registry does not accept the one that is to replace it",
    async (runtime) => {
      const documents = documentsOf({ runtimes: [runtime], clientCertificate }, guarded);
      await using machine = await node(documents, pairFiles(first));
      expect((await carryOut(machine, documents)).ok).toBe(true);
      const before = await filesOf(machine);
      await write(machine, pairFiles(stranger));
      const result = await carryOut(machine, documents);
      expect(result.documents[0]?.failures.map((f) => f.error.code)).toEqual(["NODE_TRUST_NOT_PROVED"]);
      expect(await filesOf(machine)).toEqual({ ...before, ...pairFiles(stranger) });
    },
  );

  test.each(["docker", "crio"])(
    "of somebody else in %s's folder gives way only to one that the registry accepts, and comes back",
    async (runtime) => {
      const documents = documentsOf({ runtimes: [runtime], clientCertificate }, guarded);
      const folder = `/etc/${runtime === "docker" ? "docker" : "containers"}/certs.d/${guardedHost()}`;
      const theirs = {
        [`${folder}/client.cert`]: first.chainPem,
        [`${folder}/client.key`]: first.privateKeyPem.reveal(),
      };
      await using machine = await node(documents, { ...theirs, ...pairFiles(stranger) });
      expect((await carryOut(machine, documents)).ok).toBe(false);
      expect(await filesOf(machine)).toMatchObject(theirs);
      await write(machine, pairFiles(second));
      expect((await carryOut(machine, documents)).ok).toBe(true);
      expect((await filesOf(machine))[`${folder}/client.cert`]).toBe(second.chainPem);
      await carryOut(machine, documents, "remove");
      expect(await filesOf(machine)).toMatchObject(theirs);
    },
  );
});

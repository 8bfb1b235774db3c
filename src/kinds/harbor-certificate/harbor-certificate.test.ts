import { createHash } from "node:crypto";
import { chmod, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { apply } from "../../engine/apply.ts";
import { makePlan, type Plan } from "../../engine/plan.ts";
import { describeInvariants, type Scene } from "../../engine/testing/invariants.ts";
import { describeError, isError } from "../../model/errors.ts";
import { createAuthority } from "../../pki/authority.ts";
import { issueServer } from "../../pki/leaf.ts";
import { inspectCertificate } from "../../pki/inspect.ts";
import { verifyChain } from "../../pki/verify.ts";
import { resolveClientCertificate } from "../shared/client-certificate-source.ts";
import { resolveTrust } from "../shared/trust-source.ts";
import type { World } from "../world.ts";
import { harborCertificate } from "./index.ts";
import { harborCertificateSchema } from "./schema.ts";
import { documentOf, folderWorld, type FolderWorld } from "./testing/world.ts";

const signal = new AbortController().signal;
const kinds = [harborCertificate];

const spec = (more: object = {}): object => ({
  issuer: { ownAuthority: { directory: "ca" } },
  hosts: ["harbor.example.com"],
  ipAddresses: ["10.0.0.7"],
  clients: [{ name: "nodes" }],
  deliver: {
    files: [
      { certificate: "/data/cert/server.crt", privateKey: "/data/cert/server.key", ca: "/data/cert/ca.crt" },
      { of: "nodes", certificate: "/etc/client.crt", privateKey: "/etc/client.key", keyMode: "0640" },
    ],
  },
  ...more,
});

const document = (more: object = {}) => documentOf(harborCertificateSchema, "main", spec(more));
type CertificateDocument = ReturnType<typeof document>;

const planOf = (of: CertificateDocument, { world }: FolderWorld): Promise<Plan> =>
  makePlan([of], kinds, world, { signal });
const stepsOf = (plan: Plan): string[] => plan.documents.flatMap((d) => d.steps.map((s) => s.id));
const applied = async (of: CertificateDocument, machine: FolderWorld): Promise<string[]> => {
  const plan = await planOf(of, machine);
  const result = await apply(plan, kinds, machine.world);
  expect(result.documents.flatMap((d) => d.failures.map((f) => f.error.message))).toEqual([]);
  expect(result.documents.flatMap((d) => d.proofs.filter((p) => !p.ok))).toEqual([]);
  return stepsOf(plan);
};
const read = (machine: FolderWorld, path: string): Promise<string> =>
  readFile(join(machine.root, path), "utf8");
const put = async (machine: FolderWorld, path: string, text: string): Promise<void> => {
  await mkdir(dirname(join(machine.root, path)), { recursive: true });
  await writeFile(join(machine.root, path), text);
};
const modeOf = async (machine: FolderWorld, path: string): Promise<number> =>
  (await stat(join(machine.root, path))).mode & 0o777;

const all = [
  "authority",
  "certificate/server",
  "certificate/nodes",
  "files//data/cert/server.key",
  "files//etc/client.key",
];

describe("a certificate of one's own CA", () => {
  test("is issued, delivered with the modes asked for, and verifies; a second run plans nothing", async () => {
    await using machine = await folderWorld([]);
    expect(await applied(document(), machine)).toEqual(all);
    expect(stepsOf(await planOf(document(), machine))).toEqual([]);
    const modes = [
      "docs/ca",
      "docs/ca/ca.pem",
      "data/cert/server.key",
      "data/cert/server.crt",
      "etc/client.key",
    ];
    expect(await Promise.all(modes.map((path) => modeOf(machine, path)))).toEqual([
      0o700, 0o600, 0o600, 0o644, 0o640,
    ]);
    const verdict = verifyChain({
      chainPem: await read(machine, "data/cert/server.crt"),
      trustedPem: await read(machine, "data/cert/ca.crt"),
      hostname: "harbor.example.com",
      purpose: "server",
      now: new Date("2026-06-02T00:00:00Z"),
    });
    expect(verdict.findings.filter((f) => f.severity === "error")).toEqual([]);
  });

  test("is renewed at two thirds of its life and not before", async () => {
    await using machine = await folderWorld([]);
    await applied(document(), machine);
    machine.at(new Date("2026-07-30T00:00:00Z"));
    expect(stepsOf(await planOf(document(), machine))).toEqual([]);
    machine.at(new Date("2026-08-01T00:00:00Z"));
    expect(stepsOf(await planOf(document(), machine))).toEqual(all.slice(1));
    await applied(document(), machine);
    expect(stepsOf(await planOf(document(), machine))).toEqual([]);
  });

  test.each<[string, (machine: FolderWorld) => Promise<void>]>([
    ["deleted", (m) => rm(join(m.root, "data/cert/server.crt"))],
    ["edited", (m) => put(m, "data/cert/server.crt", "nonsense")],
    ["open to everybody", (m) => chmod(join(m.root, "data/cert/server.key"), 0o644)],
  ])("a delivered copy that was %s is delivered again, the same certificate", async (_what, spoil) => {
    await using machine = await folderWorld([]);
    await applied(document(), machine);
    const before = await read(machine, "data/cert/server.crt");
    await spoil(machine);
    expect(await applied(document(), machine)).toEqual(["files//data/cert/server.key"]);
    expect(await read(machine, "data/cert/server.crt")).toBe(before);
    expect(await modeOf(machine, "data/cert/server.key")).toBe(0o600);
  });

  test.each<[string, object]>([
    ["hosts", { hosts: ["harbor.example.com", "harbor2.example.com"] }],
    ["addresses", { ipAddresses: ["10.0.0.8"] }],
    ["the key type", { keyType: "ECDSA_P384", clients: [], deliver: {} }],
  ])("is issued anew when %s change", async (_what, change) => {
    await using machine = await folderWorld([]);
    await applied(document(), machine);
    expect(stepsOf(await planOf(document(change), machine))).toContain("certificate/server");
  });

  test("is found by the kinds that trust it, without the CA's key", async () => {
    await using machine = await folderWorld([document()]);
    await applied(document(), machine);
    const trust = await resolveTrust({ certificate: "main" }, "/docs", machine.world, signal);
    expect(trust).toBe(await read(machine, "data/cert/ca.crt"));
    expect(trust).not.toContain("PRIVATE");
    const client = await resolveClientCertificate(
      { certificate: "main", client: "nodes" },
      "/docs",
      machine.world,
      signal,
    );
    expect(inspectCertificate(client.certificate).commonName).toBe("nodes");
  });

  test("a CA whose key is gone is never replaced by a new one", async () => {
    await using machine = await folderWorld([]);
    const ca = await createAuthority({
      commonName: "x",
      keyType: "ECDSA_P256",
      validityDays: 9,
      now: new Date(),
    });
    await put(machine, "docs/ca/ca.crt", ca.certificatePem);
    const plan = await planOf(document(), machine);
    expect(plan.documents[0]?.error?.code).toBe("CERTIFICATE_AUTHORITY_BROKEN");
  });

  test("a CA's key is encrypted where a passphrase is named, and an empty one is refused", async () => {
    const encrypted = document({
      issuer: { ownAuthority: { directory: "ca", passphrase: { environment: "CA_PASS" } } },
      deliver: {},
    });
    await using without = await folderWorld([], { environment: { CA_PASS: "" } });
    expect((await planOf(encrypted, without)).documents[0]?.error?.code).toBe("PASSPHRASE_MISSING");
    await using machine = await folderWorld([], { environment: { CA_PASS: "s3cret-enough" } });
    await applied(encrypted, machine);
    expect(await read(machine, "docs/ca/ca.pem")).toContain("ENCRYPTED PRIVATE KEY");
    expect(stepsOf(await planOf(encrypted, machine))).toEqual([]);
  });

  test("PKCS#12 and a revocation list are made once and delivered again only when they differ", async () => {
    const more = document({
      crl: { revoked: [{ serialNumber: "0A:1B", at: "2026-05-01T00:00:00Z" }] },
      deliver: {
        files: [
          { crl: "/data/ca.crl", pkcs12: { path: "/data/harbor.p12", passphrase: { environment: "P12" } } },
        ],
      },
    });
    await using machine = await folderWorld([], { environment: { P12: "changeit" } });
    expect(await applied(more, machine)).toContain("crl");
    expect(stepsOf(await planOf(more, machine))).toEqual([]);
    expect(await modeOf(machine, "data/harbor.p12")).toBe(0o600);
    machine.at(new Date("2026-06-25T00:00:00Z"));
    expect(stepsOf(await planOf(more, machine))).toEqual(["crl", "files//data/harbor.p12"]);
  });

  test("is taken away with its copies, and the CA stays", async () => {
    await using machine = await folderWorld([]);
    await applied(document(), machine);
    await put(machine, "etc/client.crt", "somebody else's");
    const plan = await makePlan([document()], kinds, machine.world, { direction: "remove", signal });
    expect(plan.documents[0]?.findings.map((f) => f.code)).toEqual(["CERTIFICATE_AUTHORITY_KEPT"]);
    await apply(plan, kinds, machine.world);
    await expect(read(machine, "data/cert/server.key")).rejects.toThrow("ENOENT");
    expect(await read(machine, "etc/client.crt")).toBe("somebody else's");
    expect(await read(machine, "docs/ca/ca.pem")).toContain("PRIVATE KEY");
  });
});

describe("a certificate that was brought along", () => {
  const now = new Date("2026-06-01T00:00:00Z");
  const make = async (hosts = ["harbor.example.com"], days = 90) => {
    const ca = await createAuthority({
      commonName: "Their CA",
      keyType: "ECDSA_P256",
      validityDays: 900,
      now,
    });
    const options = {
      dnsNames: hosts,
      ipAddresses: [],
      keyType: "ECDSA_P256",
      validityDays: days,
      now,
    } as const;
    return { ca, leaf: await issueServer(ca, options) };
  };
  const brought = document({
    issuer: { provided: { files: { certificate: "c.crt", privateKey: "c.key", authority: "ca.crt" } } },
    ipAddresses: [],
    clients: [],
    deliver: { files: [{ certificate: "/data/server.crt", privateKey: "/data/server.key" }] },
  });
  const lay = async (machine: FolderWorld, certificate: string, key: string, ca: string): Promise<void> => {
    await put(machine, "docs/c.crt", certificate);
    await put(machine, "docs/c.key", key);
    await put(machine, "docs/ca.crt", ca);
  };

  test("is checked and delivered as it is", async () => {
    await using machine = await folderWorld([]);
    const { ca, leaf } = await make();
    await lay(machine, leaf.chainPem, leaf.privateKeyPem.reveal(), ca.certificatePem);
    expect(await applied(brought, machine)).toEqual(["files//data/server.key"]);
    expect(stepsOf(await planOf(brought, machine))).toEqual([]);
  });

  test.each<[string, (machine: FolderWorld) => Promise<void>, string]>([
    [
      "a CA that did not sign it",
      async (m) => {
        const [{ leaf }, { ca }] = await Promise.all([make(), make()]);
        await lay(m, leaf.chainPem, leaf.privateKeyPem.reveal(), ca.certificatePem);
      },
      "CERTIFICATE_NOT_USABLE",
    ],
    [
      "the key of another",
      async (m) => {
        const [one, other] = await Promise.all([make(), make()]);
        await lay(m, one.leaf.chainPem, other.leaf.privateKeyPem.reveal(), one.ca.certificatePem);
      },
      "PKI_KEY_MISMATCH",
    ],
    [
      "another host's name",
      async (m) => {
        const { ca, leaf } = await make(["other.example.com"]);
        await lay(m, leaf.chainPem, leaf.privateKeyPem.reveal(), ca.certificatePem);
      },
      "CERTIFICATE_NOT_USABLE",
    ],
    [
      "a life that is over",
      async (m) => {
        const { ca, leaf } = await make(undefined, 1);
        await lay(m, leaf.chainPem, leaf.privateKeyPem.reveal(), ca.certificatePem);
        m.at(new Date("2026-06-05T00:00:00Z"));
      },
      "CERTIFICATE_NOT_USABLE",
    ],
  ])("with %s is refused, and nothing is written", async (_what, prepare, code) => {
    await using machine = await folderWorld([]);
    await prepare(machine);
    const plan = await planOf(brought, machine);
    const error = plan.documents[0]?.error;
    expect(isError(error, "CERTIFICATE_NOT_USABLE", "PKI_KEY_MISMATCH") && error.code).toBe(code);
    expect(error && describeError(error, "zh-CN").remedy).not.toBe("");
    await expect(read(machine, "data/server.crt")).rejects.toThrow("ENOENT");
  });
});

/** What may have happened to a machine before. */
const states = fc.record({
  applied: fc.boolean(),
  lost: fc.subarray([
    "docs/ca/main.server.pem",
    "data/cert/server.crt",
    "etc/client.key",
    "data/cert/ca.crt",
  ]),
  spoilt: fc.subarray(["data/cert/server.key", "docs/ca/main.client-nodes.pem"]),
  later: fc.constantFrom(0, 70),
});

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

describeInvariants<typeof states extends fc.Arbitrary<infer T> ? T : never, World>("HarborCertificate", {
  kinds,
  states,
  runs: 5,
  scene: async (state): Promise<Scene<World>> => {
    const machine = await folderWorld([document()]);
    if (state.applied) await applied(document(), machine);
    for (const path of state.lost) await rm(join(machine.root, path), { force: true });
    for (const path of state.spoilt) await put(machine, path, "spoilt");
    machine.at(new Date(Date.parse("2026-06-01T00:00:00Z") + state.later * 86_400_000));
    const paths = ["data/cert/server.crt", "data/cert/server.key", "data/cert/ca.crt"];
    const texts = (): Promise<string[]> =>
      Promise.all(paths.map((path) => read(machine, path).catch(() => "")));
    return {
      world: machine.world,
      documents: [document()],
      works: async () => {
        const [certificate = "", key = "", ca = ""] = await texts();
        if (!certificate.includes("BEGIN") || !key.includes("BEGIN") || ca === "") return false;
        const { Sensitive } = await import("../../model/sensitive.ts");
        const now = machine.world.clock.now();
        const privateKeyPem = new Sensitive(key);
        return verifyChain({ chainPem: certificate, trustedPem: ca, privateKeyPem, purpose: "server", now })
          .ok;
      },
      snapshot: async () => {
        const [certificate = "", , ca = ""] = await texts();
        const { dnsNames, subject, key } = inspectCertificate(certificate);
        return { dnsNames, subject, key, ca: inspectCertificate(ca).subject };
      },
      secrets: async () => {
        const key = (await read(machine, "docs/ca/ca.pem").catch(() => "")).split("\n")[1];
        return key === undefined ? [digest("none")] : [key];
      },
      [Symbol.asyncDispose]: () => machine[Symbol.asyncDispose](),
    };
  },
});

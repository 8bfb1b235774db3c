import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Secret } from "../../../../clients/kubernetes/object.ts";
import { resources } from "../../../../clients/kubernetes/resources.ts";
import { apply, type ApplyResult } from "../../../../engine/apply.ts";
import { makePlan, type Plan } from "../../../../engine/plan.ts";
import { describeInvariants, type Scene } from "../../../../engine/testing/invariants.ts";
import { createAuthority } from "../../../../pki/authority.ts";
import { inspectCertificate } from "../../../../pki/inspect.ts";
import { exportPrivateKey } from "../../../../pki/key.ts";
import { resolveClientCertificate } from "../../../shared/client-certificate-source.ts";
import { resolveTrust } from "../../../shared/trust-source.ts";
import type { World } from "../../../world.ts";
import { harborCertificate } from "../../index.ts";
import { harborCertificateSchema } from "../../schema.ts";
import { startCluster, type TestCluster } from "../../testing/cluster.ts";
import { documentOf, folderWorld, type FolderWorld } from "../../testing/world.ts";
import { certManagerResources, type WithConditions } from "./objects.ts";
import { askForRenewal } from "./renew.ts";
import type { CertManager } from "./schema.ts";
import { installDefinitions, removeDefinitions } from "./testing/definitions.ts";
import { startStandIn, type StandIn } from "./testing/stand-in.ts";

const { signal } = new AbortController();
const kinds = [harborCertificate];
const { certificates, issuers } = certManagerResources;
let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster();
  await installDefinitions(cluster.client);
});
afterAll(() => cluster[Symbol.asyncDispose]());

interface Stage extends AsyncDisposable {
  readonly namespace: string;
  readonly machine: FolderWorld;
  readonly standIn: StandIn;
  readonly document: ReturnType<typeof documentFor>;
  readonly authority: string;
  secret(name?: string): Promise<Secret | undefined>;
}

const documentFor = (
  namespace: string,
  more: object = {},
  issuer: object = { selfManaged: { caSecretName: "ca" } },
) =>
  documentOf(harborCertificateSchema, "main", {
    issuer: { certManager: { namespace, ...issuer } },
    hosts: ["harbor.example.com"],
    clients: [{ name: "nodes" }],
    deliver: { secrets: [{ namespace, name: "harbor-tls" }] },
    ...more,
  });

/** A namespace with a CA in a Secret, and somebody who plays cert-manager there. */
async function stage(more: object = {}, issuer?: object): Promise<Stage> {
  const namespace = await cluster.namespace();
  const document = documentFor(namespace, more, issuer);
  const folder = await folderWorld([document], { kubernetes: cluster.client });
  // Whoever waits leaves the other his turn: with waits of no time at all, every look was over before he began.
  const clock = { ...folder.world.clock, sleep: () => sleep(15) };
  const machine: FolderWorld = { ...folder, world: { ...folder.world, clock } };
  const now = (): Date => machine.world.clock.now();
  const authority = await createAuthority({
    commonName: "Cluster CA",
    keyType: "ECDSA_P256",
    validityDays: 3650,
    now: now(),
  });
  const key = (await exportPrivateKey(authority.key)).reveal();
  await cluster.client.create(
    resources.secrets,
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { namespace, name: "ca" },
      type: "kubernetes.io/tls",
      data: { "tls.crt": btoa(authority.certificatePem), "tls.key": btoa(key) },
    },
    { signal },
  );
  const standIn = startStandIn(cluster.client, namespace, now);
  return {
    namespace,
    machine,
    standIn,
    document,
    authority: authority.certificatePem,
    secret: (name = "main-server-tls") =>
      cluster.client.get<Secret>(resources.secrets, { namespace, name }, signal),
    [Symbol.asyncDispose]: async () => {
      await standIn[Symbol.asyncDispose]();
      await machine[Symbol.asyncDispose]();
    },
  };
}

const planOf = (on: Stage, direction: "apply" | "remove" = "apply"): Promise<Plan> =>
  makePlan([on.document], kinds, on.machine.world, { direction, signal });
const stepsOf = (plan: Plan): string[] => plan.documents.flatMap((d) => d.steps.map((s) => s.id));
const codesOf = (plan: Plan): string[] => plan.documents.flatMap((d) => d.findings.map((f) => f.code));
const carryOut = async (on: Stage, direction: "apply" | "remove" = "apply"): Promise<ApplyResult> =>
  apply(await planOf(on, direction), kinds, on.machine.world);
const problemsOf = ({ documents }: ApplyResult): unknown[] =>
  documents.flatMap((d) => [...d.failures.map((f) => f.error.code), ...d.proofs.filter((p) => !p.ok)]);
const text = (of: Secret | undefined, key: string): string =>
  Buffer.from(of?.data?.[key] ?? "", "base64").toString("utf8");
const certificate = (on: Stage, name = "main-server"): Promise<WithConditions | undefined> =>
  cluster.client.get<WithConditions>(certificates, { namespace: on.namespace, name }, signal);
const given = (on: Stage): CertManager => on.document.spec.issuer.certManager as CertManager;
const days = (count: number): Date => new Date(Date.parse("2026-06-01T00:00:00Z") + count * 86_400_000);

/** The status comes after the Secret, and is never given by a cert-manager that does nothing. */
const reported = async (on: Stage): Promise<void> => {
  for (const name of ["main-server", "main-client-nodes"])
    await expect.poll(async () => (await certificate(on, name))?.status?.revision).toBe(1);
};

describe("a certificate that cert-manager issues", () => {
  test("is asked for, followed, delivered and verified; a second run plans nothing", async () => {
    await using on = await stage();
    expect(stepsOf(await planOf(on))).toEqual([
      "issuer",
      "certificate/server",
      "certificate/nodes",
      `secret/${on.namespace}/harbor-tls`,
    ]);
    expect(problemsOf(await carryOut(on))).toEqual([]);
    expect(stepsOf(await planOf(on))).toEqual([]);
    expect(text(await on.secret("harbor-tls"), "tls.crt")).toBe(text(await on.secret(), "tls.crt"));
    expect(on.standIn.issued()).toBe(2);
  });

  test("is asked for with the life, key, names and usages that the document says", async () => {
    await using on = await stage({ validityDays: 30, renewAfter: 0.5, ipAddresses: ["10.0.0.7"] });
    await carryOut(on);
    expect((await certificate(on))?.spec).toEqual({
      secretName: "main-server-tls",
      issuerRef: { name: "main", kind: "Issuer", group: "cert-manager.io" },
      duration: "2592000s",
      renewBefore: "1296000s",
      privateKey: { algorithm: "ECDSA", size: 256, encoding: "PKCS8", rotationPolicy: "Always" },
      usages: ["digital signature", "server auth"],
      dnsNames: ["harbor.example.com"],
      ipAddresses: ["10.0.0.7"],
    });
    expect((await certificate(on, "main-client-nodes"))?.spec).toMatchObject({
      commonName: "nodes",
      usages: ["digital signature", "client auth"],
    });
    const made = inspectCertificate(text(await on.secret("main-client-nodes-tls"), "tls.crt"));
    expect([made.commonName, made.extendedKeyUsage]).toEqual(["nodes", ["clientAuth"]]);
  });

  test("is found by the kinds that refer to it", async () => {
    await using on = await stage();
    await carryOut(on);
    expect(await resolveTrust({ certificate: "main" }, "/", on.machine.world, signal)).toBe(on.authority);
    const source = { certificate: "main", client: "nodes" };
    const pair = await resolveClientCertificate(source, "/", on.machine.world, signal);
    expect(pair.certificate).toBe(text(await on.secret("main-client-nodes-tls"), "tls.crt"));
  });

  test("with other names, is asked for anew, and what was delivered changes with it", async () => {
    await using on = await stage();
    await carryOut(on);
    const changed = { ...on, document: documentFor(on.namespace, { hosts: ["registry.example.com"] }) };
    expect(stepsOf(await planOf(changed))).toEqual([
      "certificate/server",
      `secret/${on.namespace}/harbor-tls`,
    ]);
    expect(problemsOf(await carryOut(changed))).toEqual([]);
    expect(inspectCertificate(text(await on.secret("harbor-tls"), "tls.crt")).dnsNames).toEqual([
      "registry.example.com",
    ]);
  });

  test("is renewed by cert-manager alone; Moorline carries the new one on, and warns where none comes", async () => {
    await using on = await stage();
    await carryOut(on);
    await reported(on);
    on.standIn.behave("idle");
    on.machine.at(days(61));
    expect(await planOf(on).then((plan) => [stepsOf(plan), codesOf(plan)])).toEqual([[], []]);
    on.machine.at(days(70));
    expect(codesOf(await planOf(on))).toEqual(["CERT_MANAGER_RENEWAL_LATE", "CERT_MANAGER_RENEWAL_LATE"]);
    on.standIn.behave("issue");
    const before = text(await on.secret(), "tls.crt");
    await askForRenewal(given(on), on.document, "server", on.machine.world, signal);
    await expect.poll(async () => text(await on.secret(), "tls.crt")).not.toBe(before);
    await expect.poll(async () => stepsOf(await planOf(on))).toEqual([`secret/${on.namespace}/harbor-tls`]);
    expect(problemsOf(await carryOut(on))).toEqual([]);
    expect(text(await on.secret("harbor-tls"), "tls.crt")).toBe(text(await on.secret(), "tls.crt"));
  });

  test("asked for at once, gets a new revision, and asking twice asks once", async () => {
    await using on = await stage();
    await carryOut(on);
    await reported(on);
    on.standIn.behave("idle");
    const first = await askForRenewal(given(on), on.document, "server", on.machine.world, signal);
    const second = await askForRenewal(given(on), on.document, "server", on.machine.world, signal);
    expect([first, second]).toEqual([1, 1]);
    const conditions = (await certificate(on))?.status?.conditions?.map((c) => [c.type, c.reason]);
    expect(conditions).toEqual([
      ["Ready", "Ready"],
      ["Issuing", "ManuallyTriggered"],
    ]);
    on.standIn.behave("issue");
    await expect.poll(async () => (await certificate(on))?.status?.revision).toBe(2);
  });

  test("refused, is one clear error with the words of the request and the order, and what works stays", async () => {
    await using on = await stage();
    await carryOut(on);
    const before = text(await on.secret("harbor-tls"), "tls.crt");
    on.standIn.behave("refuse");
    const changed = { ...on, document: documentFor(on.namespace, { hosts: ["registry.example.com"] }) };
    const result = await carryOut(changed);
    expect(problemsOf(result)).toEqual(["CERT_MANAGER_ISSUE_FAILED"]);
    const said = result.documents[0]?.failures[0]?.error.message ?? "";
    expect(said).toContain("the CA is closed today");
    expect(said).toContain("rateLimited");
    expect(text(await on.secret("harbor-tls"), "tls.crt")).toBe(before);
    expect(codesOf(await planOf(changed))).toContain("CERT_MANAGER_REFUSED");
    // Mended at the issuer, and asked for at once.
    on.standIn.behave("issue");
    await askForRenewal(given(on), on.document, "server", on.machine.world, signal);
    await expect.poll(async () => (await certificate(on))?.status?.lastFailureTime).toBeUndefined();
    expect(problemsOf(await carryOut(changed))).toEqual([]);
  });

  test("from an issuer that is not there, is told of before and after it is tried", async () => {
    await using on = await stage({}, { issuerRef: { name: "nobody" } });
    const plan = await planOf(on);
    expect(codesOf(plan)).toEqual(["CERT_MANAGER_ISSUER_MISSING"]);
    const result = await apply(plan, kinds, on.machine.world);
    expect(problemsOf(result)).toEqual(["CERT_MANAGER_NOT_READY", "CERT_MANAGER_NOT_READY"]);
    expect(result.documents[0]?.failures[0]?.error.message).toContain('"nobody" not found');
  });

  test("whose CA is not there, is told of with the issuer's own words", async () => {
    await using on = await stage({}, { selfManaged: { caSecretName: "lost" } });
    await carryOut(on);
    const findings = (await planOf(on)).documents[0]?.findings.filter(
      (f) => f.code === "CERT_MANAGER_ISSUER_NOT_READY",
    );
    expect(findings?.map((f) => f.evidence["reason"])).toEqual(['secret "lost" not found']);
  });

  test("leaves a Certificate alone that somebody else made", async () => {
    await using on = await stage();
    on.standIn.behave("idle");
    const theirs = {
      metadata: { namespace: on.namespace, name: "main-server" },
      spec: { secretName: "theirs", issuerRef: { name: "theirs" } },
    };
    await cluster.client.create(certificates, theirs, { signal });
    const plan = await planOf(on);
    expect(codesOf(plan)).toEqual(["CERT_MANAGER_OBJECT_NOT_OURS"]);
    expect(stepsOf(plan)).not.toContain("certificate/server");
    await carryOut(on, "remove");
    expect((await certificate(on))?.spec?.["secretName"]).toBe("theirs");
  });

  test("removed, takes its Certificates, Secrets and Issuer with it, and leaves the CA", async () => {
    await using on = await stage();
    await carryOut(on);
    expect(problemsOf(await carryOut(on, "remove"))).toEqual([]);
    const { items } = await cluster.client.list(certificates, { namespace: on.namespace, signal });
    const left = await cluster.client.list(issuers, { namespace: on.namespace, signal });
    expect([items, left.items]).toEqual([[], []]);
    expect([
      await on.secret(),
      await on.secret("main-client-nodes-tls"),
      await on.secret("harbor-tls"),
    ]).toEqual([undefined, undefined, undefined]);
    expect(await on.secret("ca")).toBeDefined();
  });

  test("without cert-manager in the cluster, is one clear finding and nothing is tried", async () => {
    await using bare = await startCluster();
    const namespace = await bare.namespace();
    const document = documentFor(namespace);
    await using machine = await folderWorld([document], { kubernetes: bare.client });
    const plan = await makePlan([document], kinds, machine.world, { signal });
    expect([stepsOf(plan), codesOf(plan)]).toEqual([[], ["CERT_MANAGER_NOT_INSTALLED"]]);
    expect((await apply(plan, kinds, machine.world)).ok).toBe(false);
    await installDefinitions(bare.client);
    expect(codesOf(await makePlan([document], kinds, machine.world, { signal }))).toEqual([]);
    await removeDefinitions(bare.client);
  });

  test.for([
    [{ issuerRef: { name: "x", kind: "AWSPCAIssuer" } }, "say `group`"],
    [{}, "exactly one of issuerRef and selfManaged"],
    [
      { issuerRef: { name: "x" }, selfManaged: { caSecretName: "ca" } },
      "exactly one of issuerRef and selfManaged",
    ],
  ] as const)("a document with %o is refused", ([issuer, said]) => {
    expect(() => documentFor("harbor", {}, issuer)).toThrow(said);
  });

  test("a revocation list can not be asked for where cert-manager keeps the CA's key", () => {
    expect(() => documentFor("harbor", { crl: {} })).toThrow("cert-manager keeps the CA's key");
  });
});

interface State {
  readonly applied: boolean;
  readonly damages: readonly (
    "certificate-edited" | "certificate-lost" | "secret-lost" | "issuer-lost" | "copy-spoilt"
  )[];
}

const states: fc.Arbitrary<State> = fc.record({
  applied: fc.boolean(),
  damages: fc.uniqueArray(
    fc.constantFrom("certificate-edited", "certificate-lost", "secret-lost", "issuer-lost", "copy-spoilt"),
  ),
});

async function damage(how: State["damages"][number], { namespace }: Stage): Promise<void> {
  const { client } = cluster;
  const at = (name: string) => ({ namespace, name });
  switch (how) {
    case "certificate-edited":
      return void (await client.patch(
        certificates,
        at("main-client-nodes"),
        "merge",
        { spec: { commonName: "edited" } },
        { signal },
      ));
    case "certificate-lost":
      return void (await client.delete(certificates, at("main-server"), { signal }));
    case "secret-lost":
      return void (await client.delete(resources.secrets, at("main-server-tls"), { signal }));
    case "issuer-lost":
      return void (await client.delete(issuers, at("main"), { signal }));
    case "copy-spoilt":
      return void (await client.patch(
        resources.secrets,
        at("harbor-tls"),
        "merge",
        { data: { "tls.crt": btoa("x") } },
        { signal },
      ));
  }
}

async function scene(state: State): Promise<Scene<World>> {
  const on = await stage();
  if (state.applied) {
    await carryOut(on);
    on.standIn.behave("idle");
    for (const how of state.damages) await damage(how, on);
    on.standIn.behave("issue");
  }
  return {
    world: on.machine.world,
    documents: [on.document],
    works: async () => text(await on.secret("harbor-tls"), "tls.crt").includes("BEGIN"),
    snapshot: async () => {
      const read = async (name: string) => inspectCertificate(text(await on.secret(name), "tls.crt"));
      const [server, client] = [await read("harbor-tls"), await read("main-client-nodes-tls")];
      return { names: server.dnsNames, client: client.commonName, spec: (await certificate(on))?.spec };
    },
    secrets: async () => [text(await on.secret(), "tls.key").split("\n")[1] ?? "none at all"],
    [Symbol.asyncDispose]: () => on[Symbol.asyncDispose](),
  };
}

describeInvariants("HarborCertificate by cert-manager", { kinds, states, scene, runs: 3 });

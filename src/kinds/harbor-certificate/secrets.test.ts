import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeAuthority } from "../../clients/http/testing/certificates.ts";
import { createKubernetesClient, type KubernetesClient } from "../../clients/kubernetes/client.ts";
import type { Secret } from "../../clients/kubernetes/object.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import { apply, type ApplyResult } from "../../engine/apply.ts";
import { makePlan, type Plan } from "../../engine/plan.ts";
import { Sensitive } from "../../model/sensitive.ts";
import { verifyChain } from "../../pki/verify.ts";
import { startKubernetes, type SandboxKubernetes } from "../../sandbox/kubernetes/start.ts";
import { resolveClientCertificate } from "../shared/client-certificate-source.ts";
import { resolveTrust } from "../shared/trust-source.ts";
import { harborCertificate } from "./index.ts";
import { harborCertificateSchema } from "./schema.ts";
import { documentOf, folderWorld, type FolderWorld } from "./testing/world.ts";

const { signal } = new AbortController();
const kinds = [harborCertificate];
let kubernetes: SandboxKubernetes;
let client: KubernetesClient;
let namespace = "";
let count = 0;

beforeAll(async () => {
  const authority = makeAuthority();
  const pair = authority.issue({ san: "IP:127.0.0.1" });
  const token = new Sensitive("administrator-of-the-test");
  kubernetes = await startKubernetes({
    host: "127.0.0.1",
    port: 0,
    tls: {
      certificatePem: pair.certificate,
      privateKeyPem: new Sensitive(pair.key),
      authorityPem: authority.certificate,
    },
    tokens: [{ token, user: "admin", groups: ["system:masters"] }],
    clock: () => new Date(),
  });
  client = createKubernetesClient(
    {
      server: kubernetes.url,
      tls: { ca: authority.certificate },
      namespace: "default",
      source: "test",
      authorization: () => Promise.resolve(new Sensitive(`Bearer ${token.reveal()}`)),
    },
    { fieldManager: "moorline" },
  );
});
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await kubernetes[Symbol.asyncDispose]();
});
beforeEach(async () => {
  namespace = `harbor-${++count}`;
  const object = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  await client.create(resources.namespaces, object, { signal });
});

const documentWith = (takeOver = false, hosts = ["harbor.example.com"]) =>
  documentOf(harborCertificateSchema, "main", {
    issuer: { ownAuthority: { secretRef: { namespace, name: "harbor-ca" } } },
    hosts,
    clients: [{ name: "nodes" }],
    deliver: {
      secrets: [
        { namespace, name: "harbor-tls", takeOver },
        { of: "nodes", namespace, name: "harbor-nodes" },
      ],
    },
  });
type Documents = ReturnType<typeof documentWith>;

const machine = (of: Documents): Promise<FolderWorld> => folderWorld([of], { kubernetes: client });
const planOf = (
  of: Documents,
  { world }: FolderWorld,
  direction: "apply" | "remove" = "apply",
): Promise<Plan> => makePlan([of], kinds, world, { direction, signal });
const stepsOf = (plan: Plan): string[] => plan.documents.flatMap((d) => d.steps.map((s) => s.id));
const carryOut = async (
  of: Documents,
  here: FolderWorld,
  direction: "apply" | "remove" = "apply",
): Promise<ApplyResult> => apply(await planOf(of, here, direction), kinds, here.world);
const problemsOf = ({ documents }: ApplyResult): unknown[] =>
  documents.flatMap((d) => [...d.failures.map((f) => f.error.message), ...d.proofs.filter((p) => !p.ok)]);

const secret = (name: string): Promise<Secret | undefined> =>
  client.get<Secret>(resources.secrets, { namespace, name }, signal);
const text = (of: Secret | undefined, key: string): string =>
  Buffer.from(of?.data?.[key] ?? "", "base64").toString("utf8");
const put = (name: string, type: string, data: Readonly<Record<string, string>>): Promise<unknown> => {
  const encoded = Object.entries(data).map(([k, v]) => [k, Buffer.from(v).toString("base64")] as const);
  const object = { apiVersion: "v1", kind: "Secret", metadata: { namespace, name }, type };
  return client.create(resources.secrets, { ...object, data: Object.fromEntries(encoded) }, { signal });
};

describe("a certificate kept in and delivered to Secrets", () => {
  test("is issued by a CA that lives in a Secret, delivered, and verifies; a second run plans nothing", async () => {
    const document = documentWith();
    await using here = await machine(document);
    expect(problemsOf(await carryOut(document, here))).toEqual([]);
    expect(stepsOf(await planOf(document, here))).toEqual([]);
    const ca = await secret("harbor-ca");
    expect(ca?.type).toBe("Opaque");
    expect(Object.keys(ca?.data ?? {}).sort()).toEqual([
      "ca.pem",
      "main.client-nodes.pem",
      "main.server.pem",
    ]);
    const delivered = await secret("harbor-tls");
    expect(delivered?.type).toBe("kubernetes.io/tls");
    expect(text(delivered, "ca.crt")).not.toContain("PRIVATE");
    const verdict = verifyChain({
      chainPem: text(delivered, "tls.crt"),
      privateKeyPem: new Sensitive(text(delivered, "tls.key")),
      trustedPem: text(delivered, "ca.crt"),
      hostname: "harbor.example.com",
      purpose: "server",
      now: new Date("2026-06-02T00:00:00Z"),
    });
    expect(verdict.findings.filter((f) => f.severity === "error")).toEqual([]);
  });

  test("is found by the kinds that refer to it", async () => {
    const document = documentWith();
    await using here = await machine(document);
    await carryOut(document, here);
    const trust = await resolveTrust({ certificate: "main" }, "/", here.world, signal);
    expect(trust).toBe(text(await secret("harbor-tls"), "ca.crt"));
    const source = { certificate: "main", client: "nodes" };
    const pair = await resolveClientCertificate(source, "/", here.world, signal);
    expect(pair.certificate).toBe(text(await secret("harbor-nodes"), "tls.crt"));
  });

  test("leaves labels and keys of others in its Secret, and puts back what was changed of its own", async () => {
    const document = documentWith();
    await using here = await machine(document);
    await carryOut(document, here);
    const before = await secret("harbor-tls");
    const theirs = {
      metadata: { labels: { team: "a" } },
      data: { extra: btoa("x"), "tls.crt": btoa("spoilt") },
    };
    await client.patch(resources.secrets, { namespace, name: "harbor-tls" }, "merge", theirs, { signal });
    expect(stepsOf(await planOf(document, here))).toEqual([`secret/${namespace}/harbor-tls`]);
    expect(problemsOf(await carryOut(document, here))).toEqual([]);
    const after = await secret("harbor-tls");
    expect(after?.metadata.labels).toEqual({ team: "a" });
    expect(after?.data).toEqual({ ...before?.data, extra: btoa("x") });
  });

  test("a Secret that somebody else made is told of and not touched", async () => {
    const document = documentWith();
    await using here = await machine(document);
    await put("harbor-tls", "kubernetes.io/tls", { "tls.crt": "theirs", "tls.key": "theirs" });
    const plan = await planOf(document, here);
    expect(plan.documents[0]?.findings.map((f) => f.code)).toEqual(["DELIVERY_SECRET_NOT_OURS"]);
    expect(stepsOf(plan)).not.toContain(`secret/${namespace}/harbor-tls`);
    expect((await apply(plan, kinds, here.world)).ok).toBe(false);
    expect(text(await secret("harbor-tls"), "tls.crt")).toBe("theirs");
    await carryOut(document, here, "remove");
    expect(text(await secret("harbor-tls"), "tls.crt")).toBe("theirs");
  });

  test("is written over a Secret of others where takeOver says so, and that one outlives the document", async () => {
    const document = documentWith(true);
    await using here = await machine(document);
    await put("harbor-tls", "kubernetes.io/tls", { "tls.crt": "theirs", "tls.key": "theirs" });
    expect(problemsOf(await carryOut(document, here))).toEqual([]);
    expect(text(await secret("harbor-tls"), "tls.crt")).toContain("BEGIN CERTIFICATE");
    expect(stepsOf(await planOf(document, here))).toEqual([]);
    await carryOut(document, here, "remove");
    expect(await secret("harbor-tls")).toBeDefined();
    expect(await secret("harbor-nodes")).toBeUndefined();
  });

  test("a Secret of another type is refused even with takeOver, because a type can not be changed", async () => {
    const document = documentWith(true);
    await using here = await machine(document);
    await put("harbor-tls", "Opaque", { "tls.crt": "theirs" });
    const plan = await planOf(document, here);
    expect(plan.documents[0]?.findings.map((f) => f.code)).toEqual(["DELIVERY_SECRET_NOT_OURS"]);
    expect(stepsOf(plan)).not.toContain(`secret/${namespace}/harbor-tls`);
  });

  test("is taken away with its Secrets; the CA and its Secret stay", async () => {
    const document = documentWith();
    await using here = await machine(document);
    await carryOut(document, here);
    expect(problemsOf(await carryOut(document, here, "remove"))).toEqual([]);
    expect([await secret("harbor-tls"), await secret("harbor-nodes")]).toEqual([undefined, undefined]);
    expect(Object.keys((await secret("harbor-ca"))?.data ?? {})).toEqual(["ca.pem"]);
  });

  test("two that run at once agree on one CA", async () => {
    const document = documentWith();
    await using here = await machine(document);
    const plans = await Promise.all([planOf(document, here), planOf(document, here)]);
    await Promise.all(plans.map((plan) => apply(plan, kinds, here.world)));
    expect(problemsOf(await carryOut(document, here))).toEqual([]);
    expect(stepsOf(await planOf(document, here))).toEqual([]);
    expect(text(await secret("harbor-tls"), "ca.crt")).toBe(text(await secret("harbor-nodes"), "ca.crt"));
  });
});

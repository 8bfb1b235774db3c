import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { openRaw, until, type Raw } from "../../clients/kubernetes/testing/raw.ts";
import { Sensitive } from "../../model/sensitive.ts";
import { createAuthority } from "../../pki/authority.ts";
import { issueClient } from "../../pki/leaf.ts";
import type { KubernetesOptions, SandboxKubernetes } from "./start.ts";
import { adminToken, startForTest } from "./testing/start.ts";

const stack: (() => PromiseLike<unknown>)[] = [];
afterEach(async () => {
  for (const close of stack.splice(0).toReversed()) await close();
});

async function up(
  options: Partial<KubernetesOptions> = {},
  as: { token?: string; certificatePem?: string; privateKeyPem?: string } = { token: adminToken },
): Promise<{ kubernetes: SandboxKubernetes; raw: Raw }> {
  const { kubernetes, authorityPem } = await startForTest(options);
  const raw = openRaw({ url: kubernetes.url, authorityPem, ...as }, "default");
  stack.push(
    () => kubernetes[Symbol.asyncDispose](),
    () => raw.close(),
  );
  return { kubernetes, raw };
}

async function folder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "moorline-kubernetes-"));
  stack.push(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

const maps = "/api/v1/namespaces/default/configmaps";

describe("kept data", () => {
  test("a restart goes on where the last run ended", async () => {
    const directory = await folder();
    const first = await up({ directory });
    const made = await first.raw.post(maps, { metadata: { name: "kept" }, data: { a: "1" } });
    await first.raw.post(maps, { metadata: { name: "gone" } });
    await first.raw.send("DELETE", `${maps}/gone`);
    const last = first.kubernetes.store.revision;
    await first.kubernetes[Symbol.asyncDispose]();

    const second = await up({ directory });
    expect((await second.raw.get(`${maps}/kept`)).body).toEqual(made.body);
    expect((await second.raw.get(`${maps}/gone`)).status).toBe(404);
    expect(second.kubernetes.store.revision).toBeGreaterThanOrEqual(last);
    const accounts = (await second.raw.get("/api/v1/namespaces/default/serviceaccounts")).body.items;
    expect(accounts).toHaveLength(1);
  });

  test("a line that a crash cut short is dropped", async () => {
    const directory = await folder();
    const first = await up({ directory });
    await first.raw.post(maps, { metadata: { name: "kept" } });
    await first.kubernetes[Symbol.asyncDispose]();
    const log = join(directory, "kubernetes.log");
    await writeFile(log, `${await readFile(log, "utf8")}{"type":"ADDED","resource":"conf`);
    const second = await up({ directory });
    expect((await second.raw.get(`${maps}/kept`)).status).toBe(200);
  });

  test("custom resources are served again", async () => {
    const directory = await folder();
    const first = await up({ directory });
    const openAPIV3Schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
    const versions = [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema } }];
    const names = { plural: "things", kind: "Thing" };
    const spec = { group: "example.com", scope: "Cluster", names, versions };
    await first.raw.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
      metadata: { name: "things.example.com" },
      spec,
    });
    await until(async () => (await first.raw.get("/apis/example.com/v1/things")).status === 200, "things");
    await first.kubernetes[Symbol.asyncDispose]();
    const second = await up({ directory });
    expect((await second.raw.get("/apis/example.com/v1/things")).status).toBe(200);
  });

  test("files are for their owner alone, and a folder that is a file is told", async () => {
    const directory = await folder();
    await up({ directory });
    expect((await stat(join(directory, "kubernetes.log"))).mode & 0o077).toBe(0);
    await writeFile(join(directory, "file"), "");
    await expect(startForTest({ directory: join(directory, "file") })).rejects.toMatchObject({
      code: "SANDBOX_DATA_UNUSABLE",
    });
  });
});

describe("who may do what", () => {
  test("a user without rights is told what is missing", async () => {
    const { raw } = await up({}, { token: "nobody-token" });
    expect((await raw.get("/api/v1/namespaces/default/secrets/a")).body).toEqual({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message:
        'secrets "a" is forbidden: User "nobody" cannot get resource "secrets" in API group "" in the namespace "default"',
      reason: "Forbidden",
      details: { name: "a", kind: "secrets" },
      code: 403,
    });
    expect((await raw.get("/api/v1/namespaces")).body.message).toBe(
      'namespaces is forbidden: User "nobody" cannot list resource "namespaces" in API group "" at the cluster scope',
    );
    expect((await raw.get("/api")).status).toBe(200);
  });

  test("rules allow what they say and no more", async () => {
    const rules = [
      { verbs: ["get", "patch"], apiGroups: [""], resources: ["configmaps"], namespaces: ["default"] },
    ];
    const tokens = [{ token: new Sensitive("t"), user: "u", groups: [], rules }];
    const { raw } = await up({ tokens }, { token: "t" });
    expect((await raw.get(`${maps}/kube-root-ca.crt`)).status).toBe(200);
    expect((await raw.get("/api/v1/namespaces/kube-system/configmaps/kube-root-ca.crt")).status).toBe(403);
    const config = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "new" } };
    expect((await raw.apply(`${maps}/new`, "m", config)).body.message).toContain(
      'cannot create resource "configmaps"',
    );
    const review = { spec: { resourceAttributes: { verb: "list", resource: "secrets" } } };
    const answer = await raw.post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review);
    expect(answer.body.status.allowed).toBe(false);
  });

  test("nobody and an unknown token are told apart", async () => {
    const { raw } = await up({}, {});
    expect((await raw.get("/api/v1/namespaces")).body).toMatchObject({ code: 403, reason: "Forbidden" });
    expect((await raw.get("/version")).status).toBe(200);
    const { raw: wrong } = await up({}, { token: "wrong" });
    expect((await wrong.get("/api/v1/namespaces")).body).toMatchObject({
      code: 401,
      message: "Unauthorized",
    });
  });

  test("a client certificate says who asks", async () => {
    const now = new Date();
    const authority = await createAuthority({
      commonName: "Clients",
      keyType: "ECDSA_P256",
      validityDays: 2,
      now,
    });
    const pair = { keyType: "ECDSA_P256", validityDays: 1, now } as const;
    const admin = await issueClient(authority, {
      ...pair,
      commonName: "root",
      organization: "system:masters",
    });
    const stranger = await createAuthority({
      commonName: "Others",
      keyType: "ECDSA_P256",
      validityDays: 2,
      now,
    });
    const other = await issueClient(stranger, {
      ...pair,
      commonName: "root",
      organization: "system:masters",
    });
    const { kubernetes, authorityPem } = await startForTest({ clientCaPem: authority.certificatePem });
    stack.push(() => kubernetes[Symbol.asyncDispose]());
    const ask = async (leaf: typeof admin): Promise<number> => {
      const raw = openRaw(
        {
          url: kubernetes.url,
          authorityPem,
          certificatePem: leaf.chainPem,
          privateKeyPem: leaf.privateKeyPem.reveal(),
        },
        "default",
      );
      const { status } = await raw.get("/api/v1/secrets");
      await raw.close();
      return status;
    };
    expect(await ask(admin)).toBe(200);
    expect(await ask(other)).toBe(401);
  });

  test("a service account's token is known by its account, which may do nothing", async () => {
    const { kubernetes, raw } = await up();
    const { body } = await raw.get("/api/v1/namespaces/default/secrets");
    const token = Buffer.from(body.items[0]?.data["token"] ?? "", "base64").toString();
    const as = openRaw(
      { url: kubernetes.url, authorityPem: kubernetes.context.authorityPem, token },
      "default",
    );
    stack.push(() => as.close());
    expect((await as.get("/api/v1/secrets")).body.message).toContain(
      'User "system:serviceaccount:default:default" cannot list',
    );
  });
});

describe("faults", () => {
  test("watches end in a burst, and can go on from the last revision", async () => {
    const { kubernetes, raw } = await up();
    const from = (await raw.get(maps)).body.metadata.resourceVersion;
    for (const name of ["a", "b", "c"]) await raw.post(maps, { metadata: { name } });
    kubernetes.faults.endWatchAfterEvents = 2;
    const first = await raw.watch(`${maps}?watch=1&resourceVersion=${from}`);
    expect(first.map((event) => event.object.metadata.name)).toEqual(["a", "b"]);
    const last = first.at(-1)?.object.metadata.resourceVersion ?? "";
    kubernetes.faults.endWatchAfterEvents = 1;
    const second = await raw.watch(`${maps}?watch=1&resourceVersion=${last}`);
    expect(second.map((event) => event.object.metadata.name)).toEqual(["c"]);
  });

  test("what is forgotten cannot be watched from, nor listed on", async () => {
    const { kubernetes, raw } = await up();
    for (const name of ["a", "b", "c"]) await raw.post(maps, { metadata: { name } });
    const page = (await raw.get(`${maps}?limit=1`)).body.metadata;
    await raw.post(maps, { metadata: { name: "d" } });
    kubernetes.store.compact();
    const [event] = await raw.watch(`${maps}?watch=1&resourceVersion=${page.resourceVersion}`);
    expect(event).toMatchObject({ type: "ERROR", object: { kind: "Status", code: 410, reason: "Expired" } });
    expect(event?.object.message).toMatch(/^too old resource version: \d+ \(\d+\)$/);
    const rest = await raw.get(`${maps}?limit=1&continue=${page.continue ?? ""}`);
    expect(rest.body).toMatchObject({ code: 410, reason: "Expired" });
  });

  test("requests are refused as often as told", async () => {
    const { kubernetes, raw } = await up();
    kubernetes.faults.refuseNext = { code: 429, times: 1 };
    const refused = await raw.get(maps);
    expect([refused.status, refused.headers["retry-after"]]).toEqual([429, "1"]);
    expect((await raw.get(maps)).status).toBe(200);
  });
});

test("nodes are seeded, and a pod takes its account's pull secrets", async () => {
  const seen: unknown[] = [];
  const { kubernetes, raw } = await up({
    nodes: [{ name: "node1" }],
    onPodCreated: (pod) => seen.push(pod["metadata"]),
  });
  expect((await raw.get("/api/v1/nodes/node1")).body.status.conditions[0]).toMatchObject({ type: "Ready" });
  await raw.merge("/api/v1/namespaces/default/serviceaccounts/default", {
    imagePullSecrets: [{ name: "pull" }],
  });
  const pod = {
    metadata: { name: "p" },
    spec: { containers: [{ name: "c", image: "harbor.example.com/app:1" }] },
  };
  const { body } = await raw.post("/api/v1/namespaces/default/pods", pod);
  expect(body.spec).toMatchObject({ serviceAccountName: "default", imagePullSecrets: [{ name: "pull" }] });
  await kubernetes.settled();
  expect(seen).toMatchObject([{ name: "p" }]);
});

test("what is far too large is refused", async () => {
  const { raw } = await up();
  const { status } = await raw.post(maps, {
    metadata: { name: "large" },
    data: { a: "x".repeat(3 * 1024 * 1024) },
  });
  expect(status).toBe(413);
});

test("a kubeconfig leads to the server as its user", async () => {
  const { kubernetes } = await up();
  expect(kubernetes.kubeconfig("admin")).toContain(`server: ${kubernetes.url}`);
  expect(kubernetes.kubeconfig("admin")).toContain("token: admin-token");
});

import { afterEach, describe, expect, test } from "vitest";
import { openRaw, type Raw } from "../../clients/kubernetes/testing/raw.ts";
import { Sensitive } from "../../model/sensitive.ts";
import { createAuthority } from "../../pki/authority.ts";
import { issueServer } from "../../pki/leaf.ts";
import { adminToken, startForTest } from "../kubernetes/testing/start.ts";
import { locate } from "./registry/location.ts";
import { startKubeSphere } from "./start.ts";
import { kubeSphereVersions, type KubeSphereVersion } from "./versions.ts";

const stack: (() => PromiseLike<unknown>)[] = [];
afterEach(async () => {
  for (const close of stack.splice(0).toReversed()) await close();
});

async function up(version: KubeSphereVersion, token: string | undefined = adminToken): Promise<Raw> {
  const now = new Date();
  const authority = await createAuthority({ commonName: "CA", keyType: "ECDSA_P256", validityDays: 2, now });
  const tls = await issueServer(authority, {
    dnsNames: [],
    ipAddresses: ["127.0.0.1"],
    keyType: "ECDSA_P256",
    validityDays: 1,
    now,
  });
  const { kubernetes } = await startForTest();
  const kubeSphere = await startKubeSphere({
    kubernetes,
    version,
    host: "127.0.0.1",
    port: 0,
    tls: { certificatePem: tls.chainPem, privateKeyPem: tls.privateKeyPem },
    accounts: [{ name: "admin", password: new Sensitive("P@88w0rd"), groups: ["system:masters"] }],
    workspaces: [{ name: "demo", projects: ["demo-a", "demo-b"] }],
    clock: () => new Date(),
  });
  const raw = openRaw(
    { url: kubeSphere.url, authorityPem: authority.certificatePem, ...(token === "" ? {} : { token }) },
    "",
  );
  stack.push(
    () => kubernetes[Symbol.asyncDispose](),
    () => kubeSphere[Symbol.asyncDispose](),
    () => raw.close(),
  );
  return raw;
}

const verifyPath = "/kapis/resources.kubesphere.io/v1alpha3/namespaces/default/registrysecrets/a/verify";

describe.each(kubeSphereVersions)("KubeSphere %s", (version) => {
  test("is told apart by its definitions", async () => {
    const raw = await up(version);
    const crd = (name: string): Promise<number> =>
      raw.get(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`).then(({ status }) => status);
    const isThree = version.startsWith("3");
    expect(await crd("clusterconfigurations.installer.kubesphere.io")).toBe(isThree ? 200 : 404);
    expect(await crd("installplans.kubesphere.io")).toBe(isThree ? 404 : 200);
  });

  test("tells that DevOps is on", async () => {
    const raw = await up(version);
    const three =
      "/apis/installer.kubesphere.io/v1alpha1/namespaces/kubesphere-system/clusterconfigurations/ks-installer";
    const four = "/apis/kubesphere.io/v1alpha1/installplans/devops";
    const isThree = version.startsWith("3");
    const { body } = await raw.get(isThree ? three : four);
    expect(body).toMatchObject(
      isThree
        ? { spec: { devops: { enabled: true } } }
        : { spec: { enabled: true }, status: { state: "Installed" } },
    );
  });

  test("answers a failed verification in its own way", async () => {
    const { status, body } = await (
      await up(version)
    ).post(verifyPath, { metadata: { name: "a" }, type: "Opaque" });
    const isNewest = version === "4.1.3";
    expect(status).toBe(isNewest ? 400 : 401);
    const reason = "expected secret type: kubernetes.io/dockerconfigjson, got: Opaque\n";
    expect(body).toBe(isNewest ? `registry auth failed with err: ${reason}` : reason);
  });

  test("tells its version to those who may ask", async () => {
    const raw = await up(version, "");
    expect((await raw.get("/kapis/version")).status).toBe(version === "4.1.3" ? 403 : 200);
    expect((await raw.get("/version")).status).toBe(version.startsWith("4") ? 200 : 403);
    const { body } = await (await up(version)).get("/kapis/version");
    expect(body.gitVersion).toBe(`v${version}`);
  });

  test("has workspaces whose projects say so", async () => {
    const raw = await up(version);
    const tenant = version.startsWith("3") ? "v1alpha2" : "v1beta1";
    const { body } = await raw.get(
      `/kapis/tenant.kubesphere.io/${tenant}/workspaces/demo/namespaces?limit=-1`,
    );
    expect(body).toMatchObject({ totalItems: 2 });
    const { body: list } = await raw.get("/api/v1/namespaces?labelSelector=kubesphere.io%2Fworkspace%3Ddemo");
    expect(list.items.map((item) => item.metadata.name)).toEqual(["demo-a", "demo-b"]);
  });

  test("reaches its member cluster by the path of its generation", async () => {
    const raw = await up(version);
    expect((await raw.get("/api/clusters/host/v1/namespaces/demo-a")).status).toBe(200);
    expect((await raw.get("/clusters/host/api/v1/namespaces/demo-a")).status).toBe(
      version.startsWith("4") ? 200 : 404,
    );
    expect((await raw.get("/api/clusters/other/v1/namespaces/demo-a")).status).toBe(400);
  });
});

test("a password gives a token, which is good for the cluster too", async () => {
  const raw = await up("3.4.1", "");
  const form = (password: string): Promise<{ status: number; body: object }> =>
    raw.send(
      "POST",
      "/oauth/token",
      `grant_type=password&username=admin&password=${encodeURIComponent(password)}`,
      "application/x-www-form-urlencoded",
    );
  expect((await form("wrong")).status).toBe(401);
  const granted = await form("P@88w0rd");
  expect(granted.body).toMatchObject({ token_type: "Bearer", expires_in: 7200 });
});

test.each([
  ["https://harbor.example.com", "harbor.example.com", false],
  ["https://harbor.example.com:8443", "harbor.example.com:8443", false],
  ["http://harbor.example.com", "harbor.example.com", true],
  ["harbor.example.com", "index.docker.io", false],
  ["harbor.example.com:8443", "index.docker.io", false],
])("the key %s leads to %s", (key, host, allowsPlainHttp) => {
  expect(locate(key)).toEqual({ host, allowsPlainHttp });
});

test("a key that begins with an address and a port is no URL to Go", () => {
  expect(() => locate("192.168.1.5:5000")).toThrow("first path segment in URL cannot contain colon");
});

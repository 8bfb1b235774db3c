import { describe, expect, test } from "vitest";
import type { Document } from "../../model/document.ts";
import type { ObservedKubesphere, ObservedRegistry } from "./observed.ts";
import { caMountOf, deploymentPart } from "./kubesphere-trust.ts";
import { withClusterProxy } from "./cluster-proxy/fold.ts";
import { observe } from "./observe.ts";
import { plan, planRemoval } from "./plan.ts";
import { run } from "./run.ts";
import { harborRegistrySchema, type HarborRegistrySpec } from "./schema.ts";
import { verify } from "./verify.ts";

const now = new Date("2026-11-22T12:00:00Z");

const document = (over: object = {}): Document<HarborRegistrySpec> => ({
  apiVersion: "moorline.io/v1alpha1",
  kind: "HarborRegistry",
  metadata: { name: "main", labels: {}, annotations: {} },
  spec: harborRegistrySchema.spec.parse({
    url: "https://harbor.example.com",
    credential: { environment: {} },
    tls: { ca: { file: "ca.crt" } },
    ...over,
  }),
  source: { name: "a.yaml", line: 1, column: 1, directory: "." },
});

const observed = (over: Partial<ObservedRegistry> = {}): ObservedRegistry => ({
  url: "https://harbor.example.com",
  version: "v2.15.2-abc",
  username: "admin",
  identity: "administrator",
  lacks: [],
  defaultPassword: false,
  unhealthy: [],
  readOnly: false,
  externalUrl: "https://harbor.example.com:443",
  certificateNotAfter: "2027-02-01T00:00:00Z",
  wantsClientCertificates: false,
  caDigest: "d1",
  ...over,
});

const kubesphere = (over: Partial<ObservedKubesphere> = {}): ObservedKubesphere => ({
  generation: 3,
  deployment: true,
  mountedDigest: "d1",
  configMap: { ours: true, digest: "d1" },
  ...over,
});

const bare: ObservedKubesphere = { generation: 3, deployment: true };

const idsOf = (of: { steps: readonly { id: string }[] }): string[] => of.steps.map((s) => s.id);
const codesOf = (of: { findings: readonly { code: string }[] }): string[] => of.findings.map((f) => f.code);

describe("a plan of a HarborRegistry", () => {
  test.each<[string, Partial<ObservedRegistry>, string[]]>([
    ["nothing is wrong", {}, []],
    [
      "a component is ill",
      { unhealthy: [{ component: "jobservice", status: "unhealthy" }] },
      ["HARBOR_COMPONENT_UNHEALTHY"],
    ],
    ["Harbor is read-only", { readOnly: true }, ["HARBOR_IS_READ_ONLY"]],
    [
      "the account lacks rights",
      { identity: "user", lacks: ["robot:list"] },
      ["HARBOR_ACCOUNT_LACKS_RIGHTS"],
    ],
    ["the account is a robot", { identity: "robot" }, ["HARBOR_ACCOUNT_IS_ROBOT"]],
    ["the password was never changed", { defaultPassword: true }, ["HARBOR_ACCOUNT_HAS_DEFAULT_PASSWORD"]],
    [
      "Harbor goes by another name",
      { externalUrl: "http://harbor.example.com" },
      ["HARBOR_EXTERNAL_URL_DIFFERS"],
    ],
    [
      "the certificate ends soon",
      { certificateNotAfter: "2026-12-01T00:00:00Z" },
      ["HARBOR_CERTIFICATE_EXPIRES_SOON"],
    ],
    ["Harbor wants client certificates, and KubeSphere is not there", { wantsClientCertificates: true }, []],
    [
      "Harbor wants client certificates, and KubeSphere is there",
      { wantsClientCertificates: true, kubesphere: kubesphere() },
      ["HARBOR_WANTS_CLIENT_CERTIFICATES"],
    ],
  ])("says so where %s, and does nothing", (_what, over, codes) => {
    const { steps, findings } = plan(document(), observed(over), now);
    expect(findings.map((f) => f.code)).toEqual(codes);
    expect(steps).toEqual([]);
  });

  test("says in every report that the certificate is not checked", () => {
    expect(codesOf(plan(document({ tls: { insecureSkipTlsVerify: true } }), observed(), now))).toEqual([
      "HARBOR_TLS_NOT_VERIFIED",
    ]);
  });

  test("gives ks-apiserver the CA, and says whom that interrupts", () => {
    const { steps, findings } = plan(document(), observed({ kubesphere: bare }), now);
    expect(steps.map((s) => [s.id, s.after, s.interrupts?.key])).toEqual([
      ["kubesphere/ca", [], undefined],
      ["kubesphere/mount", ["kubesphere/ca"], "harborRegistry.restarts"],
    ]);
    expect(findings.map((f) => f.code)).toEqual(["KUBESPHERE_CA_NOT_TRUSTED"]);
  });

  test.each<[string, Partial<ObservedRegistry>, object, string[], string[]]>([
    ["is done", { kubesphere: kubesphere() }, {}, [], []],
    [
      "was reverted by ks-installer",
      { kubesphere: { generation: 3, deployment: true, configMap: { ours: true, digest: "d1" } } },
      {},
      ["kubesphere/mount"],
      ["KUBESPHERE_CA_NOT_TRUSTED"],
    ],
    [
      "holds a CA that was replaced",
      { caDigest: "d2", kubesphere: kubesphere() },
      {},
      ["kubesphere/ca", "kubesphere/mount"],
      ["KUBESPHERE_CA_NOT_TRUSTED"],
    ],
    [
      "is done on 4.x, where an upgrade would drop it",
      { kubesphere: kubesphere({ generation: 4 }) },
      {},
      [],
      ["KUBESPHERE_HELM_VALUES"],
    ],
    [
      "is not wanted",
      { kubesphere: bare },
      { kubesphere: { trustCa: "never" } },
      [],
      ["KUBESPHERE_CA_WITHHELD"],
    ],
    [
      "meets a ConfigMap of others",
      { kubesphere: { ...bare, configMap: { ours: false, digest: "x" } } },
      {},
      [],
      ["KUBESPHERE_CONFIGMAP_NOT_OURS"],
    ],
    [
      "finds no ks-apiserver",
      { kubesphere: { generation: 3, deployment: false } },
      {},
      [],
      ["KUBESPHERE_APISERVER_MISSING"],
    ],
  ])("plans what is left where the trust %s", (_what, over, spec, ids, codes) => {
    const made = plan(document(spec), observed(over), now);
    expect(idsOf(made)).toEqual(ids);
    expect(codesOf(made)).toEqual(codes);
  });

  test("takes the mount away before the ConfigMap, without which new pods would not start", () => {
    const { steps } = planRemoval(document(), observed({ kubesphere: kubesphere() }));
    expect(steps.map((s) => [s.id, s.after])).toEqual([
      ["kubesphere/unmount", []],
      ["kubesphere/delete-ca", ["kubesphere/unmount"]],
    ]);
    expect(idsOf(planRemoval(document(), observed()))).toEqual([]);
  });

  test("does so too when the document names no CA any more", () => {
    const { caDigest: _dropped, ...rest } = observed({ kubesphere: kubesphere() });
    expect(idsOf(plan(document({ tls: {} }), rest, now))).toEqual([
      "kubesphere/unmount",
      "kubesphere/delete-ca",
    ]);
  });
});

describe("the part of ks-apiserver that is ours", () => {
  test("is one volume, one mount and one annotation, under a manager of the registry's own", () => {
    const mount = caMountOf("main", document().spec);
    expect(mount.fieldManager).toBe("moorline-registry-main");
    expect(deploymentPart(mount, "d1").spec.template).toEqual({
      metadata: { annotations: { "moorline.io/ca-main": "d1" } },
      spec: {
        containers: [
          {
            name: "ks-apiserver",
            volumeMounts: [
              {
                name: "moorline-ca-main",
                mountPath: "/etc/ssl/certs/moorline-main.pem",
                subPath: "ca.crt",
                readOnly: true,
              },
            ],
          },
        ],
        volumes: [{ name: "moorline-ca-main", configMap: { name: "moorline-ca-main" } }],
      },
    });
  });

  test("has a name that fits a volume however long the registry's is", () => {
    const { name } = caMountOf(`${"a".repeat(60)}.example.com`, document().spec);
    expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])$/);
  });
});

test("mutual TLS is no trouble for a KubeSphere that comes by the proxy, and is for one that passes it by", () => {
  const base = { schema: harborRegistrySchema, observe, plan, planRemoval, run, verify };
  const folded = withClusterProxy(base);
  const proxied = document({
    tls: {
      ca: { file: "ca.crt" },
      clientCertificate: { files: { certificate: "a.crt", privateKey: "a.key" } },
    },
    clusterProxy: {
      namespace: "harbor-proxy",
      certificate: { certificate: "proxy", secret: "proxy-tls" },
      allowedSources: [{ namespaces: {} }],
      image: `nginx@sha256:${"a".repeat(64)}`,
    },
  });
  const registry = observed({ wantsClientCertificates: true, kubesphere: kubesphere() });
  const host = "harbor.example.com";
  const planWith = (aliases: readonly { ip: string; hostnames: string[] }[]): string[] =>
    codesOf(
      folded.plan(
        proxied,
        { registry, proxy: { parts: [], alias: { host, address: "10.96.0.9", aliases } } },
        now,
      ),
    );
  expect(planWith([{ ip: "10.96.0.9", hostnames: [host] }])).toEqual([]);
  expect(planWith([])).toEqual(["HARBOR_WANTS_CLIENT_CERTIFICATES", "CLUSTER_PROXY_PASSED_BY"]);
});

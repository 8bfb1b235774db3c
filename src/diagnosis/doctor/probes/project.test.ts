import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { createKubernetesClient, type KubernetesClient } from "../../../clients/kubernetes/client.ts";
import type { NewObject } from "../../../clients/kubernetes/object.ts";
import { resources, type Resource } from "../../../clients/kubernetes/resources.ts";
import { directApi, type KubeSphereApi } from "../../../clients/kubesphere/api.ts";
import { openEndpoint } from "../../../clients/http/endpoint.ts";
import { Sensitive } from "../../../model/sensitive.ts";
import type { Authority } from "../../../pki/authority.ts";
import {
  adminPassword,
  serverTls,
  testAuthority,
  testHarbor,
  type TestHarbor,
} from "../../../sandbox/harbor/testing/start.ts";
import { adminToken, startForTest } from "../../../sandbox/kubernetes/testing/start.ts";
import { startKubeSphere, type SandboxKubeSphere } from "../../../sandbox/kubesphere/start.ts";
import type { JsonObject } from "../../../sandbox/kubernetes/json.ts";
import type { Evidence } from "../evidence.ts";
import { probeBindingStatus } from "./binding-status.ts";
import { probeProject } from "./project.ts";

const signal = new AbortController().signal;
const namespace = "demo-a";
const stack = new AsyncDisposableStack();
let authority: Authority;
let harbor: TestHarbor;
let kubeSphere: SandboxKubeSphere;
let cluster: Awaited<ReturnType<typeof startForTest>>["kubernetes"];
let kubernetes: KubernetesClient;
let api: KubeSphereApi;

const bindings: Resource = {
  group: "moorline.io",
  version: "v1alpha1",
  plural: "projectbindings",
  kind: "ProjectBinding",
  namespaced: false,
};

beforeAll(async () => {
  authority = await testAuthority();
  const tls = await serverTls(authority);
  harbor = stack.use(await testHarbor({ tls, hostname: "localhost" }));
  const started = await startForTest();
  cluster = stack.use(started.kubernetes);
  kubeSphere = stack.use(
    await startKubeSphere({
      kubernetes: cluster,
      version: "4.1.3",
      host: "127.0.0.1",
      port: 0,
      tls,
      accounts: [{ name: "admin", password: new Sensitive("P@88w0rd"), groups: ["system:masters"] }],
      workspaces: [{ name: "demo", projects: [namespace] }],
      clock: () => new Date(),
    }),
  );
  const authorization = new Sensitive(`Bearer ${adminToken}`);
  kubernetes = stack.use(
    createKubernetesClient(
      {
        server: cluster.url,
        tls: { ca: started.authorityPem },
        namespace: "default",
        source: "test",
        authorization: async () => authorization,
      },
      { fieldManager: "test" },
    ),
  );
  const endpoint = stack.use(openEndpoint(kubeSphere.url, { tls: { ca: authority.certificatePem } }));
  api = directApi(endpoint, authorization);
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  const names = { plural: bindings.plural, kind: bindings.kind };
  await write(resources.customResourceDefinitions, {
    metadata: { name: "projectbindings.moorline.io" },
    spec: {
      group: bindings.group,
      scope: "Cluster",
      names,
      versions: [{ name: bindings.version, served: true, storage: true, schema }],
    },
  });
  await cluster.settled();
}, 60_000);
afterAll(() => stack.disposeAsync());

const write = (resource: Resource, object: object): Promise<unknown> =>
  kubernetes.apply(resource, object as NewObject, { signal, force: true });
const pullSecret = (more: { key?: string; password?: string; type?: string; content?: string } = {}) => {
  const { password = adminPassword, type = "kubernetes.io/dockerconfigjson" } = more;
  const auth = Buffer.from(`admin:${password}`).toString("base64");
  const key = more.key ?? `https://localhost:${harbor.harbor.port}`;
  const config = JSON.stringify({ auths: { [key]: { username: "admin", password, auth } } });
  const data = { ".dockerconfigjson": Buffer.from(more.content ?? config).toString("base64") };
  return write(resources.secrets, {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "pull", namespace },
    type,
    data,
  });
};
const account = (...names: readonly string[]) =>
  write(resources.serviceAccounts, {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "default", namespace },
    imagePullSecrets: names.map((name) => ({ name })),
  });
const look = (name = namespace) => probeProject({ kubernetes, namespace: name, api }, signal);
const shown = (evidence: readonly Evidence[]) =>
  evidence
    .filter(({ outcome }) => outcome === "wrong")
    .map(({ probe, sign, message }) => [probe, sign ?? message]);

/** A healthy project: a Secret that works, linked, and a ks-apiserver that knows the CA. */
beforeEach(async () => {
  // A login that failed locks its account for a while.
  harbor.clock.advance(60_000);
  kubeSphere.setTrust([authority.certificatePem]);
  await kubernetes.delete(resources.secrets, { name: "pull", namespace }, { signal });
  await kubernetes.delete(bindings, { name: "demo" }, { signal });
  await pullSecret();
  await account("pull");
});

describe("a project", () => {
  test("that is healthy has no finding, and its workspace, Secret and Validate are told", async () => {
    const evidence = await look();
    expect(evidence.map(({ probe, outcome }) => [probe, outcome])).toEqual([
      ["project", "fine"],
      ["pull-secret", "fine"],
      ["validate", "fine"],
    ]);
  });

  test("that is not there is an error, with the names that come near", async () => {
    await expect(look(`${namespace}s`)).rejects.toMatchObject({
      code: "DOCTOR_NO_PROJECT",
      parameters: { near: namespace },
    });
  });

  test("whose service account names a Secret that is not there shows it", async () => {
    await account("pull", "gone");
    expect(shown(await look())).toEqual([["pull-secret", "PULL_SECRET_ABSENT"]]);
  });

  test("whose Secret is of another type, or no login, shows it", async () => {
    await kubernetes.delete(resources.secrets, { name: "pull", namespace }, { signal });
    await pullSecret({ type: "Opaque" });
    expect(shown(await look())).toEqual([["pull-secret", "SECRET_TYPE"]]);
    await kubernetes.delete(resources.secrets, { name: "pull", namespace }, { signal });
    await pullSecret({ content: '{"auths":{}}' });
    expect(shown(await look())).toEqual([
      ["pull-secret", "SECRET_UNREADABLE"],
      ["validate", "SECRET_UNREADABLE"],
    ]);
  });
});

describe("the Validate button", () => {
  test("asks Docker Hub where the key has no scheme", async () => {
    await pullSecret({ key: `localhost:${harbor.harbor.port}` });
    expect(shown(await look())).toEqual([["validate", "SECRET_KEY"]]);
  });

  test("is red where the login is wrong", async () => {
    await pullSecret({ password: "Wrong-12345" });
    expect(shown(await look())).toEqual([["validate", "VALIDATE_LOGIN_REFUSED"]]);
  });

  test("is red where ks-apiserver does not know the CA", async () => {
    kubeSphere.setTrust([]);
    expect(shown(await look())).toEqual([["validate", "VALIDATE_CA_UNKNOWN"]]);
  });

  test("is red in the registry's own words where it is not reached", async () => {
    await pullSecret({ key: "https://localhost:1" });
    const [[probe, words] = []] = shown(await look());
    expect(probe).toBe("validate");
    expect(words).toContain("connection refused");
  });

  test("cannot be told where ks-apiserver does not take this account", async () => {
    const evidence = await probeProject({ kubernetes, namespace }, signal);
    expect(evidence.filter(({ outcome }) => outcome === "unknown").map(({ probe }) => probe)).toEqual([
      "validate",
    ]);
    expect(shown(evidence)).toEqual([]);
  });
});

describe("NetworkPolicies on the way of ks-apiserver", () => {
  const system = "kubesphere-system";
  const selected = { podSelector: { matchLabels: { app: "ks-apiserver" } }, policyTypes: ["Egress"] };
  const policy = (spec: object, name = "stops", at = system) =>
    void cluster.store.put("networkpolicies.networking.k8s.io", {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name, namespace: at },
      spec: spec as JsonObject,
    });
  const put = (kind: string, plural: string, at: string, name: string, rest: object) =>
    void cluster.store.put(plural, {
      apiVersion: "v1",
      kind,
      metadata: { name, namespace: at, ...rest },
      ...rest,
    });
  const pod = (at: string, name: string, labels: object, podIP: string, spec: object = {}) =>
    put("Pod", "pods", at, name, { labels, spec, status: { podIP, phase: "Running" } });
  const dns = { ports: [{ protocol: "UDP", port: 53 }] };
  const to = (cidr: string) => ({ to: [{ ipBlock: { cidr } }], ports: [{ port: 443 }] });
  /** Validate waits in vain: nobody listens there. */
  const path = async (host = "registry.example") => {
    await pullSecret({ key: `https://${host}` });
    return probeProject({ kubernetes, namespace, resolve: async () => ["192.0.2.7"] }, signal);
  };
  const named = (evidence: readonly Evidence[]) =>
    evidence.filter(({ probe }) => probe === "network-policy").map(({ outcome, sign }) => sign ?? outcome);

  beforeEach(async () => {
    pod(system, "ks-apiserver", { app: "ks-apiserver" }, "10.0.0.5");
    for (const each of ["stops", "more"])
      await kubernetes.delete(resources.networkPolicies, { name: each, namespace: system }, { signal });
  });

  test.each<[string, object | undefined, readonly string[]]>([
    ["none", undefined, []],
    ["of other pods", { podSelector: { matchLabels: { app: "x" } }, policyTypes: ["Egress"] }, []],
    ["for what comes in", { podSelector: {}, policyTypes: ["Ingress"] }, []],
    ["that allow all", { ...selected, egress: [{}] }, []],
    ["that allow the DNS and the address", { ...selected, egress: [dns, to("192.0.2.0/24")] }, []],
    [
      "that allow another address",
      { ...selected, egress: [dns, to("192.0.3.0/24")] },
      ["NETWORK_POLICY_STOPS"],
    ],
    [
      "that forget the DNS",
      { ...selected, egress: [{ ports: [{ port: 53 }] }, to("192.0.2.0/24")] },
      ["NETWORK_POLICY_STOPS_DNS"],
    ],
    ["that deny everything", selected, ["NETWORK_POLICY_STOPS_DNS", "NETWORK_POLICY_STOPS"]],
  ])("%s: each cause is named by what is missing", async (_, spec, expected) => {
    if (spec !== undefined) policy(spec);
    expect(named(await path())).toEqual(expected);
  });

  test("are not told where Validate is green, whatever they say", async () => {
    policy(selected);
    expect(named(await look())).toEqual([]);
  });

  test("are not told where ks-apiserver did reach the registry", async () => {
    policy(selected);
    kubeSphere.setTrust([]);
    expect(named(await look())).toEqual([]);
  });

  test("are told with the rule that is missing, which mends it", async () => {
    policy({ ...selected, egress: [dns] });
    const first = (await path()).find(({ probe }) => probe === "network-policy");
    expect(first?.subject).toBe(`NetworkPolicy/${system}/stops`);
    const told = first?.told;
    const yaml = told !== undefined && "en" in told ? (/add: (.*)$/.exec(told.en)?.[1] ?? "") : "";
    policy((parse(yaml) as { spec: object }).spec, "more");
    expect(named(await path())).toEqual([]);
  });

  test("of the pods behind a Service count as well, for the pods' port", async () => {
    const labels = { app: "nginx" };
    put("Namespace", "namespaces", "", "hub", {});
    pod("hub", "nginx", labels, "10.0.0.9");
    put("Service", "services", "hub", "harbor", {
      spec: { clusterIP: "10.96.0.9", selector: labels, ports: [{ port: 443, targetPort: 8443 }] },
    });
    const way = () => path("harbor.hub.svc");
    policy({ ...selected, egress: [dns, { to: [{ namespaceSelector: {} }], ports: [{ port: 443 }] }] });
    expect(named(await way())).toEqual(["NETWORK_POLICY_STOPS"]);
    policy({ ...selected, egress: [dns, { to: [{ namespaceSelector: {} }], ports: [{ port: 8443 }] }] });
    expect(named(await way())).toEqual([]);
    policy({ podSelector: {} }, "own", "hub");
    const evidence = await way();
    expect(named(evidence)).toEqual(["NETWORK_POLICY_STOPS"]);
    expect(evidence.map(({ subject }) => subject)).toContain("NetworkPolicy/hub/own");
  });

  test.each([
    ["the node's network", { hostNetwork: true }],
    ["a proxy", { containers: [{ name: "c", env: [{ name: "HTTPS_PROXY", value: "http://p" }] }] }],
  ])("do not count for a pod with %s", async (_, spec) => {
    policy(selected);
    pod(system, "ks-apiserver", { app: "ks-apiserver" }, "10.0.0.5", spec);
    expect(named(await path())).toEqual([]);
  });

  test("count for the address that hostAliases give, without the DNS", async () => {
    policy({ ...selected, egress: [to("198.51.100.1/32")] });
    pod(system, "ks-apiserver", { app: "ks-apiserver" }, "10.0.0.5", {
      hostAliases: [{ ip: "198.51.100.1", hostnames: ["registry.example"] }],
    });
    expect(named(await path())).toEqual([]);
  });
});

describe("a binding of the project", () => {
  const binding = (status?: object) =>
    write(bindings, {
      apiVersion: "moorline.io/v1alpha1",
      kind: "ProjectBinding",
      metadata: { name: "demo" },
      spec: {
        registry: "main",
        projects: { names: [namespace] },
        harborProject: { name: "team" },
        secret: { name: "pull" },
      },
      ...(status && { status }),
    });

  test("shows a service account that lost its Secret, and nothing where it has it", async () => {
    await binding();
    expect(shown(await look())).toEqual([]);
    await account();
    expect(shown(await look())).toEqual([["binding", "SERVICE_ACCOUNT_UNLINKED"]]);
  });

  const of = (status: object, failures: readonly object[] = [], more: object = {}) =>
    probeBindingStatus(
      {
        metadata: { name: "demo", generation: 2 },
        status: {
          observedGeneration: 2,
          conditions: [{ type: "Ready", reason: "R", message: "m", ...status }],
          failing: failures.length,
          failures,
          ...more,
        },
      },
      namespace,
    ).map(({ outcome, sign }) => sign ?? outcome);
  test.each([
    ["ready", of({ status: "True" }), ["fine"]],
    ["not ready", of({ status: "False" }), ["BINDING_NOT_READY"]],
    [
      "not ready for this project",
      of({ status: "False" }, [{ subject: `Secret/${namespace}/pull` }]),
      ["BINDING_NOT_READY"],
    ],
    [
      "not ready for another project alone",
      of({ status: "False" }, [{ subject: "Secret/other/pull" }]),
      ["fine"],
    ],
    [
      "not ready for another project, and more that is not told",
      of({ status: "False" }, [{ subject: "Secret/other/pull" }], { failing: 2 }),
      ["BINDING_NOT_READY"],
    ],
    ["changed since", of({ status: "False" }, [], { observedGeneration: 1 }), ["unknown"]],
  ])("that is %s says so", (_, found, expected) => {
    expect(found).toEqual(expected);
  });
});

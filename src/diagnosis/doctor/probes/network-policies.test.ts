import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { isError, MoorlineError } from "../../../model/errors.ts";
import type { KubernetesClient } from "../../../clients/kubernetes/client.ts";
import type { NewObject } from "../../../clients/kubernetes/object.ts";
import { resources } from "../../../clients/kubernetes/resources.ts";
import { kubesphereResources } from "../../../clients/kubesphere/resources.ts";
import { sandboxServer, type SandboxServer } from "../../../clients/kubernetes/testing/sandbox-server.ts";
import type { JsonObject } from "../../../sandbox/kubernetes/json.ts";
import { examineCluster, examineProject } from "../examine.ts";
import type { Surroundings } from "../surroundings.ts";

const signal = new AbortController().signal;
const system = "kubesphere-system";
const surroundings: Surroundings = {
  way: () => Promise.reject(new MoorlineError("DOCTOR_TARGET", { subject: "-" })),
  trustIsAssumed: () => false,
  now: 0,
  randomBytes: (length) => new Uint8Array(length),
};
let server: SandboxServer;

const put = (resource: string, kind: string, namespace: string, name: string, rest: object = {}): void =>
  void server.kubernetes.store.put(resource, {
    apiVersion: resource.startsWith("networkpolicies") ? "networking.k8s.io/v1" : "v1",
    kind,
    metadata: { name, namespace },
    ...(rest as JsonObject),
  });
const pod = (namespace: string, name: string, labels: object, ip: string): void =>
  put("pods", "Pod", namespace, name, {
    metadata: { name, namespace, labels },
    spec: { containers: [{ name, ports: [{ name: "dns", containerPort: 53, protocol: "UDP" }] }] },
    status: { podIP: ip, phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
  });
const policies = "networkpolicies.networking.k8s.io";
const policy = (namespace: string, spec: object): void =>
  put(policies, "NetworkPolicy", namespace, "p", { spec });

beforeAll(async () => {
  server = await sandboxServer();
  const { group, version, plural, kind } = kubesphereResources.clusterConfigurations;
  await server.client.apply(
    resources.customResourceDefinitions,
    {
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        scope: "Namespaced",
        names: { plural, kind },
        versions: [
          {
            name: version,
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
          },
        ],
      },
    } as NewObject,
    { signal, force: true },
  );
  await server.kubernetes.settled();
  put("namespaces", "Namespace", "", "shop");
  pod(system, "ks-apiserver", { app: "ks-apiserver" }, "10.0.0.5");
  put("services", "Service", "kube-system", "kube-dns", { spec: { selector: { "k8s-app": "kube-dns" } } });
  pod("kube-system", "coredns", { "k8s-app": "kube-dns" }, "10.0.0.2");
}, 60_000);
afterAll(() => server[Symbol.asyncDispose]());
afterEach(() => {
  for (const namespace of [system, "kube-system"]) server.kubernetes.store.remove(policies, namespace, "p");
});

/** A project whose registry is an address; ks-apiserver can not be asked, as with a plain kubeconfig. */
const project = async (host: string, kubernetes: KubernetesClient = server.client) => {
  const auths = { [`https://${host}`]: { username: "u", password: "p", auth: "dTpw" } };
  put("secrets", "Secret", "shop", "pull", {
    type: "kubernetes.io/dockerconfigjson",
    data: { ".dockerconfigjson": Buffer.from(JSON.stringify({ auths })).toString("base64") },
  });
  return examineProject(kubernetes, "shop", surroundings, signal);
};
const codes = ({ diagnoses }: { diagnoses: readonly { cause: { code: string } }[] }) =>
  diagnoses.map(({ cause }) => cause.code);
const out = (...egress: readonly object[]) => ({ podSelector: {}, policyTypes: ["Egress"], egress });
const to = (cidr: string, port = 443) => ({ to: [{ ipBlock: { cidr } }], ports: [{ port }] });

test.each<[string, string, object | undefined, readonly string[]]>([
  ["no policy", "192.0.2.7", undefined, []],
  ["one that allows it", "192.0.2.7", out(to("192.0.2.7/32")), []],
  ["one that denies all", "192.0.2.7", out(), ["NETWORK_POLICY_STOPS"]],
  [
    "one that excepts it",
    "192.0.2.7",
    out({ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["192.0.2.0/24"] } }] }),
    ["NETWORK_POLICY_STOPS"],
  ],
  ["one for another port", "192.0.2.7:8443", out(to("0.0.0.0/0")), ["NETWORK_POLICY_STOPS"]],
  ["one for its port", "192.0.2.7:8443", out(to("0.0.0.0/0", 8443)), []],
  ["one for IPv4 alone", "[2001:db8::7]", out(to("0.0.0.0/0")), ["NETWORK_POLICY_STOPS"]],
  ["one for IPv6", "[2001:db8::7]", out(to("2001:db8::/32")), []],
])("ks-apiserver's way under %s (%s)", async (_, host, spec, expected) => {
  if (spec !== undefined) policy(system, spec);
  expect(codes(await project(host))).toEqual(expected);
});

test("policies that may not be read are told, and are no finding", async () => {
  policy(system, out());
  const refused = new MoorlineError("KUBERNETES_FORBIDDEN", {
    subject: "networkpolicies",
    parameters: { reason: "RBAC" },
  });
  const kubernetes: KubernetesClient = {
    ...server.client,
    list: (resource, options) =>
      resource === resources.networkPolicies
        ? Promise.reject(refused)
        : server.client.list(resource, options),
  };
  const examination = await project("192.0.2.7", kubernetes);
  const told = examination.evidence.find(({ probe }) => probe === "network-policy");
  expect(isError(told?.told, "KUBERNETES_FORBIDDEN")).toBe(true);
  expect([told?.outcome, told?.aside, codes(examination)]).toEqual(["unknown", true, []]);
});

const into = (...ports: readonly object[]) => ({
  podSelector: {},
  ingress: ports.map((port) => ({ ports: [port] })),
});
test.each<[string, object | undefined, readonly string[]]>([
  ["no policy", undefined, []],
  ["one that allows UDP", into({ protocol: "UDP", port: 53 }), []],
  ["one that allows TCP, as a node's cache asks", into({ port: 53 }), []],
  ["one that names the port", into({ protocol: "UDP", port: "dns" }), []],
  ["one for other pods", { podSelector: { matchLabels: { app: "x" } } }, []],
  ["one of Egress alone", out(), []],
  ["one that denies all", { podSelector: {} }, ["NETWORK_POLICY_STOPS_DNS"]],
  ["one that allows metrics alone", into({ port: 9153 }), ["NETWORK_POLICY_STOPS_DNS"]],
])("the cluster's DNS under %s", async (_, spec, expected) => {
  if (spec !== undefined) policy("kube-system", spec);
  expect(codes(await examineCluster(server.client, surroundings, signal))).toEqual(expected);
});

import { resources } from "../../../clients/kubernetes/resources.ts";
import type { SandboxServer } from "../../../clients/kubernetes/testing/sandbox-server.ts";
import { kubesphereResources, systemNamespace } from "../../../clients/kubesphere/resources.ts";
import type { Fault, Scene } from "./scene.ts";

/** Lets the cluster look like one with KubeSphere, whose ks-apiserver can not be asked. */
export async function serveKubeSphere({ client, kubernetes }: SandboxServer): Promise<void> {
  const { group, version, plural, kind } = kubesphereResources.clusterConfigurations;
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  const versions = [{ name: version, served: true, storage: true, schema }];
  const definition = {
    metadata: { name: `${plural}.${group}` },
    spec: { group, scope: "Namespaced", names: { plural, kind }, versions },
  };
  const signal = new AbortController().signal;
  await client.apply(resources.customResourceDefinitions, definition, { signal });
  await kubernetes.settled();
}

/** Writes ks-apiserver and the DNS into Kubernetes, with the scene's policies. */
export function buildNetwork(
  put: (resource: string, object: object) => void,
  { policies }: Pick<Scene, "policies">,
): void {
  const places = [
    [systemNamespace, "ks-apiserver", { app: "ks-apiserver" }, "10.0.0.5", policies.system],
    ["kube-system", "coredns", { "k8s-app": "kube-dns" }, "10.0.0.2", policies.dns],
  ] as const;
  for (const [namespace, name, labels, podIP, spec] of places) {
    const conditions = [{ type: "Ready", status: "True" }];
    put("pods", {
      kind: "Pod",
      metadata: { name, namespace, labels },
      status: { podIP, phase: "Running", conditions },
    });
    put("networkpolicies.networking.k8s.io", {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "isolation", namespace },
      spec,
    });
  }
}

const of = (name: string, cause: string, ask: Fault["ask"] & string, plant: Fault["plant"]): Fault => {
  return { part: "network", name, cause, ask, plant };
};
const out = (...egress: readonly object[]) => ({ podSelector: {}, policyTypes: ["Egress"], egress });
const dns = { ports: [{ protocol: "UDP", port: 53 }] };

/** What NetworkPolicies stop. */
export const networkFaults: readonly Fault[] = [
  of("ks-apiserver may ask the DNS alone", "NETWORK_POLICY_STOPS", "project", (s) => {
    s.policies.system = out(dns);
  }),
  of("the registry is excepted from what ks-apiserver may reach", "NETWORK_POLICY_STOPS", "project", (s) => {
    const blocks = [
      { ipBlock: { cidr: "0.0.0.0/0", except: ["127.0.0.0/8"] } },
      { ipBlock: { cidr: "::/0", except: ["::1/128"] } },
    ];
    s.policies.system = out(dns, { to: blocks });
  }),
  of("ks-apiserver may ask the DNS over TCP alone", "NETWORK_POLICY_STOPS_DNS", "project", (s) => {
    s.policies.system = out({ ports: [{ port: 53 }] }, { ports: [{ port: 1, endPort: 65_535 }] });
  }),
  of("nobody may come to the DNS", "NETWORK_POLICY_STOPS_DNS", "cluster", (s) => {
    s.policies.dns = { podSelector: { matchLabels: { "k8s-app": "kube-dns" } } };
  }),
];

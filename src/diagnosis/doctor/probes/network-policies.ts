import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { stringify } from "yaml";
import type { KubernetesClient } from "../../../clients/kubernetes/client.ts";
import { resources } from "../../../clients/kubernetes/resources.ts";
import { systemNamespace } from "../../../clients/kubesphere/resources.ts";
import type { LiveSign } from "../../causes/cause.ts";
import type { Evidence } from "../evidence.ts";
import { stoppedBy, type Flow, type NetworkPolicy } from "../network-policy.ts";
import { evidenceOf } from "./ask.ts";
import { behind, readPods, serviceOf, type ReadPod } from "./network-places.ts";

/** The addresses of a name; empty where it has none here. */
export type Resolve = (host: string) => Promise<readonly string[]>;

export interface PolicyQuestion {
  readonly kubernetes: KubernetesClient;
  /** `https://harbor.example.com:8443`, as a registry Secret names it. */
  readonly registry: string;
  /** This machine's resolver where absent. */
  readonly resolve?: Resolve;
}

const selector = { app: "ks-apiserver" };

/**
 * The NetworkPolicies that stop ks-apiserver on its way to a registry, or to the DNS: those that select its pod where
 * none allows it. Asked only where Validate is not green, because a network plugin may know no policies.
 * @throws KUBERNETES_*, NETWORK_*
 */
export async function probePathToRegistry(
  { kubernetes, registry, resolve = resolveHere }: PolicyQuestion,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const policies = await listPolicies(kubernetes, systemNamespace, signal);
  const pods = await readPods(kubernetes, { namespace: systemNamespace, labels: selector }, signal);
  // All are of one Deployment. What has the node's network is no policy's, and a proxy is another way.
  const pod = pods.find((each) => !each.isOnHost && !each.hasProxy);
  const url = URL.canParse(registry) ? new URL(registry) : undefined;
  if (url === undefined || pod === undefined) return [];
  const host = url.hostname.replaceAll(/^\[|\]$/g, "");
  const port = Number(url.port || (url.protocol === "http:" ? 80 : 443));
  const known = isIP(host) === 0 ? pod.aliases.get(host) : host;
  const dns = known === undefined ? stoppedDns(policies, pod) : [];
  const question: WayQuestion = { kubernetes, policies, pod, host, port };
  if (known !== undefined) return probeWay(question, [known], signal);
  const service = await serviceOf(kubernetes, { host }, signal);
  const addresses = service?.spec?.clusterIP === undefined ? await resolve(host) : [service.spec.clusterIP];
  return [...dns, ...(await probeWay(question, addresses, signal))];
}

interface WayQuestion {
  readonly kubernetes: KubernetesClient;
  /** Of ks-apiserver's namespace. */
  readonly policies: readonly NetworkPolicy[];
  readonly pod: ReadPod;
  readonly host: string;
  readonly port: number;
}

async function probeWay(
  { kubernetes, policies, pod, host, port }: WayQuestion,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const out = { direction: "Egress", pod, protocol: "TCP", port } as const;
  // Of a name without an address here it is only known whether the port is open to anybody.
  const peers: readonly Flow["peer"][] = addresses.length > 0 ? addresses.map((ip) => ({ ip })) : ["anyone"];
  const stopping = peers.map((peer) => stoppedBy(policies, { ...out, peer }));
  const [first = []] = stopping;
  const [ip] = addresses;
  if (ip === undefined) return first.map((policy) => stops(policy, `${host}:${port}`, outward(pod, port)));
  // An address of a Service stands for its pods, which policies see instead.
  const place = await behind(kubernetes, { addresses, port }, signal);
  const blocked = stopping.every(({ length }) => length > 0);
  if (place === "unknown" && policies.some(speaksOfPods)) return [];
  if (place === undefined || place === "unknown")
    return blocked ? first.map((policy) => stops(policy, `${ip}:${port}`, outward(pod, port, ip))) : [];
  const flows = place.pods.map((target): Flow => {
    return { ...out, peer: { ip: target.ip, pod: target }, port: target.port };
  });
  const [target] = place.pods;
  if (target === undefined) return [];
  if (blocked && flows.every((flow) => stoppedBy(policies, flow).length > 0))
    return first.map((policy) =>
      stops(
        policy,
        `${target.name} (port ${target.port}) behind ${ip}:${port}`,
        toPods(pod, target, place.labels),
      ),
    );
  // Through other addresses than its own, the Service may hide who comes.
  if (!place.isClusterIp || target.isOnHost) return [];
  const inward = await listPolicies(kubernetes, target.namespace, signal);
  const closed = place.pods.map((each) =>
    stoppedBy(inward, {
      direction: "Ingress",
      pod: each,
      peer: { ip: pod.ip, pod },
      protocol: "TCP",
      port: each.port,
    }),
  );
  if (closed.some(({ length }) => length === 0)) return [];
  const from = [peerOf(pod, selector)];
  const rule = policyOf(target.namespace, place.labels, "ingress", { from, ports: [tcp(target.port)] });
  return (closed[0] ?? []).map((policy) => stops(policy, `${target.name} (port ${target.port})`, rule));
}

/** Whether it lets some pods be reached over TCP, which may be those behind an address of the cluster's own. */
const speaksOfPods = ({ spec }: NetworkPolicy): boolean =>
  spec?.egress?.some(
    ({ to = [], ports = [] }) =>
      to.some(({ ipBlock }) => ipBlock === undefined) &&
      (ports.length === 0 || ports.some(({ protocol = "TCP", port }) => protocol === "TCP" && port !== 53)),
  ) === true;

/** Questions to port 53 that nobody may be asked. */
function stoppedDns(policies: readonly NetworkPolicy[], pod: ReadPod): readonly Evidence[] {
  const flow: Flow = { direction: "Egress", pod, peer: "anyone", protocol: "UDP", port: 53 };
  const rule = policyOf(pod.namespace, selector, "egress", { ports: dnsPorts(53) });
  return stoppedBy(policies, flow).map((policy) =>
    tell("NETWORK_POLICY_STOPS_DNS", policy, {
      en: `it selects ${pod.name}, and no policy of the namespace lets it ask port 53 over UDP; add: ${rule}`,
      zh: `该策略选中 ${pod.name}，且命名空间内没有策略放行其对 UDP 53 端口的访问；请添加：${rule}`,
    }),
  );
}

/**
 * The NetworkPolicies of kube-system that let nobody ask the cluster's DNS: those that select one of its pods where
 * none allows its port.
 * @throws KUBERNETES_*, NETWORK_*
 */
export async function probePathToDns(
  kubernetes: KubernetesClient,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const namespace = "kube-system";
  const labels = { "k8s-app": "kube-dns" };
  const policies = await listPolicies(kubernetes, namespace, signal);
  if (policies.length === 0) return [];
  const pods = await readPods(kubernetes, { namespace, labels }, signal);
  const pod = pods.find((each) => !each.isOnHost);
  if (pod === undefined) return [];
  const port = pod.ports.find(({ name }) => name === "dns" || name === "dns-tcp")?.containerPort ?? 53;
  const [udp = [], overTcp = []] = (["UDP", "TCP"] as const).map((protocol) =>
    stoppedBy(policies, { direction: "Ingress", pod, peer: "anyone", protocol, port }),
  );
  // A cache on each node asks over TCP alone.
  if (overTcp.length === 0) return [];
  const rule = policyOf(namespace, labels, "ingress", { ports: dnsPorts(port) });
  return udp.map((policy) =>
    tell("NETWORK_POLICY_STOPS_DNS", policy, {
      en: `it selects ${pod.name}, and no policy of the namespace lets anybody come to its port ${port}; add: ${rule}`,
      zh: `该策略选中 ${pod.name}，且命名空间内没有策略放行对其 ${port} 端口的访问；请添加：${rule}`,
    }),
  );
}

async function listPolicies(
  kubernetes: KubernetesClient,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly NetworkPolicy[]> {
  const { items } = await kubernetes.list<NetworkPolicy>(resources.networkPolicies, { namespace, signal });
  return items.map((item) => ({ ...item, metadata: { ...item.metadata, namespace } }));
}

const stops = (policy: NetworkPolicy, where: string, rule: string): Evidence =>
  tell("NETWORK_POLICY_STOPS", policy, {
    en: `no policy of its namespace allows ks-apiserver's TCP to ${where}; add: ${rule}`,
    zh: `其命名空间内没有策略放行 ks-apiserver 到 ${where} 的 TCP 连接；请添加：${rule}`,
  });

function tell(
  sign: LiveSign,
  { metadata: { namespace = "", name = "" } }: NetworkPolicy,
  { en, zh }: { readonly en: string; readonly zh: string },
): Evidence {
  return evidenceOf("network-policy", `NetworkPolicy/${namespace}/${name}`).wrong(sign, en, zh);
}

const tcp = (port: number) => ({ protocol: "TCP", port });
const dnsPorts = (port: number) => [{ protocol: "UDP", port }, tcp(port)];

const outward = (pod: ReadPod, port: number, ip?: string): string =>
  policyOf(pod.namespace, selector, "egress", {
    ...(ip !== undefined && { to: [{ ipBlock: { cidr: `${ip}/${isIP(ip) === 6 ? 128 : 32}` } }] }),
    ports: [tcp(port)],
  });

const toPods = (pod: ReadPod, target: ReadPod, labels: Readonly<Record<string, string>>): string =>
  policyOf(pod.namespace, selector, "egress", { to: [peerOf(target, labels)], ports: [tcp(target.port)] });

/** Kubernetes labels namespaces with their names since 1.21; before that the pods' labels alone must do. */
function peerOf({ namespace, namespaceLabels }: ReadPod, labels: Readonly<Record<string, string>>): object {
  const key = "kubernetes.io/metadata.name";
  const isLabelled = namespaceLabels[key] === namespace;
  return {
    namespaceSelector: isLabelled ? { matchLabels: { [key]: namespace } } : {},
    podSelector: { matchLabels: labels },
  };
}

/** A policy to add, as YAML in one line. */
function policyOf(
  namespace: string,
  labels: Readonly<Record<string, string>>,
  direction: "egress" | "ingress",
  rule: object,
): string {
  const policy = {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: `allow-registry-${direction}`, namespace },
    spec: {
      podSelector: { matchLabels: labels },
      policyTypes: [direction === "egress" ? "Egress" : "Ingress"],
      [direction]: [rule],
    },
  };
  return stringify(policy, { collectionStyle: "flow", lineWidth: 0 }).trim();
}

async function resolveHere(host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    return [];
  }
}

import { BlockList, isIP } from "node:net";
import type { KubernetesObject } from "../../clients/kubernetes/object.ts";

type Labels = Readonly<Record<string, string>>;

export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

interface PolicyPeer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

interface PolicyPort {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}

interface PolicyRule {
  readonly to?: readonly PolicyPeer[];
  readonly from?: readonly PolicyPeer[];
  readonly ports?: readonly PolicyPort[];
}

/** As much of networking.k8s.io/v1 as decides. */
export interface NetworkPolicy extends KubernetesObject {
  readonly spec?: {
    readonly podSelector?: LabelSelector;
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly PolicyRule[];
    readonly egress?: readonly PolicyRule[];
  };
}

/** A pod as policies see it. */
export interface PolicyPod {
  readonly namespace: string;
  readonly labels: Labels;
  readonly namespaceLabels: Labels;
  readonly ports: readonly {
    readonly name?: string;
    readonly containerPort: number;
    readonly protocol?: string;
  }[];
}

export interface Flow {
  readonly direction: "Egress" | "Ingress";
  /** Whose policies are asked: the sender for Egress, the receiver for Ingress. */
  readonly pod: PolicyPod;
  /** The other side; `anyone` asks whether the port is open to somebody at all. */
  readonly peer: "anyone" | { readonly ip: string; readonly pod?: PolicyPod };
  readonly protocol: "TCP" | "UDP";
  /** Of the receiver. */
  readonly port: number;
}

/**
 * The policies that select the pod for this direction, where none of them allows the flow; empty where it may pass.
 * Pure: the rules of the Kubernetes API (NetworkPolicySpec), whatever the network plugin makes of them. What can not
 * be read (a CIDR that is none) counts as allowing.
 */
export function stoppedBy(policies: readonly NetworkPolicy[], flow: Flow): readonly NetworkPolicy[] {
  const { pod, direction } = flow;
  const isolating = policies.filter(
    (policy) =>
      policy.metadata.namespace === pod.namespace &&
      selects(policy.spec?.podSelector ?? {}, pod.labels) &&
      directionsOf(policy).includes(direction),
  );
  return isolating.some((policy) => rulesOf(policy, direction).some((rule) => allows(rule, flow)))
    ? []
    : isolating;
}

/** Without types every policy is of Ingress, and of Egress where it has such rules (k8s pkg/apis/networking/v1/defaults.go). */
function directionsOf({ spec }: NetworkPolicy): readonly string[] {
  const { policyTypes = [], egress = [] } = spec ?? {};
  if (policyTypes.length > 0) return policyTypes;
  return egress.length > 0 ? ["Ingress", "Egress"] : ["Ingress"];
}

const rulesOf = ({ spec }: NetworkPolicy, direction: Flow["direction"]): readonly PolicyRule[] =>
  (direction === "Egress" ? spec?.egress : spec?.ingress) ?? [];

function allows(rule: PolicyRule, flow: Flow): boolean {
  const peers = (flow.direction === "Egress" ? rule.to : rule.from) ?? [];
  const ports = rule.ports ?? [];
  const isPeer = peers.length === 0 || peers.some((peer) => matchesPeer(peer, flow));
  return isPeer && (ports.length === 0 || ports.some((port) => matchesPort(port, flow)));
}

function matchesPeer({ podSelector, namespaceSelector, ipBlock }: PolicyPeer, flow: Flow): boolean {
  const { peer } = flow;
  if (peer === "anyone") return true;
  if (ipBlock !== undefined)
    return (
      within(peer.ip, ipBlock.cidr, true) && !ipBlock.except?.some((cidr) => within(peer.ip, cidr, false))
    );
  // Selectors mean pods; an address of no pod is not theirs, and a peer without any selector is nobody.
  if (peer.pod === undefined || (podSelector === undefined && namespaceSelector === undefined)) return false;
  const isNamespace =
    namespaceSelector === undefined
      ? peer.pod.namespace === flow.pod.namespace
      : selects(namespaceSelector, peer.pod.namespaceLabels);
  return isNamespace && selects(podSelector ?? {}, peer.pod.labels);
}

function matchesPort({ protocol = "TCP", port, endPort }: PolicyPort, flow: Flow): boolean {
  if (protocol !== flow.protocol) return false;
  if (port === undefined) return true;
  if (typeof port === "number")
    return endPort === undefined ? port === flow.port : port <= flow.port && flow.port <= endPort;
  return isNamed(port, flow);
}

/** A name is one of the receiver's; of a receiver that is not known it may be the right one. */
function isNamed(name: string, { direction, pod, peer, port, protocol }: Flow): boolean {
  if (direction === "Egress" && peer === "anyone") return true;
  const receiver = direction === "Ingress" || peer === "anyone" ? pod : peer.pod;
  return (
    receiver?.ports.some(
      (each) => each.name === name && each.containerPort === port && (each.protocol ?? "TCP") === protocol,
    ) === true
  );
}

/** Whether labels are selected; an empty selector takes all. An operator that is not known takes all as well. */
export function selects({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels): boolean {
  const valueOf = (key: string): string | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined);
  return (
    Object.entries(matchLabels).every(([key, value]) => valueOf(key) === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = valueOf(key);
      switch (operator) {
        case "In":
          return value !== undefined && values.includes(value);
        case "NotIn":
          return value === undefined || !values.includes(value);
        case "Exists":
          return value !== undefined;
        case "DoesNotExist":
          return value === undefined;
        default:
          return true;
      }
    })
  );
}

/** Whether an address is of a block, both of the same family. */
function within(ip: string, cidr: string, ifUnreadable: boolean): boolean {
  const [network = "", length = ""] = cidr.split("/");
  const family = isIP(network);
  const prefix = Number(length);
  if (family === 0 || !/^\d+$/.test(length) || prefix > (family === 4 ? 32 : 128)) return ifUnreadable;
  if (isIP(ip) !== family) return false;
  const version = family === 4 ? "ipv4" : "ipv6";
  const block = new BlockList();
  block.addSubnet(network, prefix, version);
  return block.check(ip, version);
}

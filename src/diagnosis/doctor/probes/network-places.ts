import type { KubernetesClient } from "../../../clients/kubernetes/client.ts";
import type { KubernetesObject, Namespace } from "../../../clients/kubernetes/object.ts";
import { resources } from "../../../clients/kubernetes/resources.ts";
import type { PolicyPod } from "../network-policy.ts";

type Labels = Readonly<Record<string, string>>;

interface Pod extends KubernetesObject {
  readonly spec?: {
    readonly hostNetwork?: boolean;
    readonly hostAliases?: readonly { readonly ip: string; readonly hostnames?: readonly string[] }[];
    readonly containers?: readonly {
      readonly ports?: PolicyPod["ports"];
      readonly env?: readonly { readonly name: string; readonly value?: string }[];
    }[];
  };
  readonly status?: { readonly podIP?: string; readonly phase?: string };
}

interface ServicePort {
  readonly port: number;
  readonly targetPort?: number | string;
  readonly nodePort?: number;
}

interface Service extends KubernetesObject {
  readonly spec?: {
    readonly clusterIP?: string;
    readonly clusterIPs?: readonly string[];
    readonly externalIPs?: readonly string[];
    readonly selector?: Labels;
    readonly ports?: readonly ServicePort[];
  };
  readonly status?: {
    readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string }[] };
  };
}

interface Node extends KubernetesObject {
  readonly status?: { readonly addresses?: readonly { readonly address: string }[] };
}

/** A pod that runs. */
export interface ReadPod extends PolicyPod {
  readonly name: string;
  readonly ip: string;
  /** Where a Service leads to it; 0 where none was asked about. */
  readonly port: number;
  /** It has the node's network, which no policy is about. */
  readonly isOnHost: boolean;
  /** Its environment has a proxy for HTTPS. */
  readonly hasProxy: boolean;
  /** Of its `hostAliases`. */
  readonly aliases: ReadonlyMap<string, string>;
}

/** The pods with these labels that run. @throws KUBERNETES_* */
export async function readPods(
  kubernetes: KubernetesClient,
  { namespace, labels }: { readonly namespace: string; readonly labels: Labels },
  signal: AbortSignal,
): Promise<readonly ReadPod[]> {
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const [{ items }, place] = await Promise.all([
    kubernetes.list<Pod>(resources.pods, { namespace, labelSelector, signal }),
    kubernetes.get<Namespace>(resources.namespaces, { name: namespace }, signal),
  ]);
  const namespaceLabels = place?.metadata.labels ?? {};
  return items.flatMap(({ metadata, spec = {}, status = {} }) => {
    if (status.podIP === undefined || status.phase !== "Running") return [];
    const { containers = [], hostAliases = [] } = spec;
    return {
      namespace,
      namespaceLabels,
      name: `pod/${namespace}/${metadata.name ?? ""}`,
      labels: metadata.labels ?? {},
      ip: status.podIP,
      port: 0,
      ports: containers.flatMap(({ ports = [] }) => ports),
      isOnHost: spec.hostNetwork === true,
      hasProxy: containers.some(({ env = [] }) => env.some(({ name }) => /^https_proxy$/i.test(name))),
      aliases: new Map(hostAliases.flatMap(({ ip, hostnames = [] }) => hostnames.map((host) => [host, ip]))),
    };
  });
}

/** The Service that a name inside the cluster means: `harbor.registry.svc`. */
export async function serviceOf(
  kubernetes: KubernetesClient,
  { host }: { readonly host: string },
  signal: AbortSignal,
): Promise<Service | undefined> {
  const [, name, namespace] = /^([a-z0-9-]+)\.([a-z0-9-]+)\.svc(?:\.|$)/.exec(host) ?? [];
  if (name === undefined || namespace === undefined) return undefined;
  return kubernetes.get<Service>(resources.services, { namespace, name }, signal);
}

interface Place {
  readonly pods: readonly ReadPod[];
  /** By which the Service finds its pods. */
  readonly labels: Labels;
  /** Reached by the Service's own address, so that its pods see who comes. */
  readonly isClusterIp: boolean;
}

/**
 * What stands behind an address that the cluster itself has: undefined for one that it has not; unknown where nothing
 * tells which pods are meant (a node's own port, a Service without selector).
 * @throws KUBERNETES_*
 */
export async function behind(
  kubernetes: KubernetesClient,
  { addresses, port }: { readonly addresses: readonly string[]; readonly port: number },
  signal: AbortSignal,
): Promise<Place | "unknown" | undefined> {
  const [services, nodes, pods] = await Promise.all([
    kubernetes.list<Service>(resources.services, { signal }),
    kubernetes.list<Node>(resources.nodes, { signal }),
    kubernetes.list<Pod>(resources.pods, { fieldSelector: `status.podIP=${addresses[0] ?? ""}`, signal }),
  ]);
  const isHere = (ip: string | undefined): boolean => ip !== undefined && addresses.includes(ip);
  const isNode = nodes.items.some(({ status }) => status?.addresses?.some((each) => isHere(each.address)));
  const found = services.items.find(
    (service) => ownAddresses(service).some(isHere) || (isNode && atNode(service, port)),
  );
  if (found === undefined)
    return isNode || pods.items.some(({ status }) => isHere(status?.podIP)) ? "unknown" : undefined;
  const { spec = {}, metadata } = found;
  const labels = spec.selector ?? {};
  const wanted = spec.ports?.find((each) => each.port === port || (isNode && each.nodePort === port));
  if (Object.keys(labels).length === 0 || wanted === undefined) return "unknown";
  const read = await readPods(kubernetes, { namespace: metadata.namespace ?? "", labels }, signal);
  const isClusterIp = isHere(spec.clusterIP) || spec.clusterIPs?.some(isHere) === true;
  return { pods: read.flatMap((pod) => at(pod, wanted)), labels, isClusterIp };
}

const ownAddresses = ({ spec, status }: Service): readonly (string | undefined)[] => [
  spec?.clusterIP,
  ...(spec?.clusterIPs ?? []),
  ...(spec?.externalIPs ?? []),
  ...(status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip),
];

const atNode = ({ spec }: Service, port: number): boolean =>
  spec?.ports?.some(({ nodePort }) => nodePort === port) === true;

/** The pod at the port that a Service leads to; not there where it has no port of that name. */
function at(pod: ReadPod, { port, targetPort = port }: ServicePort): readonly ReadPod[] {
  if (typeof targetPort === "number") return [{ ...pod, port: targetPort }];
  const named = pod.ports.find(({ name }) => name === targetPort);
  return named === undefined ? [] : [{ ...pod, port: named.containerPort }];
}

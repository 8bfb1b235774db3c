import type { KubernetesClient } from "../../../clients/kubernetes/client.ts";
import { resources } from "../../../clients/kubernetes/resources.ts";
import { examineNode, type Examination } from "../../../diagnosis/doctor/examine.ts";
import type { ReachableNode } from "../../../diagnosis/doctor/probes/on-node/on-node.ts";
import { waitingImages, type Pod } from "../../../diagnosis/doctor/probes/pod.ts";
import type { Surroundings } from "../../../diagnosis/doctor/surroundings.ts";
import { nodesOf } from "../../../kinds/node-trust/nodes.ts";
import type { World } from "../../../kinds/world.ts";
import type { Document } from "../../../model/document.ts";
import { hostOfRegistry, registriesAmong } from "./surroundings.ts";

/** Where nodes are looked for. */
export interface NodesQuestion {
  readonly documents: readonly Document[];
  readonly surroundings: Surroundings;
  /** Through which nodes are reached; absent without documents. */
  readonly world: World | undefined;
  connect(this: void): Promise<KubernetesClient>;
}

type Work = () => Promise<Examination>;

/** A node that documents list is looked at also where no cluster is reached. */
export async function lookAtNode(question: NodesQuestion, name: string, signal: AbortSignal): Promise<Work> {
  const [reached] = reachableNodes(question, [name]);
  const kubernetes = await question.connect().catch((thrown: unknown) => {
    signal.throwIfAborted();
    if (reached === undefined) throw thrown;
    return undefined;
  });
  const asked = { name, ...(kubernetes && { kubernetes }), ...(reached && { node: reached }) };
  return () => examineNode(asked, question.surroundings, signal);
}

/** The nodes among documents, or those of these names. @throws NODE_LISTED_TWICE */
export function reachableNodes(
  { documents, world }: Pick<NodesQuestion, "documents" | "world">,
  only?: readonly string[],
): readonly ReachableNode[] {
  if (world === undefined) return [];
  return nodesOf(documents)
    .filter(({ name }) => only?.includes(name) ?? true)
    .map((listed) => ({ node: listed, world }));
}

/** The node of a pod that waits, where documents reach it, with those of the registries that the pod waits for. */
export function nodeOfPod(
  pod: Pod,
  question: Pick<NodesQuestion, "documents" | "world">,
): ReachableNode | undefined {
  const { nodeName } = pod.spec ?? {};
  if (nodeName === undefined) return undefined;
  const [reached] = reachableNodes(question, [nodeName]);
  if (reached === undefined) return undefined;
  const hosts = new Set(waitingImages(pod).map((image) => image.split("/", 1)[0]));
  const registries = new Set(
    registriesAmong(question.documents)
      .filter((document) => hosts.has(hostOfRegistry(document)))
      .map(({ metadata }) => metadata.name),
  );
  const documents = reached.node.documents.filter(({ spec }) => registries.has(spec.registry));
  return documents.length === 0 ? undefined : { ...reached, node: { ...reached.node, documents } };
}

interface Nodes {
  readonly kubernetes?: KubernetesClient;
  /** Names that the cluster knows. */
  readonly nodes: readonly string[];
  readonly reached: readonly ReachableNode[];
}

/** Each node of the cluster, from within where documents reach it, then those that only documents know. */
export function nodeWorks(
  { kubernetes, nodes, reached }: Nodes,
  surroundings: Surroundings,
  signal: AbortSignal,
): readonly Work[] {
  const within = new Map(reached.map((r) => [r.node.name, r]));
  const known = nodes.map((name) => {
    const node = within.get(name);
    return { name, ...(kubernetes && { kubernetes }), ...(node && { node }) };
  });
  const others = reached
    .map((node) => ({ name: node.node.name, node }))
    .filter((n) => !nodes.includes(n.name));
  return [...known, ...others].map((n) => () => examineNode(n, surroundings, signal));
}

export async function nodeNames(
  kubernetes: KubernetesClient,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { items } = await kubernetes.list(resources.nodes, { signal });
  return items.flatMap(({ metadata }) => (metadata.name === undefined ? [] : [metadata.name]));
}

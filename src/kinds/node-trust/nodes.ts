import type { Host } from "../../clients/host/host.ts";
import type { Proof } from "../../engine/kind.ts";
import { nameOf, type Document } from "../../model/document.ts";
import { fromUnknown, MoorlineError } from "../../model/errors.ts";
import type { HostReference } from "../shared/host-reference.ts";
import type { World } from "../world.ts";
import type { TuningDocument } from "../node-tuning/gather.ts";
import { verify as verifyTuning } from "../node-tuning/verify.ts";
import type { NodeDocument } from "./gather.ts";
import { verify } from "./verify.ts";

/** A document that is carried out on each node. */
type OnNodes = NodeDocument | TuningDocument;

/** One node that documents list, with those documents. */
export interface TrustNode<D extends OnNodes = OnNodes> {
  readonly name: string;
  /** How it is reached; undefined is this machine. */
  readonly on: HostReference | undefined;
  /** Where relative paths in `on` start. */
  readonly directory: string;
  /** What must be true on it. */
  readonly documents: readonly D[];
}

/** What was proved on one node, with the very files that its runtimes read and over its own network. */
export interface NodeProofs {
  readonly node: string;
  /** Every proof of every NodeTrust holds, and there is at least one. */
  readonly ok: boolean;
  readonly proofs: readonly Proof[];
  /** Why nothing could be proved, where the node could not be reached or read. */
  readonly error?: MoorlineError;
}

const isNodeTrust = (document: Document): document is NodeDocument => document.kind === "NodeTrust";
const isOnNodes = (document: Document): document is OnNodes =>
  isNodeTrust(document) || document.kind === "NodeTuning";

/**
 * The nodes that the NodeTrust documents among these list, each once, in the order in which they are listed. Pure.
 * @param only their names; all by default
 * @throws NODE_UNKNOWN for a name that none lists, NODE_LISTED_TWICE where two documents reach one name in two ways
 */
export function nodesOf(
  documents: readonly Document[],
  only?: readonly string[],
): readonly TrustNode<NodeDocument>[] {
  return nodesListedBy(documents.filter(isNodeTrust), only);
}

/** The same of every kind that is carried out on nodes. */
export function allNodesOf(documents: readonly Document[], only?: readonly string[]): readonly TrustNode[] {
  return nodesListedBy(documents.filter(isOnNodes), only);
}

function nodesListedBy<D extends OnNodes>(
  documents: readonly D[],
  only: readonly string[] | undefined,
): readonly TrustNode<D>[] {
  const nodes = new Map<string, TrustNode<D>>();
  for (const document of documents)
    for (const { name, on } of document.spec.nodes ?? []) {
      const known = nodes.get(name);
      if (known !== undefined && JSON.stringify(known.on) !== JSON.stringify(on))
        throw new MoorlineError("NODE_LISTED_TWICE", {
          subject: name,
          parameters: { where: nameOf(document) },
        });
      const { directory } = document.source;
      nodes.set(name, { name, on, directory, documents: [...(known?.documents ?? []), document] });
    }
  const unknown = only?.find((name) => !nodes.has(name));
  if (unknown !== undefined) {
    const listed = [...nodes.keys()].join(", ") || "-";
    throw new MoorlineError("NODE_UNKNOWN", { subject: unknown, parameters: { listed } });
  }
  return [...nodes.values()].filter(({ name }) => only?.includes(name) ?? true);
}

/**
 * The world as a node sees it: its files, its commands and its network, under the node's name. Everything else (the
 * documents, the cluster, the clock) stays the same.
 * @throws HOST_* where the node is not reached
 */
export async function nodeWorld(node: TrustNode, world: World): Promise<World> {
  if (node.on === undefined) return { ...world, host: { ...world.host, name: node.name } };
  const host: Host = { ...(await world.openHost(node.on, node.directory)), name: node.name };
  return { ...world, host, endpoint: (url, tls) => world.endpoint(url, tls, host) };
}

/**
 * Proves the NodeTrust documents among these on every node that they list; where none lists any, on this machine.
 * Reads only. A node that is not reached, or not proved, does not stop the others: all are in the answer.
 * @param only names of nodes; all by default
 * @throws NODE_UNKNOWN, NODE_LISTED_TWICE, CANCELLED
 */
export async function proveNodes(
  documents: readonly Document[],
  world: World,
  signal: AbortSignal,
  only?: readonly string[],
): Promise<readonly NodeProofs[]> {
  const listed = nodesOf(documents, only);
  const here = thisMachine(documents, world);
  const nodes = listed.length > 0 || here.documents.length === 0 ? listed : [here];
  const proved: NodeProofs[] = [];
  for (const node of nodes) {
    if (signal.aborted) throw new MoorlineError("CANCELLED", { subject: node.name });
    proved.push(await proveNode(node, world, signal));
  }
  return proved;
}

/** This machine as the one node of all NodeTrust documents among these, whatever they list. Pure. */
export function thisMachine(
  documents: readonly Document[],
  { host }: Pick<World, "host">,
): TrustNode<NodeDocument> {
  return { name: host.name, on: undefined, directory: "", documents: documents.filter(isNodeTrust) };
}

/** The same with the documents of every kind that is carried out on nodes. */
export function allOfThisMachine(documents: readonly Document[], world: Pick<World, "host">): TrustNode {
  return { ...thisMachine(documents, world), documents: documents.filter(isOnNodes) };
}

/** Proves one node, see {@link proveNodes}. */
export async function proveNode(node: TrustNode, world: World, signal: AbortSignal): Promise<NodeProofs> {
  const proofs: Proof[] = [];
  try {
    const there = await nodeWorld(node, world);
    for (const document of node.documents)
      proofs.push(
        ...(isNodeTrust(document)
          ? await verify(document, there, signal)
          : await verifyTuning(document, there, signal)),
      );
  } catch (thrown) {
    return { node: node.name, ok: false, proofs, error: fromUnknown(thrown, node.name) };
  }
  return { node: node.name, ok: proofs.length > 0 && proofs.every((p) => p.ok), proofs };
}

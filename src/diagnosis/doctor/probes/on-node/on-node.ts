import { nodeWorld, type TrustNode } from "../../../../kinds/node-trust/nodes.ts";
import type { NodeDocument } from "../../../../kinds/node-trust/gather.ts";
import type { World } from "../../../../kinds/world.ts";
import type { Evidence } from "../../evidence.ts";
import { aside, ask } from "../ask.ts";
import { probeClock } from "./clock.ts";
import { probeTrust } from "./trust.ts";

/** A node that documents list, and the world to reach it from. */
export interface ReachableNode {
  readonly node: TrustNode<NodeDocument>;
  readonly world: World;
}

/**
 * Looks at a node from within, as its NodeTrust documents reach it: the files that its runtimes read, the way to each
 * registry, its clock. Reads only. Never throws but for an aborted signal.
 */
export async function probeOnNode(
  { node, world }: ReachableNode,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const subject = `node/${node.name}`;
  return ask("node", subject, signal, async (stop) => {
    const there = await nodeWorld(node, world);
    const answers = await Promise.all([
      ask("clock", subject, stop, (until) => probeClock(there, until)).then(aside),
      ...node.documents.map((document) =>
        ask("node-files", subject, stop, (until) => probeTrust(document, there, until)),
      ),
    ]);
    return answers.flat();
  });
}

import type { Document } from "../../../model/document.ts";
import { MoorlineError } from "../../../model/errors.ts";
import { allNodesOf, type TrustNode } from "../../../kinds/node-trust/nodes.ts";
import type { Invocation, Option } from "../command.ts";

/** Which nodes a command is for; this machine where none of them is given. */
export const nodeOptions: readonly Option[] = [
  {
    name: "on",
    value: "NAME",
    repeatable: true,
    description: {
      en: "A node that a NodeTrust lists, reached as it says there; may be repeated.",
      zh: "NodeTrust 中列出的节点，按其中的方式访问；可重复使用。",
    },
  },
  {
    name: "everywhere",
    description: {
      en: "Every node that the NodeTrust documents list.",
      zh: "NodeTrust 文档中列出的全部节点。",
    },
  },
];

/**
 * The nodes that the options ask for; undefined is this machine.
 * @throws NODE_UNKNOWN, NODE_NONE_LISTED; NODE_ROOT_AND_LIST with --root, which stands for a machine itself
 */
export function chosenNodes(
  invocation: Invocation,
  documents: readonly Document[],
): readonly TrustNode[] | undefined {
  const names = invocation.options("on");
  const everywhere = invocation.flag("everywhere");
  if (names.length === 0 && !everywhere) return undefined;
  if (invocation.option("root") !== undefined)
    throw new MoorlineError("NODE_ROOT_AND_LIST", { subject: everywhere ? "--everywhere" : "--on" });
  const nodes = allNodesOf(documents, everywhere ? undefined : names);
  if (nodes.length > 0) return nodes;
  const trusts = documents.filter((d) => d.kind === "NodeTrust").map((d) => `NodeTrust/${d.metadata.name}`);
  throw new MoorlineError("NODE_NONE_LISTED", { subject: trusts.join(", ") || "NodeTrust" });
}

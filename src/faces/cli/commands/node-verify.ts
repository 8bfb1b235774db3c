import { localHost } from "../../../clients/host/local.ts";
import { allOfThisMachine, proveNode, type NodeProofs } from "../../../kinds/node-trust/nodes.ts";
import type { Command } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { chosenNodes, nodeOptions } from "../nodes/options.ts";
import { nodeProofsJson, showNodeProofs } from "../nodes/show.ts";
import { clusterOptions, inputOption, outputOption } from "../options.ts";
import { openSession } from "../session.ts";
import { rootOption } from "./node-apply.ts";

export const nodeVerify: Command = {
  name: "node verify",
  summary: { en: "Prove that nodes trust the registry.", zh: "验证节点确实信任该镜像仓库。" },
  description: {
    en: "Shakes hands and pulls with the very files that each runtime reads, over the node's own network. Writes nothing. Every node is tried, whatever another one answers.",
    zh: "使用各运行时实际读取的文件，经由节点自身的网络完成握手与拉取。不做任何更改。各节点逐一验证，互不影响。",
  },
  options: [inputOption, ...nodeOptions, outputOption, rootOption, ...clusterOptions],
  examples: [
    {
      command: "moorline node verify -f moorline/ --on node-1 --on node-2",
      explanation: { en: "Two nodes over SSH.", zh: "通过 SSH 验证两个节点。" },
    },
  ],
  run: async (invocation) => {
    const { io, language } = invocation;
    const root = invocation.option("root");
    await using session = await openSession(
      invocation,
      root === undefined ? {} : { host: localHost({ root }) },
    );
    const { documents, world } = session;
    const nodes = chosenNodes(invocation, documents) ?? [allOfThisMachine(documents, world)];
    const proved: NodeProofs[] = [];
    for (const node of nodes) {
      if (io.stopping.aborted) return exitCodes.stopped;
      proved.push(await proveNode(node, world, io.stopping));
    }
    io.out(
      invocation.option("output") === "json"
        ? `${JSON.stringify(nodeProofsJson(proved, language), null, 2)}\n`
        : showNodeProofs(proved, io, language),
    );
    return proved.every((n) => n.ok) ? exitCodes.done : exitCodes.error;
  },
};

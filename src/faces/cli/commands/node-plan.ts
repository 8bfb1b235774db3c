import { localHost } from "../../../clients/host/local.ts";
import { makePlan, summarise } from "../../../engine/plan.ts";
import { kinds, nodeKinds } from "../../../kinds/registry.ts";
import type { Command } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { showPlansOnNodes } from "../nodes/carry-out-on-nodes.ts";
import { chosenNodes, nodeOptions } from "../nodes/options.ts";
import { clusterOptions, inputOption, outputOption } from "../options.ts";
import { painter } from "../paint.ts";
import { planJson } from "../plan-json.ts";
import { openSession } from "../session.ts";
import { showPlan } from "../show-plan.ts";
import { rootOption } from "./node-apply.ts";

export const nodePlan: Command = {
  name: "node plan",
  summary: {
    en: "Show what nodes still lack to trust the registry.",
    zh: "显示节点信任该镜像仓库还缺什么。",
  },
  description: {
    en: "Looks at this node, or over SSH at those that a NodeTrust lists, and compares them with the documents. Writes nothing.",
    zh: "读取本节点（或通过 SSH 读取 NodeTrust 列出的节点）的状态并与文档比较，不做任何更改。",
  },
  options: [
    inputOption,
    ...nodeOptions,
    outputOption,
    { name: "all", description: { en: "Show every step of the plan.", zh: "显示计划的全部步骤。" } },
    rootOption,
    ...clusterOptions,
  ],
  examples: [
    {
      command: "moorline node plan -f moorline/ --everywhere",
      explanation: { en: "All nodes of the documents.", zh: "文档中的全部节点。" },
    },
  ],
  exits: [{ code: 2, meaning: { en: "there is something to do", zh: "有待执行的更改" } }],
  run: async (invocation) => {
    const { io, language } = invocation;
    const root = invocation.option("root");
    await using session = await openSession(
      invocation,
      root === undefined ? {} : { host: localHost({ root }) },
    );
    const nodes = chosenNodes(invocation, session.documents);
    if (nodes !== undefined) return await showPlansOnNodes(nodes, session, invocation);
    const made = await makePlan(session.documents, kinds, session.world, {
      only: nodeKinds,
      signal: io.stopping,
    });
    io.out(
      invocation.option("output") === "json"
        ? `${JSON.stringify(planJson(made, language), null, 2)}\n`
        : showPlan(made, { language, paint: painter(io.colours), all: invocation.flag("all") }),
    );
    const { steps, waiting, failed } = summarise(made);
    if (failed > 0) return exitCodes.error;
    return steps > 0 || waiting > 0 ? exitCodes.pending : exitCodes.done;
  },
};

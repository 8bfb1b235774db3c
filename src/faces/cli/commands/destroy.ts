import { makePlan } from "../../../engine/plan.ts";
import { clusterKinds, kinds } from "../../../kinds/registry.ts";
import { carryOut } from "../carry-out.ts";
import type { Command } from "../command.ts";
import { clusterOptions, inputOption, outputOption } from "../options.ts";
import { openSession } from "../session.ts";
import { yesOption } from "./apply.ts";

export const destroy: Command = {
  name: "destroy",
  summary: { en: "Take away what Moorline put there.", zh: "移除 Moorline 所创建的内容。" },
  description: {
    en: "Removes secrets, links, robots, trust and files that the documents brought, in the reverse order. Images and Harbor projects stay, unless a document says so by name.",
    zh: "按相反顺序移除文档带来的保密字典、关联、机器人账户、信任与文件。除非文档指名要求，镜像与 Harbor 项目会保留。",
  },
  options: [
    inputOption,
    yesOption,
    outputOption,
    { name: "all", description: { en: "Show every step of the plan.", zh: "显示计划的全部步骤。" } },
    ...clusterOptions,
  ],
  examples: [
    {
      command: "moorline destroy -f examples/quickstart/",
      explanation: { en: "Shows what would go, and asks.", zh: "显示将被移除的内容并询问确认。" },
    },
  ],
  run: async (invocation) => {
    await using session = await openSession(invocation);
    const plan = await makePlan(session.documents, kinds, session.world, {
      direction: "remove",
      only: clusterKinds,
      signal: invocation.io.stopping,
    });
    return await carryOut(plan, session.world, invocation);
  },
};

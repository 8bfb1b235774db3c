import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { clusterKinds, kinds } from "../../../kinds/registry.ts";
import { makePlan, summarise } from "../../../engine/plan.ts";
import { message, render } from "../../../text/message.ts";
import type { Command } from "../command.ts";
import { clusterOptions, inputOption, outputOption } from "../options.ts";
import { painter } from "../paint.ts";
import { planJson } from "../plan-json.ts";
import { exitCodes } from "../exit-codes.ts";
import { stuckExit } from "./apply.ts";
import { openSession, tellOfNodeDocuments } from "../session.ts";
import { showPlan } from "../show-plan.ts";

export const plan: Command = {
  name: "plan",
  summary: { en: "Show what would be done, and why.", zh: "显示将要执行的操作及其原因。" },
  description: {
    en: "Observes Harbor, Kubernetes and this host and compares them with the documents. Writes nothing.",
    zh: "读取 Harbor、Kubernetes 与本机的当前状态并与文档比较，不做任何更改。",
  },
  options: [
    inputOption,
    outputOption,
    {
      name: "save",
      value: "PATH",
      description: {
        en: "Also write the plan to a file for `moorline apply --plan`.",
        zh: "同时把计划写入文件，供 `moorline apply --plan` 使用。",
      },
    },
    {
      name: "all",
      description: {
        en: "Show every step, however many are alike.",
        zh: "显示全部步骤，即使有大量同类步骤。",
      },
    },
    ...clusterOptions,
  ],
  examples: [
    {
      command: "moorline plan -f examples/quickstart/",
      explanation: { en: "What a folder of documents asks for.", zh: "查看一个目录中的文档要求做什么。" },
    },
  ],
  exits: [
    { code: exitCodes.pending, meaning: { en: "there is something to do", zh: "有待执行的更改" } },
    stuckExit,
  ],
  run: async (invocation) => {
    const { io, language } = invocation;
    await using session = await openSession(invocation);
    tellOfNodeDocuments(session, invocation);
    const made = await makePlan(session.documents, kinds, session.world, {
      only: clusterKinds,
      signal: io.stopping,
    });
    const json = `${JSON.stringify(planJson(made, language), null, 2)}\n`;
    const save = invocation.option("save");
    if (save !== undefined) writeFileSync(resolve(io.workingDirectory, save), json, { mode: 0o600 });
    if (invocation.option("output") === "json") io.out(json);
    else {
      io.out(showPlan(made, { language, paint: painter(io.colours), all: invocation.flag("all") }));
      if (save !== undefined) io.out(`${render(message("cli.planSaved", { path: save }), language)}\n`);
    }
    const { steps, waiting, failed, stuck } = summarise(made);
    if (failed > 0) return exitCodes.error;
    if (stuck > 0) return exitCodes.stuck;
    return steps > 0 || waiting > 0 ? exitCodes.pending : exitCodes.done;
  },
};

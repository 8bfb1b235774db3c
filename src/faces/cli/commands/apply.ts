import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { confirmPlan, makePlan, type SavedPlan } from "../../../engine/plan.ts";
import { clusterKinds, kinds } from "../../../kinds/registry.ts";
import { MoorlineError } from "../../../model/errors.ts";
import { carryOut } from "../carry-out.ts";
import type { Command, Io } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { clusterOptions, inputOption, outputOption } from "../options.ts";
import { openSession, tellOfNodeDocuments } from "../session.ts";

const savedPlan = z.object({
  direction: z.enum(["apply", "remove"]),
  documents: z.array(
    z.object({
      name: z.string(),
      fingerprint: z.string().optional(),
      steps: z.array(z.object({ id: z.string() })),
    }),
  ),
});

export const yesOption = {
  name: "yes",
  short: "y",
  description: {
    en: "Do not ask; needed where nobody can answer.",
    zh: "不再询问；在无人应答的环境中必须使用。",
  },
} as const;

export const stuckExit = {
  code: exitCodes.stuck,
  meaning: {
    en: "stuck: somebody must act before anything can be done for a document",
    zh: "已停滞：有文档须先由人工处理才能继续",
  },
} as const;

export const applyCommand: Command = {
  name: "apply",
  summary: { en: "Make the documents true, and prove it.", zh: "使文档成为现实，并加以验证。" },
  description: {
    en: "Plans, shows the plan, carries it out and proves the outcome from outside. Running it again does nothing more; cut off at any point, running it again goes on. Ctrl-C finishes the steps in hand.",
    zh: "先作计划并显示，然后执行，最后从外部验证结果。重复运行不会产生额外更改；中途中断后再次运行即可继续。Ctrl-C 会先完成手头的步骤。",
  },
  options: [
    inputOption,
    yesOption,
    outputOption,
    {
      name: "plan",
      value: "PATH",
      description: {
        en: "Carry out a plan that `moorline plan --save` wrote, or refuse where the world has changed since.",
        zh: "执行 `moorline plan --save` 保存的计划；若状态已变化则拒绝执行。",
      },
    },
    { name: "all", description: { en: "Show every step of the plan.", zh: "显示计划的全部步骤。" } },
    ...clusterOptions,
  ],
  examples: [
    {
      command: "moorline apply -f examples/quickstart/ --yes",
      explanation: {
        en: "From one folder to pods that pull over verified HTTPS.",
        zh: "从一个目录到 Pod 通过已验证的 HTTPS 拉取镜像。",
      },
    },
  ],
  exits: [
    stuckExit,
    {
      code: 130,
      meaning: { en: "stopped on request; run it again to go on", zh: "已按请求停止；再次运行即可继续" },
    },
  ],
  run: async (invocation) => {
    await using session = await openSession(invocation);
    tellOfNodeDocuments(session, invocation);
    const fresh = await makePlan(session.documents, kinds, session.world, {
      only: clusterKinds,
      signal: invocation.io.stopping,
    });
    const path = invocation.option("plan");
    const plan = path === undefined ? fresh : confirmPlan(readSavedPlan(path, invocation.io), fresh);
    return await carryOut(plan, session.world, invocation);
  },
};

function readSavedPlan(path: string, io: Io): SavedPlan {
  const read = (): unknown => JSON.parse(readFileSync(resolve(io.workingDirectory, path), "utf8"));
  let parsed: ReturnType<typeof savedPlan.safeParse>;
  try {
    parsed = savedPlan.safeParse(read());
  } catch (thrown) {
    throw unreadablePlan(path, thrown instanceof Error ? thrown.message : String(thrown), thrown);
  }
  if (!parsed.success) throw unreadablePlan(path, "not a plan of `moorline plan --save`", parsed.error);
  return {
    direction: parsed.data.direction,
    documents: parsed.data.documents.map(({ fingerprint, ...d }) =>
      fingerprint === undefined ? d : { ...d, fingerprint },
    ),
  };
}

const unreadablePlan = (subject: string, reason: string, cause: unknown): MoorlineError =>
  new MoorlineError("DOCUMENT_UNREADABLE", { subject, parameters: { reason }, cause });

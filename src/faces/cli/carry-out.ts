import { apply, type ApplyResult } from "../../engine/apply.ts";
import { summarise, type Plan } from "../../engine/plan.ts";
import { kinds } from "../../kinds/registry.ts";
import { MoorlineError } from "../../model/errors.ts";
import { message, render, type Message } from "../../text/message.ts";
import type { Invocation } from "./command.ts";
import { painter } from "./paint.ts";
import { resultJson } from "./plan-json.ts";
import { Progress, showResult } from "./progress.ts";
import { exitCodes } from "./exit-codes.ts";
import { showPlan } from "./show-plan.ts";
import type { OpenWorld } from "./world.ts";

/**
 * Shows a plan, asks where a person can answer, carries it out and tells what was proved.
 * @returns the exit code
 */
export async function carryOut(plan: Plan, world: OpenWorld, invocation: Invocation): Promise<number> {
  const { io, language } = invocation;
  const json = invocation.option("output") === "json";
  const { steps, waiting, failed, stuck } = summarise(plan);
  if (!json) io.out(showPlan(plan, { language, paint: painter(io.colours), all: invocation.flag("all") }));
  const something = steps > 0 || waiting > 0;
  if (failed > 0 && !something) {
    if (json)
      io.out(`${JSON.stringify(resultJson(await run(plan, world, invocation), language), null, 2)}\n`);
    return exitCodes.error;
  }
  if (something && !invocation.flag("yes") && !(await confirmed(plan, invocation))) {
    io.err(`${render(message("cli.notConfirmed"), language)}\n`);
    return exitCodes.error;
  }
  const result = await run(plan, world, invocation);
  io.out(
    json ? `${JSON.stringify(resultJson(result, language), null, 2)}\n` : showResult(result, io, language),
  );
  if (result.documents.some((d) => d.outcome === "stopped")) return exitCodes.stopped;
  if (stuck > 0) return exitCodes.stuck;
  return result.ok ? exitCodes.done : exitCodes.error;
}

async function run(plan: Plan, world: OpenWorld, { io, language }: Invocation): Promise<ApplyResult> {
  const progress = new Progress(io, language);
  const onStop = (): void => io.err(`\n${render(message("cli.stoppingAfterThis"), language)}\n`);
  io.stopping.addEventListener("abort", onStop, { once: true });
  try {
    return await apply(plan, kinds, world, {
      stopping: io.stopping,
      signal: io.signal,
      onEvent: progress.onEvent,
    });
  } finally {
    io.stopping.removeEventListener("abort", onStop);
    progress.close();
  }
}

/** Asks a person whether a plan is to be carried out. @throws CLI_CONFIRMATION_NEEDED where nobody can answer */
export function confirmed({ direction }: Pick<Plan, "direction">, invocation: Invocation): Promise<boolean> {
  return direction === "apply"
    ? ask(message("cli.confirm"), "moorline apply", invocation)
    : ask(message("cli.confirmDestroy"), "moorline destroy", invocation);
}

/**
 * Asks a person.
 * @param command what needs the answer, for the error
 * @throws CLI_CONFIRMATION_NEEDED where nobody can answer
 */
export async function ask(
  question: Message,
  command: string,
  { io, language }: Invocation,
): Promise<boolean> {
  if (!io.interactive || io.stdin.isTTY !== true)
    throw new MoorlineError("CLI_CONFIRMATION_NEEDED", { subject: command });
  const { confirm, isCancel } = await import("@clack/prompts");
  const answer = await confirm({ message: render(question, language), initialValue: false });
  return !isCancel(answer) && answer;
}

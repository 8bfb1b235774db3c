import { summarise } from "../../../engine/plan.ts";
import { allNodesDone, applyNodes, planNodes, type NodePlan, type NodeResult } from "../../../kinds/nodes.ts";
import type { TrustNode } from "../../../kinds/node-trust/nodes.ts";
import { MoorlineError } from "../../../model/errors.ts";
import { message, render } from "../../../text/message.ts";
import { confirmed } from "../carry-out.ts";
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { Progress } from "../progress.ts";
import type { Session } from "../session.ts";
import { nodePlansJson, nodeResultsJson, showNodePlans, showNodeResults } from "./show.ts";

const isJson = (invocation: Invocation): boolean => invocation.option("output") === "json";

async function plansFor(
  nodes: readonly TrustNode[],
  { documents, world }: Session,
  invocation: Invocation,
): Promise<readonly NodePlan[]> {
  return planNodes(nodes, documents, world, {
    direction: invocation.flag("remove") ? "remove" : "apply",
    signal: invocation.io.stopping,
  });
}

/** How many steps are to be done, and how many documents could not be looked at, on all nodes together. */
function summariseAll(plans: readonly NodePlan[]): { steps: number; failed: number } {
  const each = plans.map(({ planned }) =>
    "error" in planned ? { steps: 0, waiting: 0, failed: 1 } : summarise(planned.plan),
  );
  const sum = (of: (s: (typeof each)[number]) => number): number => each.reduce((all, s) => all + of(s), 0);
  return { steps: sum((s) => s.steps + s.waiting), failed: sum((s) => s.failed) };
}

/** Shows what would be done on nodes. @returns the exit code */
export async function showPlansOnNodes(
  nodes: readonly TrustNode[],
  session: Session,
  invocation: Invocation,
): Promise<number> {
  const { io, language } = invocation;
  const plans = await plansFor(nodes, session, invocation);
  if (isJson(invocation)) io.out(`${JSON.stringify(nodePlansJson(plans, language), null, 2)}\n`);
  else io.out(showNodePlans(plans, invocation));
  const { steps, failed } = summariseAll(plans);
  return failed > 0 ? exitCodes.error : steps > 0 ? exitCodes.pending : exitCodes.done;
}

/** Carries NodeTrust out on nodes, one after the other, and tells how each ended. @returns the exit code */
export async function carryOutOnNodes(
  nodes: readonly TrustNode[],
  session: Session,
  invocation: Invocation,
): Promise<number> {
  const { io, language } = invocation;
  const json = isJson(invocation);
  const plans = await plansFor(nodes, session, invocation);
  if (!json) io.out(`${showNodePlans(plans, invocation)}\n`);
  const { steps } = summariseAll(plans);
  const direction = invocation.flag("remove") ? "remove" : "apply";
  if (steps > 0 && !invocation.flag("yes") && !(await confirmed({ direction }, invocation))) {
    io.err(`${render(message("cli.notConfirmed"), language)}\n`);
    return exitCodes.error;
  }
  const results = await run(plans, invocation);
  const said = json
    ? JSON.stringify(
        { ok: allNodesDone(results), ...(nodeResultsJson(results, language) as object) },
        null,
        2,
      )
    : showNodeResults(results, io, language);
  io.out(json ? `${said}\n` : said);
  if (allNodesDone(results)) return exitCodes.done;
  return io.stopping.aborted ? exitCodes.stopped : exitCodes.error;
}

async function run(plans: readonly NodePlan[], { io, language }: Invocation): Promise<readonly NodeResult[]> {
  const progress = new Progress(io, language);
  const onStop = (): void => io.err(`\n${render(message("cli.stoppingAfterThis"), language)}\n`);
  io.stopping.addEventListener("abort", onStop, { once: true });
  try {
    return await applyNodes(plans, {
      stopping: io.stopping,
      signal: io.signal,
      onEvent: () => progress.onEvent,
    });
  } catch (thrown) {
    if (io.signal.aborted) throw new MoorlineError("CANCELLED", { subject: "moorline node", cause: thrown });
    throw thrown;
  } finally {
    io.stopping.removeEventListener("abort", onStop);
    progress.close();
  }
}

import { apply } from "../../engine/apply.ts";
import type { OnEvent } from "../../engine/events.ts";
import { makePlan } from "../../engine/plan.ts";
import type { Document } from "../../model/document.ts";
import { describeError } from "../../model/errors.ts";
import { message, type Message } from "../../text/message.ts";
import { allNodesDone, applyNodes, planNodes } from "../nodes.ts";
import { nodesOf, proveNodes, thisMachine, type TrustNode } from "../node-trust/nodes.ts";
import { kinds } from "../registry.ts";
import type { World } from "../world.ts";
import type { StageReport } from "./report.ts";

/** What every stage works with. */
export interface RotationContext {
  readonly documents: readonly Document[];
  readonly world: World;
  /** Carries nothing out. */
  readonly isDry: boolean;
  /** NodeTrust documents that list no nodes are for this machine, which is the only node. */
  readonly isOnlyNode: boolean;
  /** Ctrl-C: finish the steps in hand, start no others. */
  readonly stopping: AbortSignal;
  readonly signal: AbortSignal;
  readonly onEvent?: OnEvent;
}

const planned = (stage: Message): StageReport => ({ stage, outcome: "planned", steps: [], proofs: [] });

/**
 * Makes the documents of some kinds true and proves them.
 * @param before permits or asks for what this stage does; it is part of the stage
 */
export async function applyStage(
  stage: Message,
  only: readonly string[],
  context: RotationContext,
  before?: () => Promise<void>,
): Promise<StageReport> {
  const { documents, world, signal, stopping, onEvent } = context;
  if (context.isDry) return planned(stage);
  await before?.();
  const plan = await makePlan(documents, kinds, world, { only, signal: stopping });
  const result = await apply(plan, kinds, world, { signal, stopping, ...(onEvent && { onEvent }) });
  const steps = plan.documents.flatMap((d) => d.steps.map(({ title, target }) => ({ title, target })));
  const proofs = result.documents.flatMap((d) => d.proofs);
  const failure = result.documents.flatMap((d) => d.failures)[0]?.error;
  if (result.ok) return { stage, outcome: "done", steps, proofs };
  const isStopped = result.documents.some((d) => d.outcome === "stopped");
  const reason = message("rotation.failed", {
    reason:
      failure === undefined
        ? "-"
        : { en: describeError(failure, "en").what, zh: describeError(failure, "zh-CN").what },
  });
  return { stage, outcome: isStopped ? "stopped" : "failed", steps, proofs, reason };
}

/** Carries NodeTrust out on every node, and proves each from its own place. */
export async function nodesStage(stage: Message, context: RotationContext): Promise<StageReport> {
  const { documents, world, stopping, signal, onEvent } = context;
  if (context.isDry) return planned(stage);
  const nodes = whichNodes(context);
  if (nodes === undefined)
    return { ...planned(stage), outcome: "waiting", reason: message("rotation.nodesUnknown") };
  if (nodes.length === 0) return { ...planned(stage), outcome: "done" };
  const plans = await planNodes(nodes, documents, world, { signal: stopping });
  const results = await applyNodes(plans, { stopping, signal, ...(onEvent && { onEvent: () => onEvent }) });
  const steps = plans.flatMap(({ planned: p }) =>
    "error" in p
      ? []
      : p.plan.documents.flatMap((d) => d.steps.map(({ title, target }) => ({ title, target }))),
  );
  if (!allNodesDone(results)) {
    const names = results.filter((r) => r.outcome === "failed").map((r) => r.node);
    const isStopped = names.length === 0;
    const reason = message("rotation.nodesFailed", { nodes: names.join(", ") || "-" });
    return { stage, outcome: isStopped ? "stopped" : "failed", steps, proofs: [], reason };
  }
  const proved = nodes.every((n) => n.on === undefined)
    ? results.flatMap((r) => r.result?.documents.flatMap((d) => d.proofs) ?? [])
    : (await proveNodes(documents, world, stopping)).flatMap((n) => n.proofs);
  const ok = proved.length > 0 && proved.every((p) => p.ok);
  const reason = message("rotation.nodesNotProved");
  return { stage, steps, proofs: proved, outcome: ok ? "done" : "failed", ...(!ok && { reason }) };
}

/** @returns undefined where nobody knows which machines are the nodes */
function whichNodes({ documents, world, isOnlyNode }: RotationContext): readonly TrustNode[] | undefined {
  const here = thisMachine(documents, world);
  // Without a NodeTrust among them, the nodes stand in other documents, and nobody here can prove what they trust.
  if (here.documents.length === 0) return isOnlyNode ? [] : undefined;
  const withoutNodes = here.documents.filter((d) => (d.spec.nodes ?? []).length === 0);
  if (withoutNodes.length === 0) return nodesOf(documents);
  return isOnlyNode ? [...nodesOf(documents), { ...here, documents: withoutNodes }] : undefined;
}

/** Runs stages one after the other; the first that is not done is the last. */
export async function runStages(
  stages: readonly (() => Promise<StageReport>)[],
  isDry: boolean,
): Promise<readonly StageReport[]> {
  const reports: StageReport[] = [];
  for (const stage of stages) {
    const report = await stage();
    reports.push(report);
    if (!isDry && report.outcome !== "done") break;
  }
  return reports;
}

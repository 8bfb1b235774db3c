import { apply } from "../../engine/apply.ts";
import type { OnEvent } from "../../engine/events.ts";
import type { AnyKind } from "../../engine/kind.ts";
import { makePlan, type DocumentPlan } from "../../engine/plan.ts";
import type { Document } from "../../model/document.ts";
import { describeError, fromUnknown, type MoorlineError } from "../../model/errors.ts";
import { message, type Message } from "../../text/message.ts";
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
  /** Stages whose steps interrupt somebody are carried out too; they wait otherwise. True unless given. */
  readonly mayInterrupt?: boolean;
  /** Certificates of clients that were replaced are left to end by themselves. */
  readonly keepOld?: boolean;
  /** Ctrl-C: finish the steps in hand, start no others. */
  readonly stopping: AbortSignal;
  readonly signal: AbortSignal;
  readonly onEvent?: OnEvent;
}

export const planned = (stage: Message): StageReport => ({
  stage,
  outcome: "planned",
  steps: [],
  proofs: [],
});

const bilingual = (error: MoorlineError): { readonly en: string; readonly zh: string } => ({
  en: describeError(error, "en").what,
  zh: describeError(error, "zh-CN").what,
});

type Steps = readonly Pick<DocumentPlan["steps"][number], "title" | "target" | "interrupts">[];

/** A stage whose steps interrupt somebody, without anybody having agreed to that. */
export function waitsForConsent(
  stage: Message,
  steps: Steps,
  { mayInterrupt = true }: RotationContext,
): StageReport | undefined {
  const first = steps.find((s) => s.interrupts !== undefined);
  if (mayInterrupt || first === undefined) return undefined;
  return {
    ...planned(stage),
    outcome: "waiting",
    reason: message("rotation.interrupts", { target: first.target }),
  };
}

/** One stage that applies documents. */
export interface ApplyStage {
  readonly stage: Message;
  /** Kinds that are applied. */
  readonly only: readonly string[];
  /** Permits or asks for what this stage does; it is part of the stage. */
  readonly before?: () => Promise<void>;
  /** The kinds as they will see the world when this stage comes, for a dry run; steps are not shown without. */
  readonly forecast?: (kinds: readonly AnyKind<World>[]) => readonly AnyKind<World>[];
}

/** Makes the documents of some kinds true and proves them. */
export async function applyStage(given: ApplyStage, context: RotationContext): Promise<StageReport> {
  const { stage, only, before } = given;
  const { documents, world, signal, stopping, onEvent } = context;
  if (context.isDry) return await forecastStage(given, context);
  await before?.();
  const plan = await makePlan(documents, kinds, world, { only, signal: stopping });
  const waits = waitsForConsent(
    stage,
    plan.documents.flatMap((d) => d.steps),
    context,
  );
  if (waits !== undefined) return waits;
  const result = await apply(plan, kinds, world, { signal, stopping, ...(onEvent && { onEvent }) });
  const steps = plan.documents.flatMap((d) => d.steps.map(({ title, target }) => ({ title, target })));
  const proofs = result.documents.flatMap((d) => d.proofs);
  const failure = result.documents.flatMap((d) => d.failures)[0]?.error;
  if (result.ok) return { stage, outcome: "done", steps, proofs };
  const isStopped = result.documents.some((d) => d.outcome === "stopped");
  const reason = message("rotation.failed", { reason: failure === undefined ? "-" : bilingual(failure) });
  return { stage, outcome: isStopped ? "stopped" : "failed", steps, proofs, reason };
}

/** The steps of a stage as far as they can be known before those before it were carried out. */
async function forecastStage(
  { stage, only, forecast }: ApplyStage,
  { documents, world, stopping }: RotationContext,
): Promise<StageReport> {
  if (forecast === undefined) return planned(stage);
  try {
    const plan = await makePlan(documents, forecast(kinds), world, { only, signal: stopping });
    const steps = plan.documents.flatMap((d) => d.steps.map(({ title, target }) => ({ title, target })));
    const error = plan.documents.find((d) => d.error !== undefined)?.error;
    return { ...planned(stage), steps, ...(error !== undefined && { reason: stepsUnknown(error) }) };
  } catch (thrown) {
    stopping.throwIfAborted();
    return { ...planned(stage), reason: stepsUnknown(fromUnknown(thrown, "moorline rotate")) };
  }
}

/** Why a dry run can not tell steps: it needs no more than a rotation does, and no less to see what there is. */
export const stepsUnknown = (error: MoorlineError): Message =>
  message("rotation.stepsUnknown", { subject: error.subject, reason: bilingual(error) });

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

import type { Document } from "../model/document.ts";
import { isNetworkError, MoorlineError } from "../model/errors.ts";
import type { OnEvent, Outcome } from "./events.ts";
import type { AnyKind, Proof, Step } from "./kind.ts";
import { planDocument, type Direction, type DocumentPlan } from "./plan.ts";
import { backoff, withRetry, type RetryPolicy } from "./retry.ts";
import { runSteps, type RunOptions } from "./run-steps.ts";
import type { EngineWorld } from "./world.ts";

/** What became of one document. */
export interface DocumentResult {
  readonly name: string;
  readonly outcome: Outcome;
  readonly stepsDone: number;
  readonly failures: readonly { readonly step?: Step; readonly error: MoorlineError }[];
  readonly proofs: readonly Proof[];
}

/** How far a plan can still be trusted. */
export interface PlanAge {
  /** It was made long ago. */
  readonly stale: boolean;
  /** What the document refers to has been changed in this run. */
  readonly moved: boolean;
}

/** Rounds of planning anew after conflicts before giving up: somebody else keeps writing the same thing. */
const conflictRounds = 6;

/** What was just changed may need a moment to take effect: a server reloads, a watch catches up. */
const settling: RetryPolicy = { attempts: 7, firstDelayMs: 250, longestDelayMs: 4000 };

/** One document on its way: what every part of it needs. */
interface Task<W extends EngineWorld> {
  readonly name: string;
  readonly document: Document;
  readonly kind: AnyKind<W>;
  readonly world: W;
  readonly direction: Direction;
  readonly run: RunOptions & { readonly onEvent: OnEvent };
}

/**
 * Carries out the plan of one document and proves it.
 * @throws MoorlineError PLAN_STALE, what observing threw, or a conflict that never ended
 */
export async function applyDocument<W extends EngineWorld>(
  planned: DocumentPlan,
  kind: AnyKind<W>,
  world: W,
  direction: Direction,
  age: PlanAge,
  run: RunOptions,
): Promise<DocumentResult> {
  const { name, document } = planned;
  const task: Task<W> = { name, document, kind, world, direction, run };
  const current = await stillFitting(planned, age, task);
  run.onEvent({ type: "document-started", document: name, steps: current.steps.length });
  const { stepsDone, ended, failures } = await carryOut(current, task);
  if (ended !== undefined) return { name, outcome: ended, stepsDone, failures, proofs: [] };
  const changed = stepsDone > 0 ? "changed" : "unchanged";
  if (direction === "remove") return { name, outcome: changed, stepsDone, failures: [], proofs: [] };
  const proofs = await prove(task, stepsDone > 0 || age.moved);
  const proved = proofs.every((p) => p.ok);
  return { name, outcome: proved ? changed : "unproved", stepsDone, failures: [], proofs };
}

/** The plan to carry out: the one that was made, or a fresh one where that can no longer be trusted. */
async function stillFitting<W extends EngineWorld>(
  planned: DocumentPlan,
  age: PlanAge,
  task: Task<W>,
): Promise<DocumentPlan> {
  if (planned.waitsFor.length > 0 || age.moved) return replan(task, age.moved);
  if (!age.stale || planned.steps.length === 0) return planned;
  const fresh = await replan(task, false);
  if (fresh.fingerprint !== planned.fingerprint)
    throw new MoorlineError("PLAN_STALE", { subject: task.name });
  return fresh;
}

async function replan<W extends EngineWorld>(task: Task<W>, patient: boolean): Promise<DocumentPlan> {
  const { document, kind, world, direction, run } = task;
  for (let attempt = 1; ; attempt++) {
    const fresh = await planDocument(document, kind, world, { direction, waitsFor: [], signal: run.signal });
    if (fresh.error === undefined) return fresh;
    if (!patient || attempt >= settling.attempts || !isNetworkError(fresh.error)) throw fresh.error;
    await world.clock.sleep(backoff(attempt, settling, 1), run.stopping);
  }
}

/** Runs steps until none is left, planning anew after conflicts. */
async function carryOut<W extends EngineWorld>(
  plan: DocumentPlan,
  task: Task<W>,
): Promise<Pick<DocumentResult, "stepsDone" | "failures"> & { readonly ended?: "failed" | "stopped" }> {
  const { name, document, kind, world, run } = task;
  let current = plan;
  let stepsDone = 0;
  for (let round = 1; current.steps.length > 0; round++) {
    const result = await runSteps(document, name, kind, current.steps, world, run);
    stepsDone += result.done;
    if (result.failures.length > 0) return { stepsDone, failures: result.failures, ended: "failed" };
    if (result.conflict === undefined) {
      if (result.left > 0) return { stepsDone, failures: [], ended: "stopped" };
      break;
    }
    if (round >= conflictRounds) throw result.conflict;
    run.onEvent({ type: "replanned", document: name, because: result.conflict });
    await world.clock.sleep(Math.ceil(world.random.fraction() * 100 * 2 ** round), run.signal);
    current = await replan(task, true);
  }
  return { stepsDone, failures: [] };
}

/** Proves the outcome; after a change, what does not hold yet is asked again while things settle. */
async function prove<W extends EngineWorld>(task: Task<W>, changed: boolean): Promise<readonly Proof[]> {
  const { name, document, kind, world, run } = task;
  for (let attempt = 1; ; attempt++) {
    const proofs = await withRetry((signal) => kind.verify(document, world, signal), world, run.signal, {
      policy: run.retry,
    });
    if (!changed || attempt >= settling.attempts || run.stopping.aborted || proofs.every((p) => p.ok)) {
      for (const proof of proofs) run.onEvent({ type: "proved", document: name, proof });
      return proofs;
    }
    await world.clock.sleep(backoff(attempt, settling, 1), run.stopping);
  }
}

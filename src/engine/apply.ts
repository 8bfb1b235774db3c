import { nameOf, type Document } from "../model/document.ts";
import { fromUnknown, MoorlineError } from "../model/errors.ts";
import type { OnEvent, Outcome } from "./events.ts";
import type { AnyKind } from "./kind.ts";
import { documentsOf, kindOf, type Direction, type DocumentPlan, type Plan } from "./plan.ts";
import { applyDocument, type DocumentResult } from "./apply-document.ts";
import { usualRetry, type RetryPolicy } from "./retry.ts";
import type { EngineWorld } from "./world.ts";

export type { DocumentResult } from "./apply-document.ts";

export interface ApplyOptions {
  readonly parallel?: number;
  readonly stepTimeoutMs?: number;
  readonly retry?: RetryPolicy;
  /** A plan older than this is confirmed by observing again before its first step. */
  readonly freshForMs?: number;
  /** Ctrl-C: finish the steps in hand, start no others. */
  readonly stopping?: AbortSignal;
  /** Second Ctrl-C: cut off the steps in hand. */
  readonly signal?: AbortSignal;
  readonly onEvent?: OnEvent;
}

export interface ApplyResult {
  readonly documents: readonly DocumentResult[];
  readonly ok: boolean;
}

/**
 * Carries out a plan: documents in the order of their references, independent ones side by side; each is verified
 * from outside when its steps are done. A document whose steps could not be planned before is planned when those it
 * waits for are done.
 */
export async function apply<W extends EngineWorld>(
  plan: Plan,
  kinds: readonly AnyKind<W>[],
  world: W,
  options: ApplyOptions = {},
): Promise<ApplyResult> {
  const never = new AbortController().signal;
  const run: Required<ApplyOptions> = {
    parallel: options.parallel ?? 16,
    stepTimeoutMs: options.stepTimeoutMs ?? 300_000,
    retry: options.retry ?? usualRetry,
    freshForMs: options.freshForMs ?? 60_000,
    stopping: options.stopping ?? options.signal ?? never,
    signal: options.signal ?? never,
    onEvent: options.onEvent ?? ((): void => undefined),
  };
  const set = documentsOf(plan);
  const stale = world.clock.now().getTime() - plan.madeAt.getTime() > run.freshForMs;
  const running = new Map<string, Promise<DocumentResult>>();
  const before = prerequisites(plan.direction, set.ordered, (d) => set.referencesOf(d));
  for (const documentPlan of plan.documents) {
    const { name } = documentPlan;
    const waits = (before.get(name) ?? []).flatMap((other) => running.get(other) ?? []);
    running.set(
      name,
      applyAfter(
        waits,
        documentPlan,
        kindOf(kinds, documentPlan.document),
        world,
        plan.direction,
        stale,
        run,
      ),
    );
  }
  const documents = await Promise.all(running.values());
  return { documents, ok: documents.every((d) => d.outcome === "changed" || d.outcome === "unchanged") };
}

/** By name, the names of what must be done first: what a document refers to, or, in removal, what refers to it. */
function prerequisites(
  direction: Direction,
  ordered: readonly Document[],
  referencesOf: (document: Document) => readonly Document[],
): ReadonlyMap<string, readonly string[]> {
  const before = new Map<string, string[]>(ordered.map((d) => [nameOf(d), []]));
  for (const document of ordered)
    for (const target of referencesOf(document))
      if (direction === "apply") before.get(nameOf(document))?.push(nameOf(target));
      else before.get(nameOf(target))?.push(nameOf(document));
  return before;
}

async function applyAfter<W extends EngineWorld>(
  waits: readonly Promise<DocumentResult>[],
  plan: DocumentPlan,
  kind: AnyKind<W>,
  world: W,
  direction: Direction,
  stale: boolean,
  run: Required<ApplyOptions>,
): Promise<DocumentResult> {
  const prior = await Promise.all(waits);
  const result = await applyOrSkip(prior, plan, kind, world, direction, stale, run);
  run.onEvent({ type: "document-done", document: plan.name, outcome: result.outcome });
  return result;
}

async function applyOrSkip<W extends EngineWorld>(
  prior: readonly DocumentResult[],
  plan: DocumentPlan,
  kind: AnyKind<W>,
  world: W,
  direction: Direction,
  stale: boolean,
  run: Required<ApplyOptions>,
): Promise<DocumentResult> {
  const end = (outcome: Outcome, failures: DocumentResult["failures"] = []): DocumentResult => ({
    name: plan.name,
    outcome,
    stepsDone: 0,
    failures,
    proofs: [],
  });
  if (prior.some((p) => p.outcome === "failed" || p.outcome === "skipped" || p.outcome === "unproved"))
    return end("skipped");
  if (run.stopping.aborted) return end("stopped");
  if (plan.error !== undefined) return end("failed", [{ error: plan.error }]);
  try {
    // What a document refers to has changed since it was observed: it is planned again.
    const moved = prior.some((p) => p.outcome === "changed");
    return await applyDocument(plan, kind, world, direction, { stale, moved }, run);
  } catch (thrown) {
    if (run.stopping.aborted && !(thrown instanceof MoorlineError)) return end("stopped");
    return end("failed", [{ error: fromUnknown(thrown, plan.name) }]);
  }
}

import type { Document } from "../model/document.ts";
import { fromUnknown, MoorlineError } from "../model/errors.ts";
import type { OnEvent } from "./events.ts";
import { StepGraph } from "./graph.ts";
import { StepLimits } from "./step-limits.ts";
import type { AnyKind, Step } from "./kind.ts";
import { isRetryable } from "./retryable.ts";
import { withRetry, type RetryPolicy } from "./retry.ts";
import type { EngineWorld } from "./world.ts";

export interface RunOptions {
  /** Steps of one document that run at the same time. */
  readonly parallel: number;
  readonly stepTimeoutMs: number;
  readonly retry: RetryPolicy;
  /** Once aborted, no further step starts; those in hand are finished. */
  readonly stopping: AbortSignal;
  /** Once aborted, steps in hand are cut off too. */
  readonly signal: AbortSignal;
  readonly onEvent: OnEvent;
}

/** How a run of steps ended. */
export interface StepsResult {
  readonly done: number;
  readonly failures: readonly { readonly step: Step; readonly error: MoorlineError }[];
  /** A conflict: the document must be observed and planned anew. */
  readonly conflict: MoorlineError | undefined;
  /** Steps that were not started. */
  readonly left: number;
}

/**
 * Runs the steps of one document in the order that their graph asks for, as many at a time as allowed.
 * A failure stops what comes after it, not what stands beside it.
 */
export async function runSteps<W extends EngineWorld>(
  document: Document,
  name: string,
  kind: AnyKind<W>,
  steps: readonly Step[],
  world: W,
  options: RunOptions,
): Promise<StepsResult> {
  const graph = new StepGraph(steps);
  const failures: { step: Step; error: MoorlineError }[] = [];
  const queue: Step[] = [];
  let next = 0;
  let running = 0;
  let done = 0;
  let conflict: MoorlineError | undefined;
  using limits = new StepLimits(options.stepTimeoutMs, options.signal);

  const runOne = async (step: Step): Promise<void> => {
    options.onEvent({ type: "step-started", document: name, step });
    try {
      await runStep(step, document, name, kind, world, options, limits);
      done++;
      graph.finish(step.id);
      options.onEvent({ type: "step-done", document: name, step });
    } catch (thrown) {
      const error = fromUnknown(thrown, step.target);
      if (isRetryable(error, "now")) conflict ??= error;
      else {
        failures.push({ step, error });
        options.onEvent({ type: "step-failed", document: name, step, error });
      }
    }
  };

  // One promise for the whole run: a race over what is under way would cost each step as much as all that run beside it.
  const ended = Promise.withResolvers<void>();
  const startReady = (): void => {
    for (const step of graph.takeReady()) queue.push(step);
    while (
      next < queue.length &&
      running < options.parallel &&
      !options.stopping.aborted &&
      conflict === undefined
    ) {
      const step = queue[next++];
      if (step === undefined) break;
      running++;
      runOne(step)
        .finally(() => running--)
        .then(startReady)
        .catch(ended.reject);
    }
    if (running === 0) ended.resolve();
  };
  startReady();
  await ended.promise;
  return { done, failures, conflict, left: steps.length - done - failures.length };
}

async function runStep<W extends EngineWorld>(
  step: Step,
  document: Document,
  name: string,
  kind: AnyKind<W>,
  world: W,
  options: RunOptions,
  limits: StepLimits,
): Promise<void> {
  using limit = limits.start();
  const { signal } = limit;
  try {
    await withRetry((s) => kind.run(step.action, { document, world, signal: s }), world, signal, {
      policy: options.retry,
      onRetry: (error, delayMs) =>
        options.onEvent({ type: "step-retrying", document: name, step, error, delayMs }),
    });
  } catch (thrown) {
    if (limit.expired && !(thrown instanceof MoorlineError))
      throw new MoorlineError("STEP_TIMED_OUT", {
        subject: step.target,
        parameters: { seconds: options.stepTimeoutMs / 1000 },
        cause: thrown,
      });
    if (options.signal.aborted && !(thrown instanceof MoorlineError))
      throw new MoorlineError("CANCELLED", { subject: step.target, cause: thrown });
    throw thrown;
  }
}

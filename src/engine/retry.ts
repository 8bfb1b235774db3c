import { isRetryable } from "./retryable.ts";
import type { MoorlineError } from "../model/errors.ts";
import type { EngineWorld } from "./world.ts";

export interface RetryPolicy {
  readonly attempts: number;
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
}

/** Longer than this nobody waits within a run: the error goes up with the time that the server named. */
const longestAskedMs = 120_000;

export const usualRetry: RetryPolicy = { attempts: 5, firstDelayMs: 200, longestDelayMs: 15_000 };

/**
 * The wait before the next try: full jitter over an exponential ceiling, which spreads clients best
 * (Brooker, "Exponential Backoff And Jitter", 2015); a server's Retry-After is the least.
 * @param attempt 1 for the wait after the first failure
 * @returns milliseconds
 */
export function backoff(
  attempt: number,
  policy: RetryPolicy,
  fraction: number,
  retryAfterSeconds = 0,
): number {
  const ceiling = Math.min(policy.longestDelayMs, policy.firstDelayMs * 2 ** (attempt - 1));
  return Math.max(Math.ceil(ceiling * fraction), retryAfterSeconds * 1000);
}

/**
 * Tries again what failed for a reason that passes (429, 5xx, time-outs). Conflicts and refusals are not repeated
 * here: the first need fresh state, the second a person.
 */
export async function withRetry<T>(
  work: (signal: AbortSignal) => Promise<T>,
  world: EngineWorld,
  signal: AbortSignal,
  options: {
    readonly policy?: RetryPolicy;
    readonly onRetry?: (error: MoorlineError, delayMs: number) => void;
  } = {},
): Promise<T> {
  const policy = options.policy ?? usualRetry;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(signal);
    } catch (thrown) {
      if (!isRetryable(thrown, "later") || attempt >= policy.attempts || signal.aborted) throw thrown;
      if ((thrown.retryAfterSeconds ?? 0) * 1000 > longestAskedMs) throw thrown;
      const delay = backoff(attempt, policy, world.random.fraction(), thrown.retryAfterSeconds);
      options.onRetry?.(thrown, delay);
      await world.clock.sleep(delay, signal);
    }
  }
}

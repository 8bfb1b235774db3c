import { MoorlineError } from "../../../model/errors.ts";
import type { Waiting } from "../waiting.ts";

/** Never aborts. */
export const signal: AbortSignal = new AbortController().signal;

/** The code of what a promise fails with; `none` where it does not. */
export const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "none",
    (thrown: unknown) => {
      if (thrown instanceof MoorlineError) return thrown.code;
      throw thrown;
    },
  );

/** Time that passes only by waiting. */
export function slowTime(start = new Date("2026-06-01T00:00:00Z")): Waiting & { readonly slept: number[] } {
  let now = start.getTime();
  const slept: number[] = [];
  return {
    slept,
    now: () => new Date(now),
    sleep: (milliseconds, stop) => {
      stop.throwIfAborted();
      slept.push(milliseconds);
      now += milliseconds;
      return Promise.resolve();
    },
    fraction: () => 0.5,
  };
}

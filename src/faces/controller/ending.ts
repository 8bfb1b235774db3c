import type { DueDate } from "../../engine/due-date.ts";
import type { MoorlineError } from "../../model/errors.ts";
import type { Ending } from "./queue.ts";

/** What only a person can mend is looked at again after this, for a change that no watch tells of. */
export const slowlyMs = 600_000;

/** How a look ends that could not be made. */
export const failed = (error: MoorlineError): Ending => ({
  type: "failed",
  retry: error.retry,
  slowMs: slowlyMs,
  ...longestAsked([error]),
});

/** The longest that a server asked to wait. */
export function longestAsked(errors: readonly MoorlineError[]): { readonly retryAfterSeconds?: number } {
  const asked = Math.max(0, ...errors.map((e) => e.retryAfterSeconds ?? 0));
  return asked > 0 ? { retryAfterSeconds: asked } : {};
}

/** Milliseconds until the next thing is due; what is due already was renewed in this look, or could not be. */
export function untilDue(dates: readonly DueDate[], now: Date): number {
  const due = dates.map((d) => Date.parse(d.dueAt ?? d.expiresAt ?? "")).filter((at) => at > now.getTime());
  // A second later, so that it is due by every clock's rounding.
  return due.length === 0 ? Infinity : Math.min(...due) - now.getTime() + 1000;
}

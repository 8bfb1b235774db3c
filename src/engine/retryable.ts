import { MoorlineError } from "../model/errors.ts";
import type { Retry } from "../text/errors/table.ts";

/** Whether something thrown says that trying again, in that way, makes sense. */
export function isRetryable(thrown: unknown, how: Exclude<Retry, "never">): thrown is MoorlineError {
  return thrown instanceof MoorlineError && thrown.retry === how;
}

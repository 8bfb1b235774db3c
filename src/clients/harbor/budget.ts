import { setTimeout as wait } from "node:timers/promises";
import { MoorlineError } from "../../model/errors.ts";
import { Limiter } from "./limiter.ts";

/** What may be asked of a server. */
export interface BudgetSettings {
  /** Calls under way at a time. */
  readonly parallel: number;
  /** Calls that begin in each second; absent for as many as go. */
  readonly callsPerSecond?: number | undefined;
}

/**
 * What one Harbor is asked for, by all who speak to it. Harbor itself limits nobody (facts/harbor.md §1.1), and its pulls
 * go through the same core.
 */
export class Budget {
  readonly #settings: BudgetSettings;
  readonly #limiter: Limiter;
  /** When the next call may begin, in milliseconds of a monotonic clock. */
  #next = 0;

  constructor(settings: BudgetSettings) {
    this.#settings = settings;
    this.#limiter = new Limiter(settings.parallel);
  }

  /** Whether it is the budget that these settings ask for. */
  is({ parallel, callsPerSecond }: BudgetSettings): boolean {
    return this.#settings.parallel === parallel && this.#settings.callsPerSecond === callsPerSecond;
  }

  /** @throws CANCELLED where the signal aborts while the call waits for its turn */
  run<T>(task: () => Promise<T>, subject: string, signal?: AbortSignal): Promise<T> {
    return this.#limiter.run(async () => {
      await this.#turn(subject, signal);
      return task();
    });
  }

  async #turn(subject: string, signal: AbortSignal | undefined): Promise<void> {
    const { callsPerSecond } = this.#settings;
    if (callsPerSecond === undefined) return;
    const now = performance.now();
    const at = Math.max(now, this.#next);
    this.#next = at + 1000 / callsPerSecond;
    if (at === now) return;
    try {
      await wait(at - now, undefined, { ...(signal && { signal }) });
    } catch (cause) {
      throw new MoorlineError("CANCELLED", { subject, cause });
    }
  }
}

import { backoff, type RetryPolicy } from "../../engine/retry.ts";
import type { Clock } from "../../engine/world.ts";
import type { Retry } from "../../text/errors/table.ts";

/** One thing to look at. */
export interface Task {
  readonly key: string;
  /** Tasks of one group that are due together are taken together. */
  readonly group?: string;
}

/** How a look at something ended. */
export type Ending =
  | {
      readonly type: "done";
      /** Milliseconds until it is looked at again; never where absent. */ readonly againMs?: number;
    }
  | {
      readonly type: "failed";
      readonly retry: Retry;
      readonly slowMs?: number;
      readonly retryAfterSeconds?: number;
    };

export interface QueueOptions {
  readonly clock: Clock;
  /** Milliseconds by a clock that nobody sets: one set back an hour must not keep waiting what failed. The clock's otherwise. */
  readonly elapsed?: () => number;
  readonly fraction: () => number;
  /** Tasks of one group that are due within this are taken with the first; default 50 ms. */
  readonly windowMs?: number;
  /** Tasks taken together at most; default 25: what comes first is done before all is read. */
  readonly mostTogether?: number;
  readonly policy?: RetryPolicy;
  readonly onAdd?: () => void;
  readonly onRetry?: () => void;
}

interface Entry {
  readonly task: Task;
  /** Absent while it runs and nothing asks for another look. */
  dueAt?: number;
  isRunning: boolean;
  failures: number;
}

const usualPolicy: RetryPolicy = { attempts: Infinity, firstDelayMs: 1_000, longestDelayMs: 300_000 };
const soon: RetryPolicy = { attempts: Infinity, firstDelayMs: 50, longestDelayMs: 5_000 };

/**
 * What is to be looked at, each thing once however often it is asked for, and never by two at a time: what is asked for
 * while it runs is looked at again afterwards. What fails waits longer each time, by itself alone.
 */
export class WorkQueue {
  readonly #entries = new Map<string, Entry>();
  readonly #options: QueueOptions;
  #changed = Promise.withResolvers<void>();

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** How many wait and could run now. */
  get depth(): number {
    const now = this.#now();
    return [...this.#entries.values()].filter((e) => !e.isRunning && (e.dueAt ?? Infinity) <= now).length;
  }

  /** Asks for a look, no later than after the delay. */
  add(task: Task, delayMs = 0): void {
    const entry = this.#entries.get(task.key) ?? { task, isRunning: false, failures: 0 };
    this.#entries.set(task.key, entry);
    this.#due(entry, delayMs);
    this.#options.onAdd?.();
  }

  /**
   * Waits for something that is due, and what of its group is due with it.
   * @returns nothing once the signal aborts
   */
  async take(signal: AbortSignal): Promise<readonly Task[]> {
    while (!signal.aborted) {
      const next = this.#earliest();
      const wait = next === undefined ? undefined : (next.dueAt ?? 0) - this.#now();
      if (next !== undefined && wait !== undefined && wait <= 0) return this.#begin(next);
      await this.#pause(wait, signal);
    }
    return [];
  }

  /** Says how a look ended, for each task that was taken. */
  end(task: Task, ending: Ending): void {
    const entry = this.#entries.get(task.key);
    if (entry === undefined) return;
    entry.isRunning = false;
    if (ending.type === "done" || ending.retry === "never") {
      entry.failures = 0;
      const again = ending.type === "done" ? ending.againMs : ending.slowMs;
      if (again !== undefined) this.#due(entry, again);
    } else {
      entry.failures++;
      const policy = ending.retry === "now" ? soon : (this.#options.policy ?? usualPolicy);
      // Never less than half of the ceiling: full jitter would try at once now and then.
      const fraction = 0.5 + this.#options.fraction() / 2;
      this.#due(entry, backoff(Math.min(entry.failures, 20), policy, fraction, ending.retryAfterSeconds));
      this.#options.onRetry?.();
    }
    if (entry.dueAt === undefined) this.#entries.delete(task.key);
    this.#wake();
  }

  #begin(first: Entry): readonly Task[] {
    const { windowMs = 50, mostTogether = 25 } = this.#options;
    const latest = this.#now() + windowMs;
    const { group } = first.task;
    const together = [first];
    if (group !== undefined)
      for (const entry of this.#entries.values()) {
        if (together.length >= mostTogether) break;
        if (entry === first || entry.isRunning || entry.task.group !== group) continue;
        if ((entry.dueAt ?? Infinity) <= latest) together.push(entry);
      }
    for (const entry of together) {
      entry.isRunning = true;
      delete entry.dueAt;
    }
    return together.map((entry) => entry.task);
  }

  #earliest(): Entry | undefined {
    let found: Entry | undefined;
    for (const entry of this.#entries.values())
      if (!entry.isRunning && entry.dueAt !== undefined && entry.dueAt < (found?.dueAt ?? Infinity))
        found = entry;
    return found;
  }

  #due(entry: Entry, delayMs: number): void {
    entry.dueAt = Math.min(entry.dueAt ?? Infinity, this.#now() + delayMs);
    this.#wake();
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  async #pause(milliseconds: number | undefined, signal: AbortSignal): Promise<void> {
    const enough = new AbortController();
    const either = AbortSignal.any([signal, enough.signal]);
    const sleep = this.#options.clock.sleep(Math.min(milliseconds ?? 60_000, 60_000), either);
    // Aborting ends the wait; the caller's loop sees it.
    await Promise.race([sleep.catch(() => undefined), this.#changed.promise]);
    enough.abort();
  }

  #now(): number {
    return this.#options.elapsed?.() ?? this.#options.clock.now().getTime();
  }
}

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
/** A machine that slept wakes with timers that know nothing of it. */
const longestSleepMs = 60_000;
const soon: RetryPolicy = { attempts: Infinity, firstDelayMs: 50, longestDelayMs: 5_000 };

/**
 * What is to be looked at, each thing once however often it is asked for, and never by two at a time: what is asked for
 * while it runs is looked at again afterwards. What fails waits longer each time, by itself alone.
 */
export class WorkQueue {
  readonly #entries = new Map<string, Entry>();
  readonly #options: QueueOptions;
  /** Those who wait for something to do, in the order in which they came. */
  readonly #waiting: (() => void)[] = [];
  /** Calls the first of them when the earliest thing is due. */
  #alarm: { readonly at: number; readonly off: AbortController } | undefined;

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
      if (next?.dueAt !== undefined && next.dueAt <= this.#now()) {
        const taken = this.#begin(next);
        this.#setAlarm();
        return taken;
      }
      await this.#turn(signal);
    }
    // Whom the alarm called and who goes instead leaves the work to another.
    this.#setAlarm();
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
    else this.#soonest(entry.dueAt);
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
    if (!entry.isRunning) this.#soonest(entry.dueAt);
  }

  /** Something is due at this time; whoever waits for something later is called before. */
  #soonest(at: number): void {
    if (at < (this.#alarm?.at ?? Infinity)) this.#setAlarm();
  }

  /** Sets the one alarm for what is due first: were each who waits to look for himself, all would wake for one thing. */
  #setAlarm(): void {
    const at = this.#waiting.length === 0 ? undefined : this.#earliest()?.dueAt;
    if (at !== undefined && at === this.#alarm?.at) return;
    this.#alarm?.off.abort();
    this.#alarm = undefined;
    if (at === undefined) return;
    const wait = at - this.#now();
    if (wait <= 0) return this.#waiting.shift()?.();
    const off = new AbortController();
    const ring = (): void => {
      this.#alarm = undefined;
      this.#waiting.shift()?.();
    };
    this.#alarm = { at, off };
    // Set off, it rings no more.
    this.#options.clock.sleep(Math.min(wait, longestSleepMs), off.signal).then(ring, () => undefined);
  }

  /** Waits to be called. */
  async #turn(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const call = (): void => resolve();
    this.#waiting.push(call);
    signal.addEventListener("abort", call, { once: true });
    this.#setAlarm();
    await promise;
    signal.removeEventListener("abort", call);
    const at = this.#waiting.indexOf(call);
    if (at >= 0) this.#waiting.splice(at, 1);
  }

  #now(): number {
    return this.#options.elapsed?.() ?? this.#options.clock.now().getTime();
  }
}

import type { ScanAnswer } from "./report.ts";
import { questionKey, type ScanQuestion } from "./validate.ts";

/** How long answers are believed, in milliseconds. */
export interface CacheTimes {
  /** Younger ones are given as they are. */
  readonly fresh: number;
  /** Younger ones are given at once, while a new one is fetched behind them. */
  readonly stale: number;
}

/** A digest's report changes when the scanner's database does; a tag may be moved at any time. */
export const usualTimes: Readonly<Record<"digest" | "tag" | "unscanned" | "failed", CacheTimes>> = {
  digest: { fresh: 5 * 60_000, stale: 6 * 3_600_000 },
  tag: { fresh: 15_000, stale: 60_000 },
  /** A scan ends soon after a push. */
  unscanned: { fresh: 3000, stale: 3000 },
  /** A Harbor that does not answer is not asked by every pod. */
  failed: { fresh: 1000, stale: 1000 },
};

export interface ScanCacheOptions {
  /** Asks Harbor. Its failures are answers too. */
  readonly fetch: (question: ScanQuestion, signal: AbortSignal) => Promise<Fetched>;
  /** How long a caller waits at most, in milliseconds. */
  readonly waitMs: number;
  /** How long one question to Harbor may take at most; what comes late is kept for the next caller. */
  readonly fetchMs: number;
  /** Answers kept at most; those not asked for longest go first. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly times?: typeof usualTimes;
}

export interface Fetched {
  readonly answer: ScanAnswer;
  /** Milliseconds since 1970 after which it must not be believed: the end of an allowlist that it rests on. */
  readonly until?: number;
}

interface Entry extends Fetched {
  readonly at: number;
}

/** What happened to look-ups, for metrics. */
export interface ScanCounts {
  hits: number;
  stale: number;
  misses: number;
  late: number;
}

/**
 * Answers questions about images from memory, and asks Harbor for each at most once at a time, however many wait.
 * A stale answer is given at once and renewed behind it, so that only the first pod of an image ever waits.
 */
export class ScanCache {
  readonly counts: ScanCounts = { hits: 0, stale: 0, misses: 0, late: 0 };
  readonly #options: ScanCacheOptions;
  /** In the order in which they were asked for last. */
  readonly #entries = new Map<string, Entry>();
  readonly #underWay = new Map<string, Promise<ScanAnswer>>();

  constructor(options: ScanCacheOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** @returns `unknown` where Harbor did not answer within the wait; never throws */
  async ask(question: ScanQuestion): Promise<ScanAnswer> {
    const key = questionKey(question);
    const known = this.#entries.get(key);
    if (known !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, known);
      const age = this.#options.now() - known.at;
      const { fresh, stale } = this.#timesOf(question, known.answer);
      const believed = known.until === undefined || this.#options.now() < known.until;
      if (believed && age < fresh) {
        this.counts.hits += 1;
        return known.answer;
      }
      if (believed && age < stale) {
        this.counts.stale += 1;
        void this.#fetch(key, question);
        return known.answer;
      }
    }
    this.counts.misses += 1;
    return this.#inTime(this.#fetch(key, question));
  }

  #timesOf(question: ScanQuestion, answer: ScanAnswer): CacheTimes {
    const times = this.#options.times ?? usualTimes;
    if (answer.kind === "unknown") return times.failed;
    if (answer.kind === "unscanned") return times.unscanned;
    return question.reference.includes(":") ? times.digest : times.tag;
  }

  #fetch(key: string, question: ScanQuestion): Promise<ScanAnswer> {
    const running = this.#underWay.get(key);
    if (running !== undefined) return running;
    const started = this.#load(key, question).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, started);
    return started;
  }

  async #load(key: string, question: ScanQuestion): Promise<ScanAnswer> {
    const fetched = await this.#options.fetch(question, AbortSignal.timeout(this.#options.fetchMs));
    // While Harbor is away, what it said last stays true until it is too old.
    const kept = this.#entries.get(key);
    if (fetched.answer.kind === "unknown" && kept !== undefined && kept.answer.kind !== "unknown") {
      const age = this.#options.now() - kept.at;
      const believed = kept.until === undefined || this.#options.now() < kept.until;
      if (believed && age < this.#timesOf(question, kept.answer).stale) return kept.answer;
    }
    this.#entries.delete(key);
    this.#entries.set(key, { ...fetched, at: this.#options.now() });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#options.size) break;
      this.#entries.delete(oldest);
    }
    return fetched.answer;
  }

  async #inTime(answer: Promise<ScanAnswer>): Promise<ScanAnswer> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<ScanAnswer>((resolve) => {
      timer = setTimeout(() => {
        this.counts.late += 1;
        resolve({ kind: "unknown", reason: "late" });
      }, this.#options.waitMs);
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

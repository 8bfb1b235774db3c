/** A clock that stands still until it is told to go on. */
export class SteeredClock {
  #now = Date.parse("2026-01-01T00:00:00Z");
  readonly #sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();

  /** How many sleep now. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  readonly elapsed = (): number => this.#now;
  now(): Date {
    return new Date(this.#now);
  }

  sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const end = (settle: () => void): void => {
        this.#sleepers.delete(sleeper);
        signal.removeEventListener("abort", onAbort);
        settle();
      };
      const onAbort = (): void => end(() => reject(signal.reason));
      const sleeper = { until: this.#now + milliseconds, wake: () => end(resolve) };
      signal.addEventListener("abort", onAbort);
      this.#sleepers.add(sleeper);
    });
  }

  /** Lets time pass, and wakes in order those whose time has come. */
  advance(milliseconds: number): void {
    this.#now += milliseconds;
    const due = [...this.#sleepers].filter(({ until }) => until <= this.#now);
    for (const { wake } of due.toSorted((a, b) => a.until - b.until)) wake();
  }
}

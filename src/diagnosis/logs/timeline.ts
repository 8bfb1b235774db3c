const widths = [1000, 10_000, 60_000, 600_000, 3_600_000, 21_600_000, 86_400_000, 604_800_000] as const;
const mostBuckets = 2048;

/** Counts over time, in buckets that widen when there are too many of them. */
export class Timeline {
  #width = 0;
  #counts = new Map<number, number>();

  /** Milliseconds that a bucket spans. */
  get width(): number {
    return widths[this.#width] ?? widths[0];
  }

  /** @param time milliseconds since 1970 */
  add(time: number): void {
    const start = time - (time % this.width);
    this.#counts.set(start, (this.#counts.get(start) ?? 0) + 1);
    if (this.#counts.size > mostBuckets && this.#width < widths.length - 1) this.#widen();
  }

  /** Counts in equal parts of a range. @returns one number a part */
  over(from: number, to: number, parts: number): readonly number[] {
    const counts = Array.from({ length: parts }, () => 0);
    const span = Math.max(1, to - from);
    for (const [start, count] of this.#counts) {
      const part = Math.floor(((start - from) / span) * parts);
      const at = Math.min(parts - 1, Math.max(0, part));
      counts[at] = (counts[at] ?? 0) + count;
    }
    return counts;
  }

  #widen(): void {
    this.#width++;
    const counts = new Map<number, number>();
    for (const [start, count] of this.#counts) {
      const wider = start - (start % this.width);
      counts.set(wider, (counts.get(wider) ?? 0) + count);
    }
    this.#counts = counts;
  }
}

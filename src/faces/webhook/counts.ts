import type { Outcome, Route } from "./review.ts";

/** Upper bounds of the histogram's buckets, in milliseconds. */
export const bucketBounds = [0.25, 0.5, 1, 2.5, 5, 10, 25, 100, 500, 2500] as const;

/** What a server did since its start; plain numbers, so that workers can hand them over. */
export interface ServedCounts {
  /** By `route outcome`. */
  readonly outcomes: Record<string, number>;
  /** Requests by the bucket that they fell into; the last is for all that are longer. */
  readonly buckets: number[];
  milliseconds: number;
}

export const noCounts = (): ServedCounts => ({
  outcomes: {},
  buckets: Array.from({ length: bucketBounds.length + 1 }, () => 0),
  milliseconds: 0,
});

export function count(
  counts: ServedCounts,
  route: Route | "other",
  outcome: Outcome | "failed" | "bad",
  milliseconds: number,
): void {
  const key = `${route} ${outcome}`;
  counts.outcomes[key] = (counts.outcomes[key] ?? 0) + 1;
  const bucket = bucketBounds.findIndex((bound) => milliseconds <= bound);
  const index = bucket < 0 ? bucketBounds.length : bucket;
  counts.buckets[index] = (counts.buckets[index] ?? 0) + 1;
  counts.milliseconds += milliseconds;
}

export function sumOf(all: readonly ServedCounts[]): ServedCounts {
  const sum = noCounts();
  for (const each of all) {
    for (const [key, value] of Object.entries(each.outcomes)) {
      sum.outcomes[key] = (sum.outcomes[key] ?? 0) + value;
    }
    for (const [i, value] of each.buckets.entries()) sum.buckets[i] = (sum.buckets[i] ?? 0) + value;
    sum.milliseconds += each.milliseconds;
  }
  return sum;
}

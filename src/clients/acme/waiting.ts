/** Time and chance as they come in from outside; whatever waits here waits through these. */
export interface Waiting {
  now(): Date;
  /** Resolves after the time has passed, or rejects when the signal aborts. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** A number in [0, 1), for jitter. */
  fraction(): number;
}

/**
 * The wait before the next look or try: exponential, with half of it left to chance, so that many clients spread.
 * @param attempt 0 for the first
 * @returns milliseconds
 */
export const pause = (attempt: number, fraction: number, longestMs: number): number =>
  Math.ceil(Math.min(longestMs, 250 * 2 ** Math.min(attempt, 16)) * (0.5 + fraction / 2));

/**
 * Reads a Retry-After header (RFC 9110 §10.2.3): seconds, or a date.
 * @returns seconds, never negative; undefined where there is none that can be read
 */
export function retryAfter(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now.getTime()) / 1000));
}

import { MoorlineError } from "../../../model/errors.ts";

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Reads a time, or a length of time before now.
 * @returns milliseconds since 1970; undefined where nothing was given
 * @throws LOGS_SINCE
 */
export function sinceTime(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const span = /^(\d{1,9})([smhd])$/.exec(text);
  if (span !== null) return now - Number(span[1]) * (units[span[2] ?? ""] ?? 0);
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new MoorlineError("LOGS_SINCE", { subject: text });
  return time;
}

const units: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
};

/**
 * Milliseconds of a duration as Go writes it: `2m`, `2m0s`, `1h30m` (time.ParseDuration).
 * @returns undefined for what is none
 */
export function ageMs(text: string): number | undefined {
  if (text === "0") return 0;
  if (!/^(\d+(\.\d+)?(h|m|s|ms|us|µs|ns))+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|us|µs|ns|s)/g)].reduce(
    (sum, [, number, unit]) => sum + Number(number) * (units[unit ?? ""] ?? 0),
    0,
  );
}

/** The percentage that a threshold of eviction names; undefined for an amount. */
export function percentOf(threshold: string): number | undefined {
  return threshold.endsWith("%") ? Number(threshold.slice(0, -1)) : undefined;
}

/** Harbor's severities, mildest first. */
export const severities = ["unknown", "negligible", "low", "medium", "high", "critical"] as const;
export type Severity = (typeof severities)[number];

/** What Harbor's scanner found in an image, without what the allowlist exempts. */
export interface ScanReport {
  readonly kind: "scanned";
  readonly counts: Readonly<Partial<Record<Severity, number>>>;
  /** Some of the CVEs of each severity, where they were read. */
  readonly examples: Readonly<Partial<Record<Severity, readonly string[]>>>;
}

/** What is known of an image's vulnerabilities. */
export type ScanAnswer =
  | ScanReport
  /** Harbor answered, and has no finished scan; `absent`: it does not hold the image. */
  | { readonly kind: "unscanned"; readonly status: "never" | "underWay" | "failed" | "absent" | "elsewhere" }
  /** Harbor did not answer, or not in time. */
  | { readonly kind: "unknown"; readonly reason: "late" | "failed"; readonly code?: string };

const floors = { none: 0, low: 3, medium: 4, high: 5 } as const;

/** Those of the severities that are worse than what a policy lets run; the worst first. */
export function tooSevere(
  counts: ScanReport["counts"],
  maximum: keyof typeof floors,
): readonly (readonly [Severity, number])[] {
  return severities
    .slice(floors[maximum])
    .toReversed()
    .flatMap((severity) => {
      const count = counts[severity] ?? 0;
      return count > 0 ? [[severity, count] as const] : [];
    });
}

import { findingTexts, type FindingCode } from "../text/findings/catalogue.ts";
import type { Severity } from "../text/findings/table.ts";
import { inLanguage, type Language } from "../text/language.ts";
import { fill, type Parameters } from "../text/template.ts";

/** Something found, as data: planning, readiness, preflight and the doctor all speak in these. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** The thing concerned: `Secret/demo/harbor-pull`. */
  readonly subject: string;
  /** The evidence, which also fills the text. Never a secret. */
  readonly evidence: Parameters;
}

/** Makes a finding; its severity is the table's unless the caller knows better. */
export function finding(
  code: FindingCode,
  subject: string,
  evidence: Parameters = {},
  severity: Severity = findingTexts[code].severity,
): Finding {
  return { code, severity, subject, evidence };
}

export function describeFinding(of: Finding, language: Language): string {
  return fill(inLanguage(findingTexts[of.code], language), { ...of.evidence, subject: of.subject }, language);
}

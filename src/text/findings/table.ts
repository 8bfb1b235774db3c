import type { Bilingual } from "../language.ts";

/** `error`: it does not work, or is unsafe; `warning`: it will stop working, or is weaker than it should be; `note`: worth knowing. */
export type Severity = "error" | "warning" | "note";

export interface FindingText extends Bilingual {
  readonly severity: Severity;
}

export type FindingTable = Readonly<Record<string, FindingText>>;

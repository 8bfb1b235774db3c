import type { DocumentResult } from "../../engine/apply.ts";
import { describeError, type MoorlineError } from "../../model/errors.ts";
import { describeFinding, type Finding } from "../../model/finding.ts";
import type { Language } from "../../text/language.ts";
import { render } from "../../text/message.ts";

/** One thing that is not as it should be. */
export interface Failing {
  readonly subject: string;
  readonly reason: string;
  readonly message: string;
}

/** What of a result fails, in words. */
export function failingOf(
  result: DocumentResult,
  findings: readonly Finding[],
  language: Language,
): readonly Failing[] {
  return [
    ...result.failures.map(({ step, error }) => ({
      subject: step?.target ?? error.subject,
      reason: error.code,
      message: worded(error, language),
    })),
    ...result.proofs
      .filter((proof) => !proof.ok)
      .map((proof) => ({
        subject: proof.subject,
        reason: "ProofFailed",
        message: `${render(proof.title, language)}: ${render(proof.detail, language)}`,
      })),
    // What no step mends and nobody has proved wrong yet, a person still has to hear.
    ...(result.outcome === "unproved" || result.outcome === "failed" ? findings : [])
      .filter((found) => found.severity === "error")
      .map((found) => ({
        subject: found.subject,
        reason: found.code,
        message: describeFinding(found, language),
      })),
  ];
}

/** When trying again helps: the strongest of what the errors say; proofs that fail may hold later. */
export function retryOf(result: DocumentResult): "never" | "later" | "now" | undefined {
  if (result.outcome === "unproved") return "later";
  if (result.outcome !== "failed" && result.outcome !== "skipped") return undefined;
  const ways = result.failures.map(({ error }) => error.retry);
  if (ways.includes("now")) return "now";
  return ways.includes("later") || ways.length === 0 ? "later" : "never";
}

/** `Secret/demo/harbor`, `ServiceAccount/demo/default`, `robots of demo`: the namespace that a failure is in. */
export function namespaceIn({ subject }: Failing): string {
  return (
    /^(?:Secret|ServiceAccount)\/([^/]+)\//.exec(subject)?.[1] ??
    /^robots of (\S+)$/.exec(subject)?.[1] ??
    subject
  );
}

export const isAbout = (failing: Failing, namespaces: ReadonlySet<string>): boolean =>
  namespaces.has(namespaceIn(failing));

/** An error with what to do about it. */
export const worded = (error: MoorlineError, language: Language): string => {
  const { what, remedy } = describeError(error, language);
  return `${what} ${remedy}`;
};

import { describeError } from "../../model/errors.ts";
import { describeFinding } from "../../model/finding.ts";
import type { ApplyResult } from "../../engine/apply.ts";
import type { Proof } from "../../engine/kind.ts";
import { summarise, type Plan } from "../../engine/plan.ts";
import type { Verification } from "../../engine/verify.ts";
import type { MoorlineError } from "../../model/errors.ts";
import type { Language } from "../../text/language.ts";
import { render } from "../../text/message.ts";

/** Machines get stable codes and ids, and beside them the words that a person would have read. */
export function planJson(plan: Plan, language: Language): unknown {
  return {
    direction: plan.direction,
    madeAt: plan.madeAt.toISOString(),
    summary: summarise(plan),
    documents: plan.documents.map((d) => ({
      name: d.name,
      source: `${d.document.source.name}:${d.document.source.line}`,
      fingerprint: d.fingerprint,
      waitsFor: d.waitsFor,
      ...(d.isStuck === true && { isStuck: true }),
      ...(d.error === undefined ? {} : { error: errorJson(d.error, language) }),
      findings: d.findings.map((f) => ({ ...f, text: describeFinding(f, language) })),
      steps: d.steps.map((s) => ({
        id: s.id,
        change: s.change,
        target: s.target,
        title: render(s.title, language),
        reason: render(s.reason, language),
        after: s.after,
        ...(s.interrupts === undefined ? {} : { interrupts: render(s.interrupts, language) }),
        action: s.action,
      })),
    })),
  };
}

export function resultJson(result: ApplyResult, language: Language): unknown {
  return {
    ok: result.ok,
    documents: result.documents.map((d) => ({
      name: d.name,
      outcome: d.outcome,
      stepsDone: d.stepsDone,
      failures: d.failures.map((f) => ({
        ...(f.step === undefined ? {} : { step: f.step.id }),
        ...errorJson(f.error, language),
      })),
      proofs: d.proofs.map((p) => proofJson(p, language)),
    })),
  };
}

export function verificationJson(verifications: readonly Verification[], language: Language): unknown {
  return {
    ok: verifications.every((v) => v.error === undefined && v.proofs.every((p) => p.ok)),
    documents: verifications.map((v) => ({
      name: v.name,
      ...(v.error === undefined ? {} : { error: errorJson(v.error, language) }),
      proofs: v.proofs.map((p) => proofJson(p, language)),
    })),
  };
}

const proofJson = (proof: Proof, language: Language): unknown => ({
  ok: proof.ok,
  subject: proof.subject,
  title: render(proof.title, language),
  detail: render(proof.detail, language),
});

function errorJson(error: MoorlineError, language: Language): Record<string, unknown> {
  return { code: error.code, subject: error.subject, retry: error.retry, ...describeError(error, language) };
}

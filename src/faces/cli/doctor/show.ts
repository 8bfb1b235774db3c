import type { Diagnosis } from "../../../diagnosis/doctor/diagnose.ts";
import type { Evidence } from "../../../diagnosis/doctor/evidence.ts";
import { isOpen, type Examination } from "../../../diagnosis/doctor/examine.ts";
import { describeError, MoorlineError } from "../../../model/errors.ts";
import { inLanguage, type Language } from "../../../text/language.ts";
import { message, render } from "../../../text/message.ts";
import { printable } from "../../../text/template.ts";
import type { Painter } from "../paint.ts";

const toldOf = ({ told }: Evidence, language: Language): string =>
  printable(told instanceof MoorlineError ? describeError(told, language).what : inLanguage(told, language));

/** An examination for people: each cause with evidence, fix and proof, then what could not be told. */
export function showExamination(examination: Examination, language: Language, paint: Painter): string {
  const { subject, evidence, diagnoses } = examination;
  const say = (key: Parameters<typeof message>[0], parameters: Readonly<Record<string, string>>): string =>
    render(message(key, parameters as never), language);
  const shown = ({ cause, evidence: shows, follows }: Diagnosis): string[] => [
    `${paint.bold(inLanguage(cause.title, language))} ${paint.dim(`[${cause.code}] ${printable(subject)}`)}`,
    ...(follows === undefined ? [] : [`  ${say("doctor.follows", { code: follows.code })}`]),
    `  ${inLanguage(cause.explanation, language)}`,
    ...shows
      .slice(0, 3)
      .map(
        (e) =>
          `  ${say("doctor.evidence", { probe: e.probe, subject: e.subject, told: toldOf(e, language) })}`,
      ),
    `  ${say("doctor.fix", { text: inLanguage(cause.fix, language) })}`,
    `  ${say("doctor.proof", { text: inLanguage(cause.proof, language) })}`,
  ];
  const unknown = evidence.filter((e) => e.outcome === "unknown");
  return [
    ...(diagnoses.length === 0
      ? [say(isOpen(examination) ? "doctor.open" : "doctor.healthy", { subject })]
      : diagnoses.flatMap(shown)),
    ...unknown.map((e) => `  ${say("doctor.unknown", { reason: `${e.subject}: ${toldOf(e, language)}` })}`),
    "",
  ].join("\n");
}

/** The same for machines. */
export function examinationJson(examination: Examination, language: Language): unknown {
  const { subject, evidence, diagnoses } = examination;
  const plain = (e: Evidence) => {
    const { probe, outcome, sign } = e;
    return { probe, subject: e.subject, outcome, ...(sign && { sign }), told: toldOf(e, language) };
  };
  return {
    subject,
    established: !isOpen(examination),
    findings: diagnoses.map(({ cause, evidence: shows, follows }) => ({
      code: cause.code,
      ...(follows !== undefined && { follows: follows.code }),
      severity: cause.severity,
      title: inLanguage(cause.title, language),
      explanation: inLanguage(cause.explanation, language),
      fix: inLanguage(cause.fix, language),
      proof: inLanguage(cause.proof, language),
      evidence: shows.map(plain),
    })),
    evidence: evidence.map(plain),
  };
}

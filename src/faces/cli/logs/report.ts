import type { Analysis } from "../../../diagnosis/logs/analysis.ts";
import type { CauseGroup, Example } from "../../../diagnosis/logs/group.ts";
import type { Subjects } from "../../../diagnosis/logs/subjects.ts";
import type { Language } from "../../../text/language.ts";
import { inLanguage } from "../../../text/language.ts";
import { printable } from "../../../text/template.ts";

/** How many values of each subject a report shows. */
const mostShown = 5;
export const subjectKinds = [
  "image",
  "robot",
  "host",
  "client",
  "pod",
] as const satisfies readonly (keyof Subjects)[];

/** Keys of the words before a row of the report. */
export type RowLabel =
  | `logs.${(typeof subjectKinds)[number]}`
  | "logs.seenIn"
  | "logs.suspected"
  | "logs.example"
  | "logs.why"
  | "logs.fix"
  | "logs.proof";

/** The values that occur most, with their counts. */
export function topSubjects(group: CauseGroup, kind: keyof Subjects): readonly (readonly [string, number])[] {
  const counts = [...(group.subjects.get(kind) ?? [])];
  return counts.sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).slice(0, mostShown);
}

/** The time between the first and the last line of all groups; undefined where no line has a time. */
export function spanOf({ groups }: Analysis): { readonly from: number; readonly to: number } | undefined {
  const firsts = groups.flatMap(({ group }) => group.first ?? []);
  const lasts = groups.flatMap(({ group }) => group.last ?? []);
  if (firsts.length === 0) return undefined;
  return { from: Math.min(...firsts), to: Math.max(...lasts) };
}

/** `2026-11-22 19:05:34`, UTC. */
export const shownTime = (time: number): string =>
  new Date(time).toISOString().slice(0, 19).replace("T", " ");

/** The report as data. Texts of log lines are printable: control characters are escaped. */
export function reportJson(analysis: Analysis, language: Language): unknown {
  const example = ({ source, offset, time, text }: Example): unknown => ({
    source: printable(source),
    offset,
    ...(time !== undefined && { time: new Date(time).toISOString() }),
    text: printable(text),
  });
  return {
    sources: analysis.sources,
    bytes: analysis.bytes,
    causes: analysis.groups.map(({ group, suspected }) => ({
      code: group.cause.code,
      severity: group.cause.severity,
      title: inLanguage(group.cause.title, language),
      explanation: inLanguage(group.cause.explanation, language),
      fix: inLanguage(group.cause.fix, language),
      proof: inLanguage(group.cause.proof, language),
      count: group.count,
      ...(group.first !== undefined && { first: new Date(group.first).toISOString() }),
      ...(group.last !== undefined && { last: new Date(group.last).toISOString() }),
      components: Object.fromEntries(group.components),
      subjects: Object.fromEntries(
        subjectKinds.map((kind) => [
          kind,
          topSubjects(group, kind).map(([value, count]) => ({ value: printable(value), count })),
        ]),
      ),
      examples: group.examples.map(example),
      ...(suspected !== undefined && {
        suspectedChange: {
          code: suspected.change.code,
          title: inLanguage(suspected.change.title, language),
          ...(example(suspected) as object),
        },
      }),
    })),
  };
}

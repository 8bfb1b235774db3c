import type { Analysis } from "../../../diagnosis/logs/analysis.ts";
import type { CauseGroup, SeenChange } from "../../../diagnosis/logs/group.ts";
import { inLanguage, type Language } from "../../../text/language.ts";
import { message, render } from "../../../text/message.ts";
import { printable } from "../../../text/template.ts";
import type { Painter } from "../paint.ts";
import { displayWidth } from "../text-width.ts";
import { shownTime, spanOf, subjectKinds, topSubjects, type RowLabel } from "./report.ts";

export interface ShowOptions {
  readonly language: Language;
  readonly paint: Painter;
  /** Columns of the terminal. */
  readonly width: number;
}

const bars = "▁▂▃▄▅▆▇█";

/** Counts as a row of bars, a blank where there is nothing. */
function sparkline(counts: readonly number[]): string {
  const most = Math.max(1, ...counts);
  return counts
    .map((count) => (count === 0 ? " " : (bars[Math.ceil((count / most) * bars.length) - 1] ?? "█")))
    .join("");
}

/** The report for a terminal: the worst cause first, each with what to do now. */
export function showReport(analysis: Analysis, options: ShowOptions): string {
  const { language } = options;
  const size = `${(analysis.bytes / 1_048_576).toFixed(1)} MiB`;
  if (analysis.groups.length === 0)
    return `${render(message("logs.nothing", { sources: analysis.sources, size }), language)}\n`;
  const span = spanOf(analysis);
  const lines = analysis.groups.reduce((sum, { group }) => sum + group.count, 0);
  const head = message("logs.summary", {
    sources: analysis.sources,
    size,
    lines,
    causes: analysis.groups.length,
  });
  const when =
    span === undefined
      ? []
      : [render(message("logs.span", { from: shownTime(span.from), to: shownTime(span.to) }), language)];
  const groups = analysis.groups.map(({ group, suspected }) => showGroup(group, suspected, span, options));
  return `${[render(head, language), ...when].join("\n")}\n\n${groups.join("\n")}`;
}

function showGroup(
  group: CauseGroup,
  suspected: SeenChange | undefined,
  span: { readonly from: number; readonly to: number } | undefined,
  { language, paint, width }: ShowOptions,
): string {
  const { cause } = group;
  const sign =
    cause.severity === "error"
      ? paint.red("✗")
      : cause.severity === "warning"
        ? paint.yellow("!")
        : paint.dim("·");
  const label = (key: RowLabel, text: string): string =>
    `  ${paint.dim(render(message(key), language))} ${text}`;
  const rows = [
    `${sign} ${paint.bold(inLanguage(cause.title, language))} ${paint.dim(`[${cause.code}]`)} × ${group.count}`,
  ];
  if (group.first !== undefined && group.last !== undefined && span !== undefined) {
    const chart = sparkline(group.timeline.over(span.from, span.to, 40));
    rows.push(`  ${paint.cyan(chart)}  ${shownTime(group.first)} … ${shownTime(group.last)}`);
  }
  const writers = [...group.components].map(([name, count]) => `${name} ${count}`).join(", ");
  rows.push(label("logs.seenIn", writers));
  for (const kind of subjectKinds) {
    const top = topSubjects(group, kind);
    if (top.length > 0)
      rows.push(
        label(`logs.${kind}`, top.map(([value, count]) => `${printable(value)} (${count})`).join(", ")),
      );
  }
  if (suspected !== undefined)
    rows.push(
      label(
        "logs.suspected",
        `${inLanguage(suspected.change.title, language)} (${shownTime(suspected.time ?? 0)}, ${printable(suspected.source)})`,
      ),
    );
  const [example] = group.examples;
  if (example !== undefined)
    rows.push(label("logs.example", fitted(printable(example.text.trim()), Math.max(40, width - 12))));
  rows.push(label("logs.why", inLanguage(cause.explanation, language)));
  rows.push(label("logs.fix", inLanguage(cause.fix, language)));
  rows.push(label("logs.proof", inLanguage(cause.proof, language)));
  return `${rows.join("\n")}\n`;
}

/** As much of a text as fits into a number of columns. */
function fitted(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let shown = "";
  let used = 0;
  for (const character of text) {
    used += displayWidth(character);
    if (used >= columns) break;
    shown += character;
  }
  return `${shown}…`;
}

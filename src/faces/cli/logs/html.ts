import type { Analysis } from "../../../diagnosis/logs/analysis.ts";
import type { CauseGroup, SeenChange } from "../../../diagnosis/logs/group.ts";
import { inLanguage, type Language } from "../../../text/language.ts";
import { message, render, type Message } from "../../../text/message.ts";
import { printable } from "../../../text/template.ts";
import { shownTime, spanOf, subjectKinds, topSubjects, type RowLabel } from "./report.ts";

const parts = 120;

/** Text for HTML; what a log holds never becomes markup. */
const escaped = (text: string): string => printable(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** The report as one file without links to anything: styles and charts are in it. */
export function reportHtml(analysis: Analysis, language: Language, now: number): string {
  const say = (of: Message): string => escaped(render(of, language));
  const span = spanOf(analysis);
  const size = `${(analysis.bytes / 1_048_576).toFixed(1)} MiB`;
  const lines = analysis.groups.reduce((sum, { group }) => sum + group.count, 0);
  const summary =
    analysis.groups.length === 0
      ? message("logs.nothing", { sources: analysis.sources, size })
      : message("logs.summary", { sources: analysis.sources, size, lines, causes: analysis.groups.length });
  const causes = analysis.groups.map(({ group, suspected }) => causeHtml(group, suspected, span, language));
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${say(message("logs.title"))}</title>
<style>${style}</style>
</head>
<body>
<h1>${say(message("logs.title"))}</h1>
<p>${say(summary)}</p>
<p class="quiet">${say(message("logs.made", { time: shownTime(now) }))}</p>
${causes.join("\n")}
</body>
</html>
`;
}

function causeHtml(
  group: CauseGroup,
  suspected: SeenChange | undefined,
  span: { readonly from: number; readonly to: number } | undefined,
  language: Language,
): string {
  const { cause } = group;
  const say = (of: Message): string => escaped(render(of, language));
  const row = (key: RowLabel, text: string): string => `<dt>${say(message(key))}</dt><dd>${text}</dd>`;
  const when =
    group.first === undefined || group.last === undefined
      ? ""
      : `<p class="quiet">${shownTime(group.first)} … ${shownTime(group.last)} UTC</p>`;
  const subjects = subjectKinds.flatMap((kind) => {
    const top = topSubjects(group, kind);
    if (top.length === 0) return [];
    return [row(`logs.${kind}`, top.map(([v, n]) => `<code>${escaped(v)}</code> (${n})`).join(", "))];
  });
  const change =
    suspected === undefined
      ? []
      : [
          row(
            "logs.suspected",
            `${escaped(inLanguage(suspected.change.title, language))} (${shownTime(suspected.time ?? 0)} UTC, ${escaped(suspected.source)})`,
          ),
        ];
  const examples = group.examples.map(
    ({ source, offset, text }) =>
      `<li><pre>${escaped(text)}</pre><span class="quiet">${escaped(source)} + ${offset}</span></li>`,
  );
  return `<section class="${cause.severity}">
<h2>${escaped(inLanguage(cause.title, language))} <small>${escaped(cause.code)} × ${group.count}</small></h2>
${when}${span === undefined ? "" : chart(group.timeline.over(span.from, span.to, parts))}
<p>${escaped(inLanguage(cause.explanation, language))}</p>
<dl>${[row("logs.fix", escaped(inLanguage(cause.fix, language))), row("logs.proof", escaped(inLanguage(cause.proof, language))), ...subjects, ...change].join("")}</dl>
<ol>${examples.join("")}</ol>
</section>`;
}

function chart(counts: readonly number[]): string {
  const most = Math.max(1, ...counts);
  const height = 48;
  const columns = counts.flatMap((count, at) => {
    if (count === 0) return [];
    const tall = Math.max(2, Math.round((count / most) * height));
    return [
      `<rect x="${at * 6}" y="${height - tall}" width="5" height="${tall}"><title>${count}</title></rect>`,
    ];
  });
  return `<svg viewBox="0 0 ${counts.length * 6} ${height}" role="img" preserveAspectRatio="none">${columns.join("")}</svg>`;
}

const style = `
:root { color-scheme: light dark; --bad: #c0392b; --weak: #b9770e; --note: #5d6d7e; }
body { font: 15px/1.5 system-ui, "Noto Sans SC", sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
section { border-left: 4px solid var(--note); padding: 0 0 0 1rem; margin: 2rem 0; }
section.error { border-color: var(--bad); }
section.warning { border-color: var(--weak); }
h2 { font-size: 1.1rem; margin: 0; }
small, .quiet { color: #7f8c8d; font-weight: normal; }
svg { width: 100%; height: 48px; background: color-mix(in srgb, currentColor 5%, transparent); }
svg rect { fill: var(--note); }
.error svg rect { fill: var(--bad); }
.warning svg rect { fill: var(--weak); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
dt { color: #7f8c8d; }
dd { margin: 0; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; font-size: 12px; }
`;

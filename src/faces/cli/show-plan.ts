import { describeError } from "../../model/errors.ts";
import { describeFinding } from "../../model/finding.ts";
import type { Change, Step } from "../../engine/kind.ts";
import { summarise, type DocumentPlan, type Plan } from "../../engine/plan.ts";
import type { Language } from "../../text/language.ts";
import { message, render } from "../../text/message.ts";
import type { Painter } from "./paint.ts";
import { padded } from "./text-width.ts";

export interface ShowOptions {
  readonly language: Language;
  readonly paint: Painter;
  /** Show every step, not only the first of many alike. */
  readonly all: boolean;
}

/** Steps of one kind of work shown before the rest is counted. */
const shownAlike = 8;

const signs: Readonly<
  Record<Change, { readonly sign: string; readonly paint: (p: Painter) => (text: string) => string }>
> = {
  create: { sign: "+", paint: (p) => p.green },
  update: { sign: "~", paint: (p) => p.yellow },
  delete: { sign: "-", paint: (p) => p.red },
  restart: { sign: "↻", paint: (p) => p.magenta },
};

/** A plan as text, to be read like a diff: what, where, why, and whether anybody is interrupted. */
export function showPlan(plan: Plan, options: ShowOptions): string {
  const documents = plan.documents.map((d) => showDocument(d, options));
  return `${documents.join("\n")}\n${showSummary(plan, options)}`;
}

function showDocument(plan: DocumentPlan, options: ShowOptions): string {
  const { language, paint } = options;
  const lines = [paint.bold(plan.name)];
  for (const found of plan.findings) {
    const colour =
      found.severity === "error" ? paint.red : found.severity === "warning" ? paint.yellow : paint.dim;
    const sign = found.severity === "note" ? "·" : "!";
    lines.push(`  ${colour(`${sign} ${describeFinding(found, language)}`)} ${paint.dim(`[${found.code}]`)}`);
  }
  if (plan.error !== undefined) {
    const { what, remedy } = describeError(plan.error, language);
    lines.push(
      `  ${paint.red(`✗ ${render(message("cli.notObserved"), language)}: ${what}`)}`,
      `    ${remedy} ${paint.dim(`[${plan.error.code}]`)}`,
    );
  } else if (plan.waitsFor.length > 0)
    lines.push(
      `  ${paint.dim(`… ${render(message("cli.waits", { names: plan.waitsFor.join(", ") }), language)}`)}`,
    );
  else if (plan.isStuck === true) lines.push(`  ${paint.red(`✗ ${render(message("cli.stuck"), language)}`)}`);
  else if (plan.steps.length === 0)
    lines.push(`  ${paint.green("✓")} ${render(message("cli.nothingToDo"), language)}`);
  else lines.push(...showSteps(plan.steps, options));
  return `${lines.join("\n")}\n`;
}

function showSteps(steps: readonly Step[], options: ShowOptions): string[] {
  const alike = new Map<string, number>();
  const lines: string[] = [];
  const shown = steps.filter((step) => {
    const count = (alike.get(step.title.key) ?? 0) + 1;
    alike.set(step.title.key, count);
    return options.all || count <= shownAlike;
  });
  const width = Math.min(60, Math.max(...shown.map((s) => s.target.length)));
  const lastOf = new Map(shown.map((s) => [s.title.key, s]));
  for (const step of shown) {
    lines.push(...showStep(step, width, options));
    const more = (alike.get(step.title.key) ?? 0) - shownAlike;
    if (!options.all && more > 0 && lastOf.get(step.title.key) === step)
      lines.push(
        `    ${options.paint.dim(render(message("cli.moreLikeThis", { count: more }), options.language))}`,
      );
  }
  return lines;
}

function showStep(step: Step, width: number, { language, paint }: ShowOptions): string[] {
  const { sign, paint: colour } = signs[step.change];
  const lines = [
    `  ${colour(paint)(sign)} ${padded(step.target, width)}  ${render(step.title, language)}`,
    `      ${paint.dim(render(message("cli.because", { reason: render(step.reason, language) }), language))}`,
  ];
  if (step.interrupts !== undefined)
    lines.push(
      `      ${paint.magenta(render(message("cli.interrupts", { who: render(step.interrupts, language) }), language))}`,
    );
  return lines;
}

function showSummary(plan: Plan, { language, paint }: ShowOptions): string {
  const steps = plan.documents.flatMap((d) => d.steps);
  const { waiting, failed, stuck } = summarise(plan);
  const nothing = steps.length === 0 && waiting === 0 && failed === 0;
  const told = paint.red(render(message("cli.someStuck", { count: stuck }), language));
  if (nothing && stuck > 0) return `${told}\n`;
  if (nothing) return `${paint.green(render(message("cli.nothingAtAll"), language))}\n`;
  const count = (change: Change): number => steps.filter((s) => s.change === change).length;
  const interrupting = steps.filter((s) => s.interrupts !== undefined).length;
  return `${[
    render(
      message("cli.planSummary", {
        create: count("create"),
        update: count("update"),
        delete: count("delete"),
        restart: count("restart"),
      }),
      language,
    ),
    render(
      interrupting === 0
        ? message("cli.nobodyInterrupted")
        : message("cli.somebodyInterrupted", { count: interrupting }),
      language,
    ),
    ...(stuck === 0 ? [] : [told]),
    ...(waiting === 0 ? [] : [render(message("cli.planWaiting", { count: waiting }), language)]),
  ].join(" ")}\n`;
}

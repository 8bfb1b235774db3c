import { documentSet } from "../model/document-set.ts";
import { nameOf, type Document } from "../model/document.ts";
import { fromUnknown, MoorlineErrors, type MoorlineError } from "../model/errors.ts";
import { ageDays, daysLeft, stateOf, type DueDate, type DueState } from "./due-date.ts";
import type { AnyKind } from "./kind.ts";
import { kindOf } from "./plan.ts";
import type { EngineWorld } from "./world.ts";

/** A due date, judged. */
export interface StatusItem extends DueDate {
  /** The document that it belongs to. */
  readonly document: string;
  readonly state: DueState;
  readonly daysLeft?: number;
  readonly ageDays?: number;
}

export interface Status {
  readonly at: Date;
  /** The most urgent first. */
  readonly items: readonly StatusItem[];
  /** Documents that could not be looked at. */
  readonly failures: readonly { readonly document: string; readonly error: MoorlineError }[];
}

/**
 * Observes documents and gathers what of them ends. Writes nothing.
 * @param options.only kinds (by name) that are observed; all by default
 * @param options.more what the caller knows besides, by document
 * @throws MoorlineErrors where references lead nowhere or in a circle
 */
export async function gatherStatus<W extends EngineWorld>(
  documents: readonly Document[],
  kinds: readonly AnyKind<W>[],
  world: W,
  options: {
    readonly only?: readonly string[];
    readonly more?: readonly (DueDate & { readonly document: string })[];
    readonly signal: AbortSignal;
  },
): Promise<Status> {
  const { set, errors } = documentSet(
    documents,
    kinds.map((k) => k.schema),
  );
  if (errors.length > 0) throw new MoorlineErrors(errors);
  const dates: (DueDate & { readonly document: string })[] = [...(options.more ?? [])];
  const failures: { document: string; error: MoorlineError }[] = [];
  for (const document of set.ordered) {
    if (options.only?.includes(document.kind) === false) continue;
    options.signal.throwIfAborted();
    const name = nameOf(document);
    const kind = kindOf(kinds, document);
    if (kind.dueDates === undefined) continue;
    try {
      const observed = await kind.observe(document, world, options.signal);
      const found = kind.dueDates(document, observed, world.clock.now());
      dates.push(...found.map((date) => ({ ...date, document: name })));
    } catch (thrown) {
      failures.push({ document: name, error: fromUnknown(thrown, name) });
    }
  }
  const at = world.clock.now();
  return { at, items: judged(dates, at), failures };
}

/** Pure: each with its state and days, the most urgent first. */
export function judged(
  dates: readonly (DueDate & { readonly document: string })[],
  now: Date,
): readonly StatusItem[] {
  return dates
    .map((date): StatusItem => {
      const left = daysLeft(date, now);
      const age = ageDays(date, now);
      return {
        ...date,
        state: stateOf(date, now),
        ...(left !== undefined && { daysLeft: left }),
        ...(age !== undefined && { ageDays: age }),
      };
    })
    .toSorted(
      (a, b) =>
        urgency.indexOf(a.state) - urgency.indexOf(b.state) ||
        endOf(a) - endOf(b) ||
        a.document.localeCompare(b.document) ||
        a.where.localeCompare(b.where),
    );
}

const urgency: readonly DueState[] = ["overdue", "due", "unknown", "ok"];
const forever = 8.64e15;
const endOf = ({ expiresAt }: DueDate): number => (expiresAt === undefined ? forever : Date.parse(expiresAt));

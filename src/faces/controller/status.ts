import type { DueDate } from "../../engine/due-date.ts";
import { judged } from "../../engine/status.ts";
import type { MoorlineError } from "../../model/errors.ts";
import type { Language } from "../../text/language.ts";
import { message, render, type Message } from "../../text/message.ts";
import { worded, type Failing } from "./failing.ts";

/** A condition in the common form (Kubernetes API conventions, "Typical status properties"). */
export interface Condition {
  readonly type: "Ready" | "Progressing" | "Proved" | "Stalled";
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
  readonly lastTransitionTime: string;
}

export interface DocumentStatus {
  readonly observedGeneration?: number;
  /** When all proofs last held. */
  readonly lastProof?: string;
  readonly conditions?: readonly Condition[];
  readonly projects?: { readonly bound: number; readonly failing: number };
  /** How many things fail, and the first of them. */
  readonly failing?: number;
  readonly failures?: readonly Failing[];
  readonly dueDates?: {
    readonly ok: number;
    readonly due: number;
    readonly overdue: number;
    readonly unknown: number;
    readonly next?: { readonly at: string; readonly what: string; readonly where: string };
  };
}

/** What was learned of a document. */
export interface Learned {
  readonly generation: number;
  readonly now: Date;
  readonly language: Language;
  /** All that fails now; only the first of them are told. */
  readonly failing: readonly Failing[];
  /** Why nothing could be looked at. */
  readonly error?: MoorlineError;
  readonly retry: "never" | "later" | "now" | undefined;
  /** Whether all proofs held in this look. */
  readonly proved: boolean;
  readonly projects?: DocumentStatus["projects"];
  /** Absent where they were not looked at; what stood there stays. */
  readonly dueDates?: readonly DueDate[];
}

const mostTold = 20;
const longestMessage = 1024;

/** Puts what was learned into a status. Pure; what did not change stays as it was, times too. */
export function statusOf(before: DocumentStatus, learned: Learned): DocumentStatus {
  const { generation, now, language, failing, error, retry, proved, projects } = learned;
  const say = (of: Message): string => render(of, language);
  const first = failing[0];
  const isReady = error === undefined && failing.length === 0 && proved;
  const reason = error?.code ?? first?.reason ?? "AllProofsHold";
  const told = error === undefined ? first && `${first.subject}: ${first.message}` : worded(error, language);
  const why =
    told === undefined
      ? say(message("controller.allProofsHold"))
      : failing.length > 1
        ? `${told} ${say(message("controller.andMore", { count: failing.length - 1 }))}`
        : told;
  const isStalled = !isReady && retry === "never";
  const isProgressing = !isReady && !isStalled;
  const condition = (type: Condition["type"], holds: boolean, because: string, text: string): Condition => {
    const status = holds ? "True" : "False";
    const old = before.conditions?.find((c) => c.type === type);
    return {
      type,
      status,
      reason: because,
      message: text.slice(0, longestMessage),
      observedGeneration: generation,
      lastTransitionTime: old?.status === status ? old.lastTransitionTime : seconds(now),
    };
  };
  const settled = say(message("controller.settled"));
  const dueDates =
    learned.dueDates === undefined ? before.dueDates : summary(learned.dueDates, now, language);
  const kept = projects ?? before.projects;
  return {
    observedGeneration: generation,
    ...(proved
      ? { lastProof: seconds(now) }
      : before.lastProof !== undefined && { lastProof: before.lastProof }),
    conditions: [
      condition("Ready", isReady, reason, why),
      condition(
        "Progressing",
        isProgressing,
        isProgressing ? reason : "Settled",
        isProgressing ? why : settled,
      ),
      condition(
        "Proved",
        proved,
        proved ? "AllProofsHold" : reason,
        proved ? say(message("controller.allProofsHold")) : why,
      ),
      condition("Stalled", isStalled, isStalled ? reason : "Settled", isStalled ? why : settled),
    ],
    ...(kept !== undefined && { projects: kept }),
    failing: failing.length,
    failures: failing.slice(0, mostTold).map((f) => ({ ...f, message: f.message.slice(0, 256) })),
    ...(dueDates !== undefined && { dueDates }),
  };
}

/** The times of the API have whole seconds. */
const seconds = (time: Date): string => time.toISOString().replace(/\.\d{3}Z$/, "Z");

function summary(
  dates: readonly DueDate[],
  now: Date,
  language: Language,
): NonNullable<DocumentStatus["dueDates"]> {
  const items = judged(
    dates.map((date) => ({ ...date, document: "" })),
    now,
  );
  const count = (state: string): number => items.filter((item) => item.state === state).length;
  const next = items
    .filter((item) => (item.dueAt ?? item.expiresAt) !== undefined)
    .toSorted(
      (a, b) => Date.parse(a.dueAt ?? a.expiresAt ?? "") - Date.parse(b.dueAt ?? b.expiresAt ?? ""),
    )[0];
  return {
    ok: count("ok"),
    due: count("due"),
    overdue: count("overdue"),
    unknown: count("unknown"),
    ...(next !== undefined && {
      next: { at: next.dueAt ?? next.expiresAt ?? "", what: render(next.what, language), where: next.where },
    }),
  };
}

/** How often a status is written for no more than a newer proof. */
const proofIsNewsAfterMs = 600_000;

/** Whether there is anything to write. */
export function isNews(before: DocumentStatus, after: DocumentStatus): boolean {
  const without = ({ lastProof: _lastProof, ...rest }: DocumentStatus): string => canonical(rest);
  if (without(before) !== without(after)) return true;
  if (after.lastProof === undefined) return false;
  return Date.parse(after.lastProof) - Date.parse(before.lastProof ?? "1970-01-01") >= proofIsNewsAfterMs;
}

/** The API server gives members back in an order of its own. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** The last look found all as it was asked for then. */
export const wasReady = ({ conditions }: DocumentStatus): boolean =>
  conditions?.some((c) => c.type === "Ready" && c.status === "True") === true;

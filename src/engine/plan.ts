import { nameOf, type Document } from "../model/document.ts";
import { documentSet, type DocumentSet } from "../model/document-set.ts";
import { fromUnknown, MoorlineError, MoorlineErrors } from "../model/errors.ts";
import type { Finding } from "../model/finding.ts";
import { fingerprint } from "./fingerprint.ts";
import { checkGraph } from "./graph.ts";
import type { AnyKind, Step } from "./kind.ts";
import type { EngineWorld } from "./world.ts";

/** Whether documents are made true or taken away. */
export type Direction = "apply" | "remove";

/** What is to be done for one document. */
export interface DocumentPlan {
  readonly name: string;
  readonly document: Document;
  readonly steps: readonly Step[];
  readonly findings: readonly Finding[];
  /** A digest of what was observed; absent where it could not be. */
  readonly fingerprint?: string;
  /** Names of documents whose pending steps must be done before this one can be observed. */
  readonly waitsFor: readonly string[];
  /** It has no steps because nothing can be done before somebody acts, not because nothing is to do. */
  readonly isStuck?: true;
  /** Why it could not be observed, where nothing pending explains it. */
  readonly error?: MoorlineError;
}

const planner: unique symbol = Symbol("made by the planner");

/** Made only by {@link makePlan}; `apply` takes nothing else. */
export interface Plan {
  readonly [planner]: DocumentSet;
  readonly direction: Direction;
  readonly madeAt: Date;
  /** In the order in which they are carried out. */
  readonly documents: readonly DocumentPlan[];
}

/** @internal the documents that a plan was made from */
export function documentsOf(plan: Plan): DocumentSet {
  return plan[planner];
}

export interface PlanOptions {
  readonly direction?: Direction;
  /** Kinds (by name) whose documents are planned; the others are only there to be referred to. All by default. */
  readonly only?: readonly string[];
  /** Names of the documents (`HarborRegistry/main`) that are planned; the others are only there to be referred to. All by default. */
  readonly names?: readonly string[];
  readonly signal: AbortSignal;
}

export function kindOf<W extends EngineWorld>(kinds: readonly AnyKind<W>[], document: Document): AnyKind<W> {
  const kind = kinds.find((k) => k.schema.kind === document.kind);
  if (kind === undefined)
    throw new MoorlineError("INTERNAL", {
      subject: nameOf(document),
      parameters: { reason: "no such kind" },
    });
  return kind;
}

/**
 * Observes every document and plans what is to be done. Writes nothing.
 * A document that cannot be observed because one it refers to is still to be made waits for that one.
 * @throws MoorlineErrors where references lead nowhere or in a circle
 */
export async function makePlan<W extends EngineWorld>(
  documents: readonly Document[],
  kinds: readonly AnyKind<W>[],
  world: W,
  options: PlanOptions,
): Promise<Plan> {
  const { set, errors } = documentSet(
    documents,
    kinds.map((k) => k.schema),
  );
  if (errors.length > 0) throw new MoorlineErrors(errors);
  const direction = options.direction ?? "apply";
  const madeAt = world.clock.now();
  const pending = new Set<string>();
  const plans: DocumentPlan[] = [];
  for (const document of set.ordered) {
    if (options.only?.includes(document.kind) === false) continue;
    if (options.names?.includes(nameOf(document)) === false) continue;
    options.signal.throwIfAborted();
    const waitsFor = set
      .referencesOf(document)
      .map(nameOf)
      .filter((name) => pending.has(name));
    const plan = await planDocument(document, kindOf(kinds, document), world, {
      direction,
      waitsFor,
      signal: options.signal,
    });
    const isOpen = plan.error !== undefined || plan.waitsFor.length > 0 || plan.isStuck === true;
    if (plan.steps.length > 0 || isOpen) pending.add(plan.name);
    plans.push(plan);
  }
  return {
    [planner]: set,
    direction,
    madeAt,
    documents: direction === "apply" ? plans : plans.toReversed(),
  };
}

/** Observes and plans one document. An error in observing is part of the answer, not thrown. */
export async function planDocument<W extends EngineWorld>(
  document: Document,
  kind: AnyKind<W>,
  world: W,
  options: {
    readonly direction: Direction;
    readonly waitsFor: readonly string[];
    readonly signal: AbortSignal;
  },
): Promise<DocumentPlan> {
  const name = nameOf(document);
  const base = { name, document, steps: [], findings: [] } as const;
  let observed: unknown;
  try {
    observed = await kind.observe(document, world, options.signal);
  } catch (thrown) {
    if (options.waitsFor.length > 0) return { ...base, waitsFor: options.waitsFor };
    return { ...base, waitsFor: [], error: fromUnknown(thrown, name) };
  }
  const now = world.clock.now();
  const { steps, findings, isStuck } =
    options.direction === "apply"
      ? kind.plan(document, observed, now)
      : kind.planRemoval(document, observed, now);
  checkGraph(name, steps);
  const stuck = isStuck === true && steps.length === 0 ? ({ isStuck } as const) : {};
  let digest: string | undefined;
  return {
    name,
    document,
    steps,
    findings,
    // Asked for where a plan is kept; one that is carried out at once goes without.
    get fingerprint() {
      return (digest ??= fingerprint(observed));
    },
    waitsFor: [],
    ...stuck,
  };
}

/** A plan that was saved and read back: what it says, without the right to be carried out. */
export interface SavedPlan {
  readonly direction: Direction;
  readonly documents: readonly {
    readonly name: string;
    readonly fingerprint?: string;
    readonly steps: readonly { readonly id: string }[];
  }[];
}

/**
 * Lets a saved plan through only if planning again gives the same: same observations, same steps.
 * @throws MoorlineError PLAN_STALE naming the first document that differs
 */
export function confirmPlan(saved: SavedPlan, fresh: Plan): Plan {
  const ids = (steps: readonly { readonly id: string }[]): string => steps.map((s) => s.id).join("\n");
  const names = (documents: readonly { readonly name: string }[]): string =>
    documents.map((d) => d.name).join("\n");
  if (saved.direction !== fresh.direction || names(saved.documents) !== names(fresh.documents))
    throw new MoorlineError("PLAN_STALE", { subject: "the documents" });
  for (const [i, document] of fresh.documents.entries()) {
    const before = saved.documents[i];
    if (before?.fingerprint !== document.fingerprint || ids(before?.steps ?? []) !== ids(document.steps))
      throw new MoorlineError("PLAN_STALE", { subject: document.name });
  }
  return fresh;
}

/**
 * How many steps a plan has, how many documents still wait to be planned, and how many failed.
 * A document that waits for one that failed or is stuck does not count as waiting: nothing in this plan can help it.
 */
export function summarise(plan: Plan): {
  readonly steps: number;
  readonly waiting: number;
  readonly failed: number;
  /** Documents for which somebody must act before anything can be done. */
  readonly stuck: number;
} {
  const failed = plan.documents.filter((d) => d.error !== undefined);
  const stuck = plan.documents.filter((d) => d.isStuck === true);
  const hopeless = new Set([...failed, ...stuck].map((d) => d.name));
  // In the order of references, whichever way the plan goes: what is waited for stands first.
  const ordered = plan.direction === "apply" ? plan.documents : plan.documents.toReversed();
  const waiting = ordered.filter((d) => {
    if (d.waitsFor.some((name) => hopeless.has(name))) hopeless.add(d.name);
    return d.waitsFor.length > 0 && !hopeless.has(d.name);
  });
  return {
    steps: plan.documents.reduce((sum, d) => sum + d.steps.length, 0),
    waiting: waiting.length,
    failed: failed.length,
    stuck: stuck.length,
  };
}

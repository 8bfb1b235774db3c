import type { Clock, EngineWorld, Random } from "../world.ts";
import { defineKind, type Action, type AnyKind, type Step } from "../kind.ts";
import type { MoorlineError } from "../../model/errors.ts";
import { message } from "../../text/message.ts";
import { shelfSchema, type ShelfSpec } from "../../model/testing/shelf.ts";

/** A world in memory for tests of the engine: shelves with books, and faults on demand. */
export interface Library extends EngineWorld {
  readonly shelves: Map<string, Set<string>>;
  /** Taken from the front, one a write; an error is thrown instead of writing. */
  readonly faults: (MoorlineError | undefined)[];
  readonly writes: string[];
  /** Called before each write, to do something at that moment. */
  beforeWrite?: (what: string, signal: AbortSignal) => Promise<void> | void;
}

/** Time that passes only by sleeping. */
export function manualClock(start = new Date("2026-01-01T00:00:00Z")): Clock & { readonly slept: number[] } {
  let now = start.getTime();
  const slept: number[] = [];
  return {
    slept,
    now: () => new Date(now),
    sleep: async (milliseconds, signal) => {
      signal.throwIfAborted();
      slept.push(milliseconds);
      now += milliseconds;
    },
  };
}

export const halfRandom: Random = { bytes: (length) => new Uint8Array(length).fill(7), fraction: () => 0.5 };

export function library(initial: Readonly<Record<string, readonly string[]>> = {}): Library {
  return {
    clock: manualClock(),
    random: halfRandom,
    shelves: new Map(Object.entries(initial).map(([name, books]) => [name, new Set(books)])),
    faults: [],
    writes: [],
  };
}

type ShelfAction = Action & {
  readonly type: "put" | "take" | "build";
  readonly shelf: string;
  readonly book?: string;
};

/** Adds and removes books one step at a time; a shelf is built before books come and gone with the document. */
export const shelfKind: AnyKind<Library> = defineKind<
  ShelfSpec,
  readonly string[] | null,
  ShelfAction,
  Library
>({
  schema: shelfSchema,
  observe: async (document, world) => {
    const books = world.shelves.get(document.metadata.name);
    return books === undefined ? null : [...books].sort();
  },
  plan: (document, observed) => {
    const name = document.metadata.name;
    const build = observed === null ? [step({ type: "build", shelf: name })] : [];
    const after = build.map((s) => s.id);
    const wanted = new Set(document.spec.books);
    const there = new Set(observed ?? []);
    return {
      steps: [
        ...build,
        ...[...wanted]
          .filter((b) => !there.has(b))
          .map((book) => step({ type: "put", shelf: name, book }, after)),
        ...[...there].filter((b) => !wanted.has(b)).map((book) => step({ type: "take", shelf: name, book })),
      ],
      findings: [],
    };
  },
  planRemoval: (document, observed) => ({
    steps: (observed ?? []).map((book) => step({ type: "take", shelf: document.metadata.name, book })),
    findings: [],
  }),
  run: async (action, { world, signal }) => {
    const what = `${action.type} ${action.shelf} ${action.book ?? ""}`.trim();
    await world.beforeWrite?.(what, signal);
    signal.throwIfAborted();
    const fault = world.faults.shift();
    if (fault !== undefined) throw fault;
    world.writes.push(what);
    const books = world.shelves.get(action.shelf) ?? new Set<string>();
    if (action.type === "build") world.shelves.set(action.shelf, books);
    else if (action.type === "put") books.add(action.book ?? "");
    else books.delete(action.book ?? "");
  },
  verify: async (document, world) => [
    {
      title: message("cli.proved"),
      subject: document.metadata.name,
      ok: document.spec.books.every((b) => world.shelves.get(document.metadata.name)?.has(b) ?? false),
      detail: message("cli.proved"),
    },
  ],
});

function step(action: ShelfAction, after: readonly string[] = []): Step<ShelfAction> {
  return {
    id: `${action.type}/${action.book ?? ""}`,
    change: action.type === "take" ? "delete" : "create",
    title: message("cli.proved"),
    target: `${action.shelf}/${action.book ?? ""}`,
    reason: message("cli.proved"),
    after,
    action,
  };
}

import type { Document } from "../model/document.ts";
import type { Finding } from "../model/finding.ts";
import type { KindSchema } from "../model/kind-schema.ts";
import type { Message } from "../text/message.ts";
import type { DueDate } from "./due-date.ts";
import type { EngineWorld } from "./world.ts";

/** What a step will do, as plain data: it is shown, serialised and compared, and never holds a secret. */
export interface Action {
  readonly type: string;
}

/** How a step reads in a diff. */
export type Change = "create" | "update" | "delete" | "restart";

export interface Step<A extends Action = Action> {
  /** Unique within its document's plan and the same for the same work: `secret/demo/harbor`. */
  readonly id: string;
  readonly change: Change;
  /** What it will do, in words a user understands. */
  readonly title: Message;
  /** Where: `Secret/demo/harbor`, `node-1:/etc/containerd/config.toml`. */
  readonly target: string;
  /** Why it is needed. */
  readonly reason: Message;
  /** Ids of the steps of the same plan that must be done before. */
  readonly after: readonly string[];
  /** Who is interrupted, and how; absent where nobody is. */
  readonly interrupts?: Message;
  readonly action: A;
}

/** What a kind plans for one document. */
export interface KindPlan<A extends Action = Action> {
  readonly steps: readonly Step<A>[];
  /** What the observation showed, whether or not a step mends it. */
  readonly findings: readonly Finding[];
  /** There is something to do, and nothing of it can be done from here: a finding says what somebody must do first. */
  readonly isStuck?: boolean;
}

/** One thing proved, or not, from outside. */
export interface Proof {
  /** What was tried: "TLS handshake with the chain that nodes trust". */
  readonly title: Message;
  readonly subject: string;
  readonly ok: boolean;
  /** What was seen, in words; for a failure, why. */
  readonly detail: Message;
}

/** A file that `render` writes: a manifest, or a file for a node. Never a private key or a credential. */
export interface RenderedFile {
  /** Relative path with forward slashes: `manifests/serviceaccount-demo-default.yaml`. */
  readonly path: string;
  readonly text: string;
}

/** What a step gets when it runs. */
export interface RunContext<S, W extends EngineWorld> {
  readonly document: Document<S>;
  readonly world: W;
  /** Aborts on time-out or a second Ctrl-C; a step should stop where it leaves nothing half done. */
  readonly signal: AbortSignal;
}

/**
 * One kind of document: the loop's parts.
 *
 * Guarantees that every kind keeps (proved by src/engine/testing/invariants.ts):
 * - `observe` and `verify` only read. What they return of secrets is a digest at most.
 * - `plan` and `planRemoval` are pure: the same document, observation and time give the same plan.
 * - `run` is safe to repeat and to cut off after any step; it relies on no memory of an earlier run, and answers a
 *   conflict with an error whose retry is `now`: the engine observes and plans that document anew.
 */
export interface Kind<S, O, A extends Action, W extends EngineWorld> {
  readonly schema: KindSchema<S>;
  /** @returns plain JSON without secrets and without what changes by itself (times of reading, latencies) */
  observe(document: Document<S>, world: W, signal: AbortSignal): Promise<O>;
  /** @param now the time at which the observation was made */
  plan(document: Document<S>, observed: O, now: Date): KindPlan<A>;
  /** What takes away everything that this kind put there, and nothing else. */
  planRemoval(document: Document<S>, observed: O, now: Date): KindPlan<A>;
  /** What of the document ends, and what renews it. Pure, like `plan`. */
  dueDates?(document: Document<S>, observed: O, now: Date): readonly DueDate[];
  run(action: A, context: RunContext<S, W>): Promise<void>;
  /** @param seen told what the proof itself observed, where it observes all that `observe` does and more need not be read */
  verify(
    document: Document<S>,
    world: W,
    signal: AbortSignal,
    seen?: (observed: O) => void,
  ): Promise<readonly Proof[]>;
  /**
   * What of the document can stand in a GitOps repository: reads the world, writes nothing. What only the loop can
   * make (credentials, keys) stays out, and the file says so.
   */
  render?(document: Document<S>, world: W, signal: AbortSignal): Promise<readonly RenderedFile[]>;
}

/** A kind whose own types the engine does not know. */
export type AnyKind<W extends EngineWorld> = Kind<unknown, unknown, Action, W>;

/**
 * Hides a kind's own types, so that kinds stand together in one list.
 * Sound because the engine hands a kind only documents parsed by its own schema, observations that it made and
 * actions that it planned.
 */
export function defineKind<S, O, A extends Action, W extends EngineWorld>(
  kind: Kind<S, O, A, W>,
): AnyKind<W> {
  return kind;
}

import type { Proof } from "../../engine/kind.ts";
import type { Message } from "../../text/message.ts";

/** What a rotation may be of. */
export const rotations = ["server", "ca", "clients", "robots"] as const;
export type Rotation = (typeof rotations)[number];

/** One stage of a rotation: what it did, and what was proved before the next could begin. */
export interface StageReport {
  readonly stage: Message;
  /** `planned`: a dry run; `waiting`: it can not go on from here, and `reason` says why. */
  readonly outcome: "done" | "planned" | "failed" | "waiting" | "stopped";
  /** Steps that were carried out, in words, with where. */
  readonly steps: readonly { readonly title: Message; readonly target: string }[];
  readonly proofs: readonly Proof[];
  readonly reason?: Message;
}

/** What a whole rotation came to. */
export interface RotationReport {
  readonly rotation: Rotation;
  readonly stages: readonly StageReport[];
  readonly outcome: "done" | "planned" | "failed" | "waiting" | "stopped";
}

/** The worst of the stages. Pure. */
export function outcomeOf(stages: readonly StageReport[]): RotationReport["outcome"] {
  const order = ["failed", "stopped", "waiting", "planned", "done"] as const;
  return order.find((outcome) => stages.some((s) => s.outcome === outcome)) ?? "done";
}

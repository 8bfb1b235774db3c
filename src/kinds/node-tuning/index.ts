import { defineKind } from "../../engine/kind.ts";
import type { World } from "../world.ts";
import { observe, type ObservedTuning } from "./observe.ts";
import { plan, planRemoval, type TuningAction } from "./plan.ts";
import { run } from "./run.ts";
import { nodeTuningSchema, type NodeTuningSpec } from "./schema.ts";
import { verify } from "./verify.ts";

/** The kubelet's settings of image pulls, image collection and eviction. */
export const nodeTuning = defineKind<NodeTuningSpec, ObservedTuning, TuningAction, World>({
  schema: nodeTuningSchema,
  observe,
  plan,
  planRemoval,
  run,
  verify,
});

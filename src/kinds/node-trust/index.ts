import { defineKind } from "../../engine/kind.ts";
import type { World } from "../world.ts";
import { observe, type ObservedNode } from "./observe.ts";
import { plan, planRemoval, type NodeAction } from "./plan.ts";
import { render } from "./render.ts";
import { run } from "./run.ts";
import { nodeTrustSchema, type NodeTrustSpec } from "./schema.ts";
import { verify } from "./verify.ts";

/** What one node's runtimes trust. */
export const nodeTrust = defineKind<NodeTrustSpec, ObservedNode, NodeAction, World>({
  schema: nodeTrustSchema,
  observe,
  plan,
  planRemoval,
  run,
  verify,
  render,
});

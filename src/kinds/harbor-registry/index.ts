import { defineKind } from "../../engine/kind.ts";
import type { World } from "../world.ts";
import { observe } from "./observe.ts";
import type { ObservedRegistry } from "./observed.ts";
import { plan, planRemoval, type RegistryAction } from "./plan.ts";
import { render } from "./render.ts";
import { run } from "./run.ts";
import { harborRegistrySchema, type HarborRegistrySpec } from "./schema.ts";
import { verify } from "./verify.ts";

/** A Harbor at platform level. */
export const harborRegistry = defineKind<HarborRegistrySpec, ObservedRegistry, RegistryAction, World>({
  schema: harborRegistrySchema,
  observe,
  plan,
  planRemoval,
  run,
  verify,
  render,
});

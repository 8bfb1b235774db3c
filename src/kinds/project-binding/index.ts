import { defineKind } from "../../engine/kind.ts";
import type { World } from "../world.ts";
import type { BindingAction } from "./actions.ts";
import { dueDates } from "./due-dates.ts";
import { forgetAnswers } from "./answers.ts";
import { gather } from "./gather.ts";
import type { ObservedBinding } from "./observed.ts";
import { plan, planRemoval } from "./plan.ts";
import { render } from "./render.ts";
import { run } from "./run.ts";
import { projectBindingSchema, type ProjectBindingSpec } from "./schema.ts";
import { verify } from "./verify.ts";

/** KubeSphere projects bound to Harbor projects. */
export const projectBinding = defineKind<ProjectBindingSpec, ObservedBinding, BindingAction, World>({
  schema: projectBindingSchema,
  observe: async (document, world, signal) => {
    forgetAnswers(document, world);
    return (await gather(document, world, signal)).observed;
  },
  plan,
  planRemoval,
  dueDates,
  run,
  verify,
  render,
});

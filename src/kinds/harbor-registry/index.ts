import { defineKind } from "../../engine/kind.ts";
import { withClusterProxy } from "./cluster-proxy/fold.ts";
import { withMutualTls } from "./mutual/fold.ts";
import { dueDates } from "./due-dates.ts";
import { observe } from "./observe.ts";
import { plan, planRemoval } from "./plan.ts";
import { render } from "./render.ts";
import { run } from "./run.ts";
import { harborRegistrySchema } from "./schema.ts";
import { verify } from "./verify.ts";

/** A Harbor at platform level. Mutual TLS stands outermost: whatever else fails for it, it can be taken back. */
export const harborRegistry = defineKind(
  withMutualTls(
    withClusterProxy({
      schema: harborRegistrySchema,
      observe,
      plan,
      planRemoval,
      dueDates,
      run,
      verify,
      render,
    }),
  ),
);

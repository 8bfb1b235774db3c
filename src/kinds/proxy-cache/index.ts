import { defineKind } from "../../engine/kind.ts";
import type { World } from "../world.ts";
import type { CacheAction } from "./actions.ts";
import { gather } from "./gather.ts";
import type { ObservedCache } from "./observed.ts";
import { plan } from "./plan.ts";
import { planRemoval } from "./plan-removal.ts";
import { render } from "./render.ts";
import { run } from "./run.ts";
import { proxyCacheSchema, type ProxyCacheSpec } from "./schema.ts";
import { verify } from "./verify.ts";

/** Upstream registries cached by Harbor. */
export const proxyCache = defineKind<ProxyCacheSpec, ObservedCache, CacheAction, World>({
  schema: proxyCacheSchema,
  observe: gather,
  plan,
  planRemoval,
  run,
  verify,
  render,
});

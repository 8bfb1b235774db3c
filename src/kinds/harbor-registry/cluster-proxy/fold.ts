import type { Action, Kind, KindPlan, RenderedFile } from "../../../engine/kind.ts";
import type { World } from "../../world.ts";
import type { HarborRegistrySpec } from "../schema.ts";
import { comesByProxy } from "./alias.ts";
import {
  observeProxy,
  planProxy,
  planProxyRemoval,
  runProxy,
  type ObservedProxy,
  type ProxyAction,
  type RegistryDocument,
} from "./proxy.ts";
import { renderProxy } from "./render.ts";
import { verifyProxy } from "./verify.ts";

/** A registry and the proxy in front of it. */
export interface ObservedWithProxy<O> {
  readonly registry: O;
  readonly proxy?: ObservedProxy;
}

/** Folds the in-cluster proxy into a registry: with mutual TLS it is the way in for what has no certificate. */
export function withClusterProxy<O, A extends Action>(
  base: Kind<HarborRegistrySpec, O, A, World>,
): Kind<HarborRegistrySpec, ObservedWithProxy<O>, A | ProxyAction, World> {
  const both = (of: KindPlan<A>, more: KindPlan<ProxyAction> | undefined): KindPlan<A | ProxyAction> => ({
    steps: [...of.steps, ...(more?.steps ?? [])],
    findings: [...of.findings, ...(more?.findings ?? [])],
  });
  return {
    schema: base.schema,
    observe: async (document, world, signal) => {
      const registry = await base.observe(document, world, signal);
      const proxy = await observeProxy(document, world, signal);
      return { registry, ...(proxy !== undefined && { proxy }) };
    },
    plan: (document, { registry, proxy }, now) =>
      both(withWayIn(base.plan(document, registry, now), proxy), proxy && planProxy(document, proxy)),
    planRemoval: (document, { registry, proxy }, now) =>
      both(base.planRemoval(document, registry, now), proxy && planProxyRemoval(document, proxy)),
    dueDates: (document, { registry }, now) => base.dueDates?.(document, registry, now) ?? [],
    run: (action, context) => (isOfProxy(action) ? runProxy(action, context) : base.run(action, context)),
    verify: async (document, world, signal) => [
      ...(await base.verify(document, world, signal)),
      ...(await verifyProxy(document, world, signal)),
    ],
    render: async (document: RegistryDocument, world, signal): Promise<readonly RenderedFile[]> => [
      ...((await base.render?.(document, world, signal)) ?? []),
      ...renderProxy(document),
    ],
  };
}

/** ks-apiserver needs no certificate of its own where the proxy shows one for it. */
function withWayIn<A extends Action>(of: KindPlan<A>, proxy: ObservedProxy | undefined): KindPlan<A> {
  if (proxy?.alias === undefined || !comesByProxy(proxy.alias)) return of;
  return { ...of, findings: of.findings.filter((f) => f.code !== "HARBOR_WANTS_CLIENT_CERTIFICATES") };
}

function isOfProxy(action: Action): action is ProxyAction {
  return action.type.startsWith("proxy-");
}

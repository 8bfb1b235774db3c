import type { Action, Kind, KindPlan, RenderedFile } from "../../../engine/kind.ts";
import { describeError, fromUnknown } from "../../../model/errors.ts";
import { nameOf, type Document } from "../../../model/document.ts";
import { finding } from "../../../model/finding.ts";
import type { Bilingual } from "../../../text/language.ts";
import type { World } from "../../world.ts";
import type { HarborRegistrySpec } from "../schema.ts";
import { runCompose } from "./compose-run.ts";
import { runIngress } from "./ingress-run.ts";
import type { ObservedMutual } from "./observed.ts";
import { planMutual, planMutualRemoval, type MutualAction } from "./plan.ts";
import { renderMutual } from "./render.ts";
import { observeMutual, verifyMutual } from "./verify.ts";

type RegistryDocument = Document<HarborRegistrySpec>;

/** A registry and its mutual TLS. */
export interface ObservedBoth<O> {
  /** Absent where Harbor could not be asked, and going back does not wait for it. */
  readonly registry?: O;
  readonly unreachable?: Bilingual;
  readonly mutual?: ObservedMutual;
}

/** Folds mutual TLS into a registry. What it has broken does not stand in the way of going back. */
export function withMutualTls<O, A extends Action>(
  base: Kind<HarborRegistrySpec, O, A, World>,
): Kind<HarborRegistrySpec, ObservedBoth<O>, A | MutualAction, World> {
  const planBoth = (
    ofRegistry: (observed: O) => KindPlan<A>,
    ofMutual: (observed: ObservedMutual) => KindPlan<MutualAction>,
    document: RegistryDocument,
    { registry, mutual, unreachable }: ObservedBoth<O>,
  ): KindPlan<A | MutualAction> => {
    const plans = [
      ...(registry === undefined ? [] : [ofRegistry(registry)]),
      ...(mutual === undefined ? [] : [ofMutual(mutual)]),
    ];
    const told =
      unreachable === undefined
        ? []
        : [finding("HARBOR_NOT_REACHED_FOR_NOW", document.spec.url, { reason: unreachable })];
    return {
      steps: plans.flatMap((p): KindPlan<A | MutualAction>["steps"] => p.steps),
      findings: [...told, ...plans.flatMap((p) => p.findings)],
    };
  };
  return {
    schema: base.schema,
    observe: (document, world, signal) => observeBoth(base, document, world, signal),
    plan: (document, observed, now) =>
      planBoth(
        (registry) => base.plan(document, registry, now),
        (mutual) => planMutual(document, mutual),
        document,
        observed,
      ),
    planRemoval: (document, observed, now) =>
      planBoth(
        (registry) => base.planRemoval(document, registry, now),
        (mutual) => planMutualRemoval(document, mutual),
        document,
        observed,
      ),
    dueDates: (document, { registry }, now) =>
      (registry === undefined ? undefined : base.dueDates?.(document, registry, now)) ?? [],
    run: async (action, context) => {
      if (isIngressAction(action)) return runIngress(action, context);
      if (isComposeAction(action)) return runCompose(action, context);
      return base.run(action, context);
    },
    verify: async (document, world, signal) => [
      ...(await base.verify(document, world, signal)),
      ...(await verifyMutual(document, world, signal)),
    ],
    render: async (document, world, signal): Promise<readonly RenderedFile[]> => [
      ...((await base.render?.(document, world, signal)) ?? []),
      ...renderMutual(document),
    ],
  };
}

type ComposeAction = Parameters<typeof runCompose>[0];
type IngressAction = Parameters<typeof runIngress>[0];
const isComposeAction = (action: Action): action is ComposeAction => action.type.startsWith("mutual-");
const isIngressAction = (action: Action): action is IngressAction => action.type.startsWith("ingress-");

async function observeBoth<O, A extends Action>(
  base: Kind<HarborRegistrySpec, O, A, World>,
  document: RegistryDocument,
  world: World,
  signal: AbortSignal,
): Promise<ObservedBoth<O>> {
  const mutual = await observeMutual(document, world, signal);
  try {
    const registry = await base.observe(document, world, signal);
    return { registry, ...(mutual !== undefined && { mutual }) };
  } catch (thrown) {
    if (mutual === undefined || signal.aborted || !goesBack(document, mutual)) throw thrown;
    const error = fromUnknown(thrown, nameOf(document));
    const unreachable = { en: describeError(error, "en").what, zh: describeError(error, "zh-CN").what };
    return { unreachable, mutual };
  }
}

/** Less is asked of clients than now: this may be what lets Harbor be reached again. */
function goesBack(document: RegistryDocument, mutual: ObservedMutual): boolean {
  const isLess =
    document.spec.tls.mutual === "off" ||
    (document.spec.tls.mutual === "observe" && mutual.current !== "observe" && mutual.current !== "off");
  return isLess && planMutual(document, mutual).steps.length > 0;
}

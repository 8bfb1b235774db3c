import { apply, type ApplyResult } from "../engine/apply.ts";
import type { OnEvent } from "../engine/events.ts";
import { makePlan, type Direction, type Plan } from "../engine/plan.ts";
import type { Document } from "../model/document.ts";
import { fromUnknown, type MoorlineError } from "../model/errors.ts";
import { nodeWorld, type TrustNode } from "./node-trust/nodes.ts";
import { kinds, nodeKinds } from "./registry.ts";
import type { World } from "./world.ts";

/** What is to be done on one node, or why that is not known. */
export interface NodePlan {
  readonly node: TrustNode;
  readonly planned: { readonly plan: Plan; readonly world: World } | { readonly error: MoorlineError };
}

/** `untried`: a node before it failed, or a stop was asked for. */
export type NodeOutcome = "changed" | "unchanged" | "failed" | "untried";

export interface NodeResult {
  readonly node: string;
  readonly outcome: NodeOutcome;
  /** What the engine did and proved there. */
  readonly result?: ApplyResult;
  /** Why nothing could be begun. */
  readonly error?: MoorlineError;
}

/**
 * Plans the NodeTrust documents on each of these nodes, over the network where they are reached so. Writes nothing. A
 * node that is not reached has its error in its plan.
 * @param documents all that were given: those that NodeTrust refers to are read
 * @throws MoorlineErrors where references lead nowhere
 */
export async function planNodes(
  nodes: readonly TrustNode[],
  documents: readonly Document[],
  world: World,
  options: { readonly direction?: Direction; readonly signal: AbortSignal },
): Promise<readonly NodePlan[]> {
  const plans: NodePlan[] = [];
  for (const node of nodes) {
    options.signal.throwIfAborted();
    const there = await nodeWorld(node, world).catch((thrown: unknown) => fromUnknown(thrown, node.name));
    if (there instanceof Error) {
      plans.push({ node, planned: { error: there } });
      continue;
    }
    const its = documents.filter((d) => !nodeKinds.includes(d.kind) || node.documents.some((n) => n === d));
    const plan = await makePlan(its, kinds, there, { ...options, only: nodeKinds });
    plans.push({ node, planned: { plan, world: there } });
  }
  return plans;
}

/**
 * Carries plans out, one node after the other, so that at most one is interrupted at a time, and never goes on after a
 * node that failed or was not proved: what broke one node must not break the next.
 * @param options.stopping finishes the node in hand; `signal` cuts its steps off
 */
export async function applyNodes(
  plans: readonly NodePlan[],
  options: {
    readonly stopping: AbortSignal;
    readonly signal: AbortSignal;
    readonly onEvent?: (node: string) => OnEvent;
  },
): Promise<readonly NodeResult[]> {
  const results: NodeResult[] = [];
  for (const { node, planned } of plans) {
    const { name } = node;
    const isOver = options.stopping.aborted || results.some((r) => r.outcome === "failed");
    if (isOver) results.push({ node: name, outcome: "untried" });
    else if ("error" in planned) results.push({ node: name, outcome: "failed", error: planned.error });
    else {
      const { stopping, signal, onEvent } = options;
      const run = { stopping, signal, ...(onEvent !== undefined && { onEvent: onEvent(name) }) };
      const result = await apply(planned.plan, kinds, planned.world, run);
      const changed = result.documents.some((d) => d.outcome === "changed");
      results.push({
        node: name,
        outcome: !result.ok ? "failed" : changed ? "changed" : "unchanged",
        result,
      });
    }
  }
  return results;
}

/** Every node was carried out and proved. */
export const allNodesDone = (results: readonly NodeResult[]): boolean =>
  results.every((r) => r.outcome === "changed" || r.outcome === "unchanged");

import type { Proof } from "../../engine/kind.ts";
import { isError } from "../../model/errors.ts";
import { message, type Message } from "../../text/message.ts";
import { allNodesDone, applyNodes, planNodes, type NodePlan } from "../nodes.ts";
import { nodesOf, proveNode, thisMachine, type TrustNode } from "../node-trust/nodes.ts";
import type { StageReport } from "./report.ts";
import { planned, waitsForConsent, type RotationContext } from "./stages.ts";

/** What proves of nodes that are not reached from here that they are done, by node; see {@link nodesStage}. */
export type Evidence = () => Promise<{
  /** Every node that is known of, proved or not. */
  readonly known: readonly string[];
  readonly proofs: ReadonlyMap<string, Proof>;
}>;

/**
 * Carries NodeTrust out on every node, and proves each from its own place.
 * @param evidence counts for nodes that are not reached, or where no document lists the nodes; a node that is reached
 * and not proved is not helped by it
 */
export async function nodesStage(
  stage: Message,
  context: RotationContext,
  evidence?: Evidence,
): Promise<StageReport> {
  const { documents, world, stopping } = context;
  const nodes = whichNodes(context);
  if (context.isDry) return forecast(stage, nodes);
  if (nodes === undefined) return await withoutNodes(stage, evidence);
  if (nodes.length === 0) return { ...planned(stage), outcome: "done" };
  const plans = await planNodes(nodes, documents, world, { signal: stopping });
  const away = plans.filter(isUnreached).map((p) => p.node.name);
  const seen = away.length === 0 ? undefined : await evidence?.();
  const proved = away.flatMap((name) => seen?.proofs.get(name) ?? []);
  if (proved.length < away.length || seen === undefined) return await carryOut(stage, plans, [], context);
  const reached = plans.filter((p) => !isUnreached(p));
  return await carryOut(stage, reached, proved, context);
}

const isUnreached = ({ planned: p }: NodePlan): boolean =>
  "error" in p && isError(p.error, "HOST_SSH_UNREACHABLE", "HOST_SSH_CONNECTION_LOST");

function forecast(stage: Message, nodes: readonly TrustNode[] | undefined): StageReport {
  if (nodes === undefined) return { ...planned(stage), reason: message("rotation.nodesUnknown") };
  const steps = nodes.map(({ name }) => ({ title: message("rotation.nodeStep"), target: name }));
  return { ...planned(stage), steps };
}

/** Where nobody knows which machines are the nodes but the cluster, its nodes may have shown what they carry. */
async function withoutNodes(stage: Message, evidence: Evidence | undefined): Promise<StageReport> {
  const waits = { ...planned(stage), outcome: "waiting", reason: message("rotation.nodesUnknown") } as const;
  const seen = await evidence?.();
  if (seen === undefined || seen.known.length === 0) return waits;
  const missing = seen.known.filter((name) => !seen.proofs.has(name));
  const proofs = [...seen.proofs.values()];
  if (missing.length === 0) return { ...planned(stage), outcome: "done", proofs };
  return { ...waits, proofs, reason: message("rotation.nodesUnseen", { nodes: missing.join(", ") }) };
}

async function carryOut(
  stage: Message,
  plans: readonly NodePlan[],
  proved: readonly Proof[],
  context: RotationContext,
): Promise<StageReport> {
  const { world, stopping, signal, onEvent } = context;
  const planSteps = plans.flatMap(({ planned: p }) =>
    "error" in p ? [] : p.plan.documents.flatMap((d) => d.steps),
  );
  const waits = waitsForConsent(stage, planSteps, context);
  if (waits !== undefined) return waits;
  const results = await applyNodes(plans, { stopping, signal, ...(onEvent && { onEvent: () => onEvent }) });
  const steps = planSteps.map(({ title, target }) => ({ title, target }));
  if (!allNodesDone(results)) {
    const names = results.filter((r) => r.outcome === "failed").map((r) => r.node);
    const isStopped = names.length === 0;
    const reason = message("rotation.nodesFailed", { nodes: names.join(", ") || "-" });
    return { stage, outcome: isStopped ? "stopped" : "failed", steps, proofs: proved, reason };
  }
  const nodes = plans.map((p) => p.node);
  const seen: Proof[] = [];
  if (nodes.every((n) => n.on === undefined))
    seen.push(...results.flatMap((r) => r.result?.documents.flatMap((d) => d.proofs) ?? []));
  // Once more, when all are done: each from its own place, with what its runtimes read now.
  else for (const node of nodes) seen.push(...(await proveNode(node, world, stopping)).proofs);
  const proofs = [...seen, ...proved];
  const ok = proofs.length > 0 && proofs.every((p) => p.ok);
  const reason = message("rotation.nodesNotProved");
  return { stage, steps, proofs, outcome: ok ? "done" : "failed", ...(!ok && { reason }) };
}

/** @returns undefined where nobody knows which machines are the nodes */
function whichNodes({ documents, world, isOnlyNode }: RotationContext): readonly TrustNode[] | undefined {
  const here = thisMachine(documents, world);
  // Without a NodeTrust among them, the nodes stand in other documents, and nobody here can prove what they trust.
  if (here.documents.length === 0) return isOnlyNode ? [] : undefined;
  const withoutNodeLists = here.documents.filter((d) => (d.spec.nodes ?? []).length === 0);
  if (withoutNodeLists.length === 0) return nodesOf(documents);
  return isOnlyNode ? [...nodesOf(documents), { ...here, documents: withoutNodeLists }] : undefined;
}

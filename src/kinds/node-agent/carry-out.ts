import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import type { KubernetesObject } from "../../clients/kubernetes/object.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import { apply } from "../../engine/apply.ts";
import type { OnEvent } from "../../engine/events.ts";
import type { AnyKind } from "../../engine/kind.ts";
import { makePlan } from "../../engine/plan.ts";
import type { Document } from "../../model/document.ts";
import { fromUnknown, isError, MoorlineError, MoorlineErrors } from "../../model/errors.ts";
import type { NodeTrustSpec } from "../node-trust/schema.ts";
import type { NodeTuningSpec } from "../node-tuning/schema.ts";
import { kinds, nodeKinds } from "../registry.ts";
import type { World } from "../world.ts";
import { startupTaint } from "./objects.ts";
import { problemOf, resultOf, type AgentResult } from "./result.ts";
import { inTurn, type TurnOptions } from "./turn.ts";

export interface CarryOutOptions {
  /** The Node's name, and the hash of the bundle: both come with the pod. */
  readonly node: string;
  readonly bundle: string;
  /** Where the Lease of turns lies. */
  readonly namespace: string;
  readonly turn?: Pick<TurnOptions, "settleMs" | "turnMs" | "readyMs">;
  readonly onEvent?: OnEvent;
  /** Finishes the step in hand; `signal` cuts it off. */
  readonly stopping: AbortSignal;
  readonly signal: AbortSignal;
}

interface Node extends KubernetesObject {
  readonly spec?: { readonly taints?: readonly { readonly key: string; readonly effect: string }[] };
}

type NodeDocument = Document<NodeTrustSpec | NodeTuningSpec>;

/**
 * Carries out on this node what its labels choose of the documents, by the same kinds as the command line: restarts one
 * node at a time, and the startup taint off only when all is proved.
 * @returns what became of it; errors are part of the answer
 */
export async function carryOutOnThisNode(
  documents: readonly Document[],
  world: World,
  options: CarryOutOptions,
): Promise<AgentResult> {
  const { node, bundle, stopping, signal } = options;
  try {
    const client = await world.kubernetes();
    const self = await client.get<Node>(resources.nodes, { name: node }, signal);
    const labels = self?.metadata.labels ?? {};
    const chosen = documents.filter(
      (d) => !nodeKinds.includes(d.kind) || isChosen(d as NodeDocument, labels),
    );
    const turn: TurnOptions = {
      client,
      clock: world.clock,
      node,
      namespace: options.namespace,
      stopping,
      ...options.turn,
    };
    const turned = kinds.map((kind) => restartingInTurn(kind, turn));
    const plan = await makePlan(chosen, turned, world, { only: nodeKinds, signal });
    const applied = await apply(plan, turned, world, {
      signal,
      stopping,
      stepTimeoutMs,
      ...(options.onEvent !== undefined && { onEvent: options.onEvent }),
    });
    const result = resultOf(
      bundle,
      applied,
      (name) => plan.documents.find((d) => d.name === name)?.findings ?? [],
    );
    if (result.ok && chosen.some((d) => (d as NodeDocument).spec.agent?.startupTaint === true))
      await removeTaint(node, client, signal);
    return result;
  } catch (thrown) {
    const first = thrown instanceof MoorlineErrors ? thrown.errors[0] : thrown;
    return { v: 1, bundle, ok: false, documents: [], error: problemOf(fromUnknown(first, node)) };
  }
}

/** A step may wait for its turn. */
const stepTimeoutMs = 3_600_000;

const isChosen = ({ spec }: NodeDocument, labels: Readonly<Record<string, string>>): boolean =>
  Object.entries(spec.agent?.nodeSelector ?? {}).every(([key, value]) => labels[key] === value);

/** The kind with its restarts in turn; every kind of nodes calls such an action `restart`. */
function restartingInTurn(kind: AnyKind<World>, turn: TurnOptions): AnyKind<World> {
  if (!nodeKinds.includes(kind.schema.kind)) return kind;
  return {
    ...kind,
    run: (action, context) =>
      action.type === "restart"
        ? inTurn(turn, () => kind.run(action, context), context.signal)
        : kind.run(action, context),
  };
}

const taintAttempts = 10;

/** Takes the startup taint off, and leaves all others; somebody else may change them at the same time. */
async function removeTaint(name: string, client: KubernetesClient, signal: AbortSignal): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const node = await client.get<Node>(resources.nodes, { name }, signal);
    const taints = node?.spec?.taints ?? [];
    const left = taints.filter(({ key }) => key !== startupTaint);
    if (left.length === taints.length) return;
    const path = "/spec/taints";
    const change = left.length === 0 ? { op: "remove", path } : { op: "replace", path, value: left };
    const body = [{ op: "test", path, value: taints }, change];
    try {
      await client.patch(resources.nodes, { name }, "json", body, { signal });
      return;
    } catch (thrown) {
      // A test that does not hold is 422 (RFC 6902 §4.6).
      if (attempt >= taintAttempts || !isError(thrown, "KUBERNETES_INVALID", "KUBERNETES_CONFLICT"))
        throw thrown instanceof MoorlineError ? thrown : fromUnknown(thrown, name);
    }
  }
}

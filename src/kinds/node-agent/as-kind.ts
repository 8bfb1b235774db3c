import { resources } from "../../clients/kubernetes/resources.ts";
import type { KubernetesObject } from "../../clients/kubernetes/object.ts";
import { defineKind, type AnyKind, type KindPlan, type Proof } from "../../engine/kind.ts";
import { nameOf, type Document } from "../../model/document.ts";
import { message } from "../../text/message.ts";
import { nodeKinds } from "../registry.ts";
import type { World } from "../world.ts";
import { gatherBundle } from "./bundle.ts";
import { agentName, bundleAnnotation, workerName, type AgentSettings } from "./objects.ts";
import { keepAgent, nodeStates } from "./put.ts";
import { summariseNodes } from "./result.ts";

interface ObservedAgent {
  readonly wanted?: string;
  /** What the DaemonSet carries out, and with which image. */
  readonly bundle?: string;
  readonly image?: string;
}

interface AgentAction {
  readonly type: "roll-out" | "take-out";
}

interface DaemonSet extends KubernetesObject {
  readonly spec?: {
    readonly template?: {
      readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
      readonly spec?: {
        readonly initContainers?: readonly { readonly name: string; readonly image?: string }[];
      };
    };
  };
}

/**
 * The kinds as a controller carries them out: those of nodes not on a machine, but by the agent on all of them. Their step
 * is the rollout, their proof what each node's agent proved. All documents of nodes share one agent, so each looks at all
 * of them, as they are at that moment, and one writes at a time: two that go together must not leave each other behind.
 */
export function carriedOutByAgent(
  all: readonly AnyKind<World>[],
  settings: AgentSettings,
): readonly AnyKind<World>[] {
  let last: Promise<unknown> = Promise.resolve();
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
  return all.map((kind) => (nodeKinds.includes(kind.schema.kind) ? byAgent(kind, settings, alone) : kind));
}

function byAgent(
  { schema }: AnyKind<World>,
  settings: AgentSettings,
  alone: (work: () => Promise<void>) => Promise<void>,
): AnyKind<World> {
  const all = (world: World, document: Document): readonly Document[] =>
    world.documents.ordered ?? [document];
  const others = (world: World, document: Document): readonly Document[] =>
    (world.documents.ordered ?? []).filter((d) => nameOf(d) !== nameOf(document));
  return defineKind<unknown, ObservedAgent, AgentAction, World>({
    schema,
    observe: async (document, world, signal) => observe(all(world, document), settings, world, signal),
    plan: (document, observed) => planRollout(document, observed, settings),
    planRemoval: (document, observed) => planTakingOut(document, observed, settings),
    run: ({ type }, { document, world, signal }) =>
      alone(async () => {
        const documents = type === "roll-out" ? all(world, document) : others(world, document);
        await keepAgent(documents, settings, world, signal);
      }),
    verify: (document, world, signal) => verify(document, all(world, document), settings, world, signal),
  });
}

async function observe(
  documents: readonly Document[],
  { namespace }: AgentSettings,
  world: World,
  signal: AbortSignal,
): Promise<ObservedAgent> {
  const client = await world.kubernetes();
  const bundle = await gatherBundle(documents, world, signal);
  const found = await client.get<DaemonSet>(resources.daemonSets, { namespace, name: agentName }, signal);
  const { metadata, spec } = found?.spec?.template ?? {};
  const runs = metadata?.annotations?.[bundleAnnotation];
  const image = spec?.initContainers?.find((c) => c.name === workerName)?.image;
  return {
    ...(bundle !== undefined && { wanted: bundle.hash }),
    ...(runs !== undefined && { bundle: runs }),
    ...(image !== undefined && { image }),
  };
}

function planRollout(
  document: Document,
  observed: ObservedAgent,
  { namespace, image }: AgentSettings,
): KindPlan<AgentAction> {
  if (observed.bundle === observed.wanted && observed.image === image) return { steps: [], findings: [] };
  return {
    steps: [
      {
        id: "agent/roll-out",
        change: observed.bundle === undefined ? "create" : "update",
        title: message("nodeAgent.rollOut"),
        target: `DaemonSet/${namespace}/${agentName}`,
        reason: message("nodeAgent.becauseBundle", { document: nameOf(document) }),
        after: [],
        interrupts: message("nodeAgent.interrupts"),
        action: { type: "roll-out" },
      },
    ],
    findings: [],
  };
}

function planTakingOut(
  document: Document,
  { bundle }: ObservedAgent,
  { namespace }: AgentSettings,
): KindPlan<AgentAction> {
  if (bundle === undefined) return { steps: [], findings: [] };
  return {
    steps: [
      {
        id: "agent/take-out",
        change: "update",
        title: message("nodeAgent.takeOut", { document: nameOf(document) }),
        target: `DaemonSet/${namespace}/${agentName}`,
        reason: message("nodeAgent.becauseRemoved"),
        after: [],
        action: { type: "take-out" },
      },
    ],
    findings: [],
  };
}

/** One proof of all nodes, and one more for each that is not proved, up to a bound: what a status can hold. */
async function verify(
  document: Document,
  documents: readonly Document[],
  settings: AgentSettings,
  world: World,
  signal: AbortSignal,
): Promise<readonly Proof[]> {
  const title = message("nodeAgent.proof");
  const bundle = await gatherBundle(documents, world, signal);
  const states = await nodeStates(settings, bundle?.hash ?? "", await world.kubernetes(), signal);
  const { total, proved, failed, pending, unproved } = summariseNodes(states, { document: nameOf(document) });
  const summary: Proof = {
    title,
    subject: `DaemonSet/${settings.namespace}/${agentName}`,
    ok: total > 0 && proved === total,
    detail: message("nodeAgent.nodes", { total, proved, failed, pending }),
  };
  const nodes = unproved
    .filter((n) => n.state === "failed")
    .map(({ node, codes }): Proof => ({
      title,
      subject: `Node/${node}`,
      ok: false,
      detail: message("nodeAgent.node", { codes: codes.join(", ") || "-" }),
    }));
  return [summary, ...nodes];
}

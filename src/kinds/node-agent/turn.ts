import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import type { KubernetesObject } from "../../clients/kubernetes/object.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import type { Clock } from "../../engine/world.ts";
import { agentLabels } from "./objects.ts";
import { isError, isNetworkError, MoorlineError } from "../../model/errors.ts";

/** The Lease that the one node holds whose runtime or kubelet is being restarted. */
export const turnLease = "moorline-node-restart";
/** On the Lease: the node that had the turn last. */
const lastNode = "moorline.io/last-node";
/** Above what a restart, a failed one and its undoing may take together. */
const turnSeconds = 1800;

export interface TurnOptions {
  readonly client: KubernetesClient;
  readonly clock: Clock;
  readonly namespace: string;
  /** The Node's name. */
  readonly node: string;
  /** How long the node must stay Ready before the next one may begin; default 15 s, above the kubelet's 10 s of reporting. */
  readonly settleMs?: number;
  /** How long to wait for the turn; default 15 minutes. */
  readonly turnMs?: number;
  /** How long to wait for Ready after a restart; default 5 minutes. */
  readonly readyMs?: number;
  /** Ends the waiting for the turn, but not what was begun in it. */
  readonly stopping?: AbortSignal;
}

interface Lease extends KubernetesObject {
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
  };
}

interface Node extends KubernetesObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const pollMs = 1000;

/**
 * Does what interrupts a node while no other node is interrupted: waits for its turn, and hands it on only when this
 * node is Ready and stays so. Whatever happens in between, the turn is kept until then: a node that does not come back
 * stops all others, and the next attempt on the same node takes its own turn up again.
 * @throws NODE_TURN_NOT_GRANTED where others keep it; NODE_NOT_READY where this node is not Ready afterwards; what `work` throws
 */
export async function inTurn<T>(
  options: TurnOptions,
  work: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const { stopping } = options;
  await take(options, stopping === undefined ? signal : AbortSignal.any([signal, stopping]));
  let failure: unknown;
  let done: { readonly value: T } | undefined;
  try {
    done = { value: await work() };
  } catch (thrown) {
    failure = thrown;
  }
  await settled(options, signal, failure);
  await handOn(options, signal);
  if (done === undefined) throw failure;
  return done.value;
}

async function take(options: TurnOptions, signal: AbortSignal): Promise<void> {
  const { clock, node, turnMs = 900_000 } = options;
  let holder = "-";
  for (let waited = 0; waited <= turnMs; waited += pollMs) {
    const answer = await tryTake(options, signal);
    if (answer === undefined) return;
    holder = answer;
    await clock.sleep(pollMs, signal);
  }
  throw new MoorlineError("NODE_TURN_NOT_GRANTED", { subject: node, parameters: { holder } });
}

/** @returns whom we wait for; undefined where the turn is ours */
async function tryTake(options: TurnOptions, signal: AbortSignal): Promise<string | undefined> {
  const { client, clock, namespace, node } = options;
  const now = clock.now().toISOString().replace("Z", "000Z"); // MicroTime
  const spec = { holderIdentity: node, leaseDurationSeconds: turnSeconds, acquireTime: now, renewTime: now };
  try {
    const lease = await client.get<Lease>(resources.leases, { namespace, name: turnLease }, signal);
    if (lease === undefined) {
      const metadata = { name: turnLease, namespace, labels: agentLabels };
      await client.create(resources.leases, { metadata, spec }, { signal });
      return undefined;
    }
    const waitsFor = await inTheWay(lease, options, signal);
    if (waitsFor !== undefined) return waitsFor;
    // Only over the version that was judged: of two that see it free, one gets it.
    const metadata = { ...lease.metadata, name: turnLease };
    await client.replace(resources.leases, { ...lease, metadata, spec }, { signal });
    return undefined;
  } catch (thrown) {
    if (isError(thrown, "KUBERNETES_CONFLICT", "KUBERNETES_ALREADY_EXISTS")) return "-";
    throw thrown;
  }
}

/** The node that must be Ready, or done, before ours may begin. */
async function inTheWay(
  { spec, metadata }: Lease,
  { client, clock, node }: TurnOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  const holder = spec?.holderIdentity ?? "";
  if (holder === node) return undefined;
  if (holder !== "") {
    const { renewTime = "", leaseDurationSeconds = turnSeconds } = spec ?? {};
    const isOver = clock.now().getTime() > Date.parse(renewTime) + leaseDurationSeconds * 1000;
    const state = await stateOf(holder, client, signal);
    // Its agent died with the turn in hand: time alone is not enough, the node must be well.
    return state === "gone" || (isOver && state === "ready") ? undefined : holder;
  }
  const last = metadata.annotations?.[lastNode] ?? "";
  if (last === "" || last === node) return undefined;
  return (await stateOf(last, client, signal)) === "not-ready" ? last : undefined;
}

async function stateOf(
  name: string,
  client: KubernetesClient,
  signal: AbortSignal,
): Promise<"ready" | "not-ready" | "gone"> {
  const node = await client.get<Node>(resources.nodes, { name }, signal);
  if (node === undefined) return "gone";
  const ready = node.status?.conditions?.some((c) => c.type === "Ready" && c.status === "True") ?? false;
  return ready ? "ready" : "not-ready";
}

/** Waits until this node is Ready and has been for a while: a kubelet tells of a broken runtime only after some seconds. */
async function settled(options: TurnOptions, signal: AbortSignal, cause: unknown): Promise<void> {
  const { client, clock, node, settleMs = 15_000, readyMs = 300_000 } = options;
  let well = 0;
  for (let waited = 0; waited <= readyMs + settleMs; waited += pollMs) {
    const state = await stateOf(node, client, signal).catch((thrown: unknown) => {
      if (thrown instanceof MoorlineError && isNetworkError(thrown)) return "not-ready" as const;
      throw thrown;
    });
    well = state === "ready" ? well + 1 : 0;
    if (well > settleMs / pollMs) return;
    await clock.sleep(pollMs, signal);
  }
  throw new MoorlineError("NODE_NOT_READY", { subject: node, cause });
}

async function handOn({ client, namespace, node }: TurnOptions, signal: AbortSignal): Promise<void> {
  const lease = await client.get<Lease>(resources.leases, { namespace, name: turnLease }, signal);
  if (lease?.spec?.holderIdentity !== node) return;
  const annotations = { ...lease.metadata.annotations, [lastNode]: node };
  const metadata = { ...lease.metadata, name: turnLease, annotations };
  const { leaseDurationSeconds } = lease.spec;
  await client.replace(resources.leases, { ...lease, metadata, spec: { leaseDurationSeconds } }, { signal });
}

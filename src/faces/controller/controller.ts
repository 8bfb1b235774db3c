import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import { leadWhile, type Term } from "../../clients/kubernetes/lease.ts";
import { countedClient, countedClusters } from "./counted-client.ts";
import { followFailedPulls } from "./failed-pulls.ts";
import { controllerMetrics, type ControllerMetrics } from "./metrics.ts";
import type { ControllerOptions } from "./options.ts";
import { Rest } from "./rest.ts";
import { startSight, type Sight } from "./sight.ts";
import { Shift } from "./shift.ts";

export interface Controller {
  readonly metrics: ControllerMetrics;
  /** The cluster is known; this replica could work. */
  readonly isReady: () => boolean;
  /** Kinds that it does without, because the cluster has no definition of them. */
  readonly missingKinds: () => readonly string[];
  /** Brings the gauges up to date before they are read. */
  readonly refresh: () => void;
  readonly sight: Sight;
  /** Resolves when everything has come to rest after a stop. */
  readonly ended: Promise<void>;
}

/** Less than the pod's own grace, so that there is time left to give the lease back. */
const usualStopGraceMs = 40_000;

/** Keeps the documents of a cluster true until asked to stop. Every replica watches; the one that leads works. */
export function startController(options: ControllerOptions): Controller {
  const metrics = options.metrics ?? controllerMetrics();
  const client = countedClient(options.client, metrics.calls);
  const watching = new AbortController();
  const sight = startSight(client, options, watching.signal);
  const world = countedClusters(options.world, metrics.calls);
  const { clock, releaseMemory = (): void => undefined } = options;
  const rest = new Rest({ clock, release: releaseMemory, stopping: watching.signal });
  // What the first lists brought with them, on replicas that do not lead too.
  rest.begin();
  void sight.synced(watching.signal).then(
    () => rest.end(sight.namespaces.size),
    () => undefined,
  );
  let shift: Shift | undefined;

  const work = async (term: Term): Promise<void> => {
    await sight.synced(term.ending).catch(() => undefined);
    if (term.ending.aborted) return;
    const done = new AbortController();
    const lost = AbortSignal.any([term.lost, graceOver(options, done.signal)]);
    shift = new Shift({ ...options, world, metrics, sight, rest, term: { ending: term.ending, lost } });
    try {
      await shift.work();
    } finally {
      shift = undefined;
      done.abort();
    }
  };
  const ended = lead(options, metrics, client, work).finally(() => watching.abort());
  const pulls = followFailedPulls(
    client,
    // One replica counts: another would count the same once more.
    (cause) => shift !== undefined && metrics.failedPulls.add({ cause }),
    options.onTrouble,
    watching.signal,
  );
  return {
    metrics,
    sight,
    isReady: () => sight.isSynced,
    missingKinds: () => sight.missingKinds,
    refresh: () => {
      metrics.queueDepth.set({}, shift?.depth ?? 0);
      metrics.missingKinds.replace(
        {},
        sight.missingKinds.map((kind) => ({ labels: { kind }, value: 1 })),
      );
      metrics.memory.set({}, process.memoryUsage.rss());
      for (const { schema } of options.kinds)
        metrics.documents.set({ kind: schema.kind }, sight.documents.countOf(schema.kind));
    },
    ended: Promise.all([ended, pulls]).then(() => undefined),
  };
}

/**
 * Aborts when a stop was asked for and the grace is over. A step may wait for minutes, for another's certificate or a
 * rollout; all are safe to cut off, and the next leader goes on with them.
 */
function graceOver(
  { clock, stopping, stopGraceMs = usualStopGraceMs }: ControllerOptions,
  done: AbortSignal,
): AbortSignal {
  const over = new AbortController();
  const begin = (): void => {
    // Where the work ends before it, nothing is left to be cut off.
    clock.sleep(stopGraceMs, done).then(
      () => over.abort(),
      () => undefined,
    );
  };
  if (stopping.aborted) begin();
  else stopping.addEventListener("abort", begin, { once: true, signal: done });
  return over.signal;
}

async function lead(
  { lease, identity, clock, random, elapsed, stopping, onTrouble, onLead }: ControllerOptions,
  metrics: ControllerMetrics,
  client: KubernetesClient,
  work: (term: Term) => Promise<void>,
): Promise<void> {
  metrics.leader.set({}, 0);
  const onChange = (leads: boolean): void => {
    metrics.leader.set({}, leads ? 1 : 0);
    onLead?.(leads);
  };
  if (lease === undefined) {
    onChange(true);
    return work({ ending: stopping, lost: new AbortController().signal });
  }
  return leadWhile(
    {
      ...lease,
      client,
      identity,
      clock,
      elapsed,
      fraction: () => random.fraction(),
      stopping,
      onTrouble,
      onChange,
    },
    work,
  );
}

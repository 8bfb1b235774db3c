import { setTimeout as wait } from "node:timers/promises";
import { resources } from "../../src/clients/kubernetes/resources.ts";
import type { BenchCluster } from "./api-server.ts";
import { bundleProgram, startController } from "./controller-process.ts";
import { readyBindings, writeDocuments } from "./documents.ts";
import { namespaceNames, type Filling } from "./fill.ts";
import { requestCounts } from "./requests.ts";
import { until } from "./until.ts";

const signal = new AbortController().signal;

/** What the controller itself did, from its start over documents that nobody carried out yet. */
export interface ControllerFigures {
  /** Seconds from its start until every binding said that it is ready. */
  readonly rollout: number;
  /** Seconds until every Secret was there. */
  readonly written: number;
  readonly processor: number;
  readonly calls: ReadonlyMap<string, number>;
  /** MiB: at its highest, and a while after all was done. */
  readonly peak: number;
  readonly steady: number;
  /** Calls that one deleted Secret cost, until it stood there again and all was quiet. */
  readonly oneNamespace: ReadonlyMap<string, number>;
}

/** Runs the controller over a binding for each workspace. */
export async function measureController(
  cluster: BenchCluster,
  filling: Filling,
  harbor: { readonly url: string; readonly ca: string; readonly password: string },
  home: string,
  flags: readonly string[],
): Promise<ControllerFigures> {
  const program = await bundleProgram(home);
  await writeDocuments(cluster, harbor, filling.workspaces);
  const before = await requestCounts(cluster.client);
  const started = performance.now();
  await using controller = startController(home, program, cluster.address, flags);
  const since = (): number => (performance.now() - started) / 1000;
  let written = 0;
  await until(async () => {
    const counts = difference(before, await requestCounts(cluster.client));
    const made = counts.get("post secrets (201)") ?? 0;
    if (written === 0 && made >= filling.namespaces) written = since();
    return written > 0 && (await readyBindings(cluster)) >= filling.workspaces;
  });
  const rollout = since();
  const calls = difference(before, await requestCounts(cluster.client));
  const processor = controller.processor();
  const peak = controller.memory("VmHWM");
  // Long enough for a collector that is in no hurry, and for whatever still comes to rest.
  await wait(30_000);
  const steady = controller.memory("VmRSS");
  return {
    rollout,
    written,
    processor,
    calls,
    peak,
    steady,
    oneNamespace: await oneNamespace(cluster, filling),
  };
}

async function oneNamespace(cluster: BenchCluster, filling: Filling): Promise<ReadonlyMap<string, number>> {
  const [namespace = ""] = namespaceNames(filling);
  const at = { namespace, name: "harbor" };
  const before = await requestCounts(cluster.client);
  await cluster.client.delete(resources.secrets, at, { signal });
  const made = async (): Promise<boolean> => {
    const counts = difference(before, await requestCounts(cluster.client));
    return (counts.get("post secrets (201)") ?? 0) > 0;
  };
  await until(made, 200);
  await wait(5000);
  return difference(before, await requestCounts(cluster.client));
}

function difference(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  return new Map([...after].map(([k, n]) => [k, n - (before.get(k) ?? 0)] as const).filter(([, n]) => n > 0));
}

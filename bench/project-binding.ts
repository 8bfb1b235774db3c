import { randomBytes } from "node:crypto";
import { availableParallelism, loadavg } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { concurrently } from "../src/clients/concurrency.ts";
import { localHost } from "../src/clients/host/local.ts";
import { openEndpoint, type HttpEndpoint } from "../src/clients/http/endpoint.ts";
import type { KubernetesObject } from "../src/clients/kubernetes/object.ts";
import { resources } from "../src/clients/kubernetes/resources.ts";
import { apply } from "../src/engine/apply.ts";
import { makePlan } from "../src/engine/plan.ts";
import { harborRegistry } from "../src/kinds/harbor-registry/index.ts";
import { projectBinding } from "../src/kinds/project-binding/index.ts";
import type { World } from "../src/kinds/world.ts";
import { nameOf, nameOfReference, type Document } from "../src/model/document.ts";
import { parseDocuments } from "../src/model/parse.ts";
import { floor } from "./floor.ts";
import { openPlant, type BenchPlant } from "./plant.ts";

const signal = new AbortController().signal;
const kinds = [harborRegistry, projectBinding];
const parallel = 16;
const account = "puller";
const label = "moorline.io/bench-project";

/**
 * ProjectBinding over many projects, against a floor that issues the same writes with the same concurrency. Floor and
 * run alternate, so that what else the machine does meets both; medians are compared. Prints a table.
 */
export async function benchProjectBinding(projects: number, rounds: number): Promise<void> {
  await using plant = await openPlant();
  const namespaces = await prepare(plant, projects);
  const run = randomBytes(3).toString("hex");
  const pairs: Pair[] = [];
  let again: Timing | undefined;
  for (let n = 1; n <= rounds; n++) {
    await reset(plant, namespaces);
    const floorMs = await floor(plant, namespaces, account, `floor-${run}-${n}`, parallel, false);
    await reset(plant, namespaces);
    const provingMs = await floor(plant, namespaces, account, `proving-${run}-${n}`, parallel, true);
    await reset(plant, namespaces);
    const documents = parsed(plant, `bench-${run}-${n}`);
    pairs.push({ floorMs, provingMs, ...(await measured(plant, documents)) });
    if (n === rounds) again = await measured(plant, documents);
  }
  report(plant, projects, pairs, again);
}

interface Timing {
  readonly planned: number;
  readonly stepping: number;
  readonly proving: number;
  readonly whole: number;
  readonly steps: number;
  readonly ok: boolean;
  /** Processor time of this process, in milliseconds. */
  readonly processor: number;
}

interface Pair extends Timing {
  readonly floorMs: number;
  /** The floor with a token asked for each credential. */
  readonly provingMs: number;
}

/** A run as a new process makes it: with new connections, and knowing nothing from before. */
async function measured(plant: BenchPlant, documents: readonly Document[]): Promise<Timing> {
  await using world = worldOf(plant, documents);
  return once(documents, world);
}

function report(
  plant: BenchPlant,
  projects: number,
  pairs: readonly Pair[],
  again: Timing | undefined,
): void {
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
  const each = (of: (pair: Pair) => number, shown: (value: number) => string): string =>
    pairs.length === 1 ? "" : ` (${pairs.map((p) => shown(of(p))).join(", ")})`;
  const time = (of: (pair: Pair) => number): string => seconds(median(pairs.map(of))) + each(of, seconds);
  const ratio = (of: (pair: Pair) => number, to: (pair: Pair) => number): string => {
    const toFloor = (p: Pair): number => of(p) / to(p);
    return `${median(pairs.map(toFloor)).toFixed(2)}${each(toFloor, (v) => v.toFixed(2))}`;
  };
  const plain = (p: Pair): number => p.floorMs;
  const proving = (p: Pair): number => p.provingMs;
  const rows: readonly (readonly [string, string])[] = [
    ["projects", String(projects)],
    ["Kubernetes", plant.kubernetes],
    ["Harbor", "the sandbox's, in its own process"],
    ["processors, load average at the end", `${availableParallelism()}, ${(loadavg()[0] ?? 0).toFixed(1)}`],
    ["at a time, in floor and run", String(parallel)],
    ["floor: the writes alone", time(plain)],
    ["floor with a token for each credential", time(proving)],
    ["plan (reads everything)", time((p) => p.planned)],
    ["writes, each credential proved before", time((p) => p.stepping)],
    ["proof of every project from outside", time((p) => p.proving)],
    ["apply: plan, writes and proof", time((p) => p.whole)],
    ["floor with tokens / floor", ratio(proving, plain)],
    ["writes / floor", ratio((p) => p.stepping, plain)],
    ["writes / floor with tokens", ratio((p) => p.stepping, proving)],
    ["apply / floor", ratio((p) => p.whole, plain)],
    ["apply / floor with tokens", ratio((p) => p.whole, proving)],
    ["processor time of this process, apply", time((p) => p.processor)],
    ["steps, first run", pairs.map((p) => p.steps).join(", ")],
    ["steps, second run", again === undefined ? "-" : `${again.steps}, in ${seconds(again.whole)}`],
    ["all proved", [...pairs, ...(again === undefined ? [] : [again])].map((t) => t.ok).join(", ")],
    ["peak memory (RSS)", `${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`],
  ];
  for (const [name, value] of rows) console.log(`${name.padEnd(40)} ${value}`);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = 0, high = low] = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1);
  return (low + high) / 2;
}

async function once(documents: readonly Document[], world: World): Promise<Timing> {
  const started = performance.now();
  const processor = process.cpuUsage();
  const plan = await makePlan(documents, kinds, world, { signal });
  const planned = performance.now();
  let stepsDone = planned;
  const result = await apply(plan, kinds, world, {
    parallel,
    onEvent: (event) => {
      if (event.type === "step-done") stepsDone = performance.now();
    },
  });
  const ended = performance.now();
  const { user, system } = process.cpuUsage(processor);
  for (const { failures, proofs } of result.documents) {
    for (const { error } of failures.slice(0, 3)) console.error(error.message);
    for (const proof of proofs.filter((p) => !p.ok).slice(0, 3)) console.error(JSON.stringify(proof));
  }
  return {
    planned: planned - started,
    stepping: stepsDone - planned,
    proving: ended - stepsDone,
    whole: ended - started,
    steps: result.documents.reduce((sum, d) => sum + d.stepsDone, 0),
    ok: result.ok,
    processor: (user + system) / 1000,
  };
}

/** Namespaces are kept from run to run: making and deleting thousands takes longer than what is measured. */
async function prepare({ client }: BenchPlant, count: number): Promise<readonly string[]> {
  const there = await client.listMetadata(resources.namespaces, { labelSelector: label, signal });
  const known = new Set(there.items.map((n) => n.metadata.name ?? ""));
  const wanted = Array.from({ length: count }, (_, i) => `bench-${count}-${i}`);
  const make = async (name: string): Promise<void> => {
    if (known.has(name)) return;
    await client.create(
      resources.namespaces,
      { metadata: { name, labels: { [label]: String(count) } } },
      { signal },
    );
    await client.create(
      resources.serviceAccounts,
      { metadata: { namespace: name, name: account } },
      { signal },
    );
  };
  await concurrently(wanted, parallel, make, signal);
  await quiet({ client });
  return wanted;
}

/** Waits until the controllers have made what they make in new namespaces. */
async function quiet({ client }: Pick<BenchPlant, "client">): Promise<void> {
  let seen = -1;
  for (let round = 0; round < 60; round++) {
    const { items } = await client.listMetadata(resources.secrets, { signal });
    if (items.length === seen) return;
    seen = items.length;
    await wait(3000);
  }
}

/** Takes away what a run left in the cluster. */
async function reset({ client }: BenchPlant, namespaces: readonly string[]): Promise<void> {
  const one = async (namespace: string): Promise<void> => {
    await client.delete(resources.secrets, { namespace, name: "harbor" }, { signal });
    const body = { metadata: { labels: null }, imagePullSecrets: null };
    await client.patch<KubernetesObject>(
      resources.serviceAccounts,
      { namespace, name: account },
      "merge",
      body,
      { signal },
    );
  };
  await concurrently(namespaces, parallel, one, signal);
}

function parsed(plant: BenchPlant, name: string): readonly Document[] {
  const text = `
apiVersion: moorline.io/v1alpha1
kind: HarborRegistry
metadata: {name: main}
spec:
  url: ${plant.harbor.url}
  credential: {environment: {}}
  tls: {ca: {pem: ${JSON.stringify(plant.harbor.ca)}}}
---
apiVersion: moorline.io/v1alpha1
kind: ProjectBinding
metadata: {name: ${name}}
spec:
  registry: main
  projects: {selector: {matchLabels: {${label}: "${process.env.BENCH_PROJECTS ?? "1000"}"}}}
  harborProject: {name: ${name}}
  secret: {serviceAccounts: [${account}]}
`;
  const { documents, errors } = parseDocuments(
    [{ name: "bench.yaml", directory: "/", text }],
    kinds.map((k) => k.schema),
  );
  if (errors.length > 0) throw new AggregateError(errors);
  return documents;
}

function worldOf(plant: BenchPlant, documents: readonly Document[]): World & AsyncDisposable {
  const endpoints = new Map<string, HttpEndpoint>();
  const environment: Record<string, string> = {
    HARBOR_USERNAME: "admin",
    HARBOR_PASSWORD: plant.harbor.password,
  };
  return {
    documents: { find: (reference) => documents.find((d) => nameOf(d) === nameOfReference(reference)) },
    environment: (name) => environment[name],
    host: localHost(),
    documentsHost: localHost(),
    openHost: () => Promise.resolve(localHost()),
    kubernetes: () => Promise.resolve(plant.client),
    cluster: () => Promise.reject(new Error("one cluster only")),
    endpoint: (url, tls) => {
      const known = endpoints.get(url) ?? openEndpoint(url, { tls });
      endpoints.set(url, known);
      return known;
    },
    clock: {
      now: () => new Date(),
      sleep: async (milliseconds, stop) => {
        await wait(milliseconds, undefined, { signal: stop });
      },
    },
    random: { bytes: (length) => randomBytes(length), fraction: () => Math.random() },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...endpoints.values()].map((e) => e[Symbol.asyncDispose]()));
    },
  };
}

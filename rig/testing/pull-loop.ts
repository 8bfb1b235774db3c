import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { smallImage } from "../images/small.ts";
import type { PushOptions } from "./harbor.ts";
import { dockerPuller, skopeoCopier, skopeoInspector } from "./pull-loop/commands.ts";
import { criPuller, criPullers } from "./pull-loop/cri.ts";
import { kubeletPuller } from "./pull-loop/kubelet.ts";
import type { Pull, Puller, PullPlace } from "./pull-loop/puller.ts";

export type { Pull, PullPlace } from "./pull-loop/puller.ts";

/** What came of the pulls that ended in a span of time. */
export interface PullReport {
  readonly name: string;
  readonly seconds: number;
  readonly pulls: number;
  readonly perSecond: number;
  readonly by: Readonly<Record<string, number>>;
  readonly worst: { readonly by: string; readonly milliseconds: number } | undefined;
  readonly failed: readonly Pull[];
}

/** Real pulls that go on by themselves until it is disposed of, by everything that pulls on the rig. */
export interface PullLoop extends AsyncDisposable {
  /** Runs the operation amid the pulls, and tells of every pull that ended meanwhile, those in flight at its end included. */
  during<T>(
    name: string,
    operation: () => Promise<T>,
  ): Promise<{ readonly value: T; readonly report: PullReport }>;
  /** A line for each puller: what it does. */
  readonly pullers: readonly string[];
}

const pod = { repository: "pod", tags: 6 };
const small = { repository: "small", tags: 8 };

/** Pushes what the loop pulls, into one project. */
export async function pushPullImages(
  push: (repository: string, how?: PushOptions) => Promise<void>,
  project: string,
  trust: PushOptions = {},
): Promise<Pick<PullPlace, "pod" | "small">> {
  for (let tag = 0; tag < pod.tags; tag++) await push(`${project}/${pod.repository}:${tag}`, trust);
  for (let tag = 0; tag < small.tags; tag++) {
    const image = smallImage(`${project} ${tag}`);
    await push(`${project}/${small.repository}:${tag}`, { ...trust, image });
  }
  return {
    pod: { ...pod, repository: `${project}/${pod.repository}` },
    small: { ...small, repository: `${project}/${small.repository}` },
  };
}

/** Begins to pull; the node, docker and skopeo must be ready for it. */
export async function startPullLoop(place: PullPlace): Promise<PullLoop> {
  await using starting = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "moorline-rig-pulls-"));
  starting.defer(() => rm(folder, { recursive: true, force: true }));
  for (const name of ["docker", "inspect", "copy"]) await mkdir(join(folder, name));
  const pullers: readonly Puller[] = [
    ...Array.from({ length: criPullers }, (_, part) =>
      starting.use(criPuller(place, `containerd ${part + 1}`, 500, part)),
    ),
    dockerPuller(place, join(folder, "docker"), 1500),
    skopeoInspector(place, join(folder, "inspect"), 1000),
    skopeoCopier(place, join(folder, "copy"), 1500),
    starting.use(kubeletPuller(place, "kubelet 1", 2000, 0)),
  ];
  for (const puller of pullers) await puller.prepare?.();
  const pulls: Pull[] = [];
  const rounds = new Map<Puller, Promise<void>>();
  const stop = new AbortController();
  const goOn = async (puller: Puller): Promise<void> => {
    while (!stop.signal.aborted) {
      const began = performance.now();
      const round = puller.round((pull) => void pulls.push(pull));
      rounds.set(puller, round);
      await round;
      const rest = puller.every - (performance.now() - began);
      if (rest > 0) await sleep(rest, undefined, { signal: stop.signal }).catch(() => undefined); // it is to end
    }
  };
  // Awaited at the end; a rig that does not work is heard of through the round before.
  const running = Promise.allSettled(pullers.map(goOn));
  starting.defer(async () => {
    stop.abort();
    await running;
  });
  const owned = starting.move();
  return {
    pullers: pullers.map(({ name, does }) => `${name}: ${does}`),
    async during(name, operation) {
      const from = pulls.length;
      const start = performance.now();
      const value = await operation();
      const end = Date.now();
      const seconds = (performance.now() - start) / 1000;
      const ended = pulls.length;
      await Promise.all(rounds.values());
      const late = pulls.slice(ended).filter(({ began }) => began <= end);
      return { value, report: reportOf(name, seconds, pulls.slice(from, ended), late) };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function reportOf(name: string, seconds: number, pulls: readonly Pull[], late: readonly Pull[]): PullReport {
  const by: Record<string, number> = {};
  for (const pull of pulls) by[pull.by] = (by[pull.by] ?? 0) + 1;
  const all = [...pulls, ...late];
  const worst = all.toSorted((a, b) => b.milliseconds - a.milliseconds)[0];
  return {
    name,
    seconds,
    pulls: pulls.length,
    perSecond: pulls.length / seconds,
    by,
    worst: worst === undefined ? undefined : { by: worst.by, milliseconds: worst.milliseconds },
    failed: all.filter(({ failure }) => failure !== undefined),
  };
}

/** The report in a line, and a line for each failure. */
export function pullReportText({ name, seconds, pulls, perSecond, by, worst, failed }: PullReport): string {
  const each = Object.entries(by).map(([who, count]) => `${who} ${count}`);
  const slowest = worst === undefined ? "" : `; worst ${Math.round(worst.milliseconds)} ms (${worst.by})`;
  const head = `${name}: ${pulls} pulls in ${seconds.toFixed(1)} s (${perSecond.toFixed(1)} a second; ${each.join(", ")}), ${failed.length} failed${slowest}`;
  const lines = failed.map(
    (pull) => `  ${new Date(pull.began).toISOString()} ${pull.by} ${pull.image}: ${pull.failure}`,
  );
  return [head, ...lines].join("\n");
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { startSandbox } from "./plant.ts";
import { controllerEnvironment } from "../src/faces/install/manifests.ts";
import { startCluster, type BenchCluster } from "./scale/api-server.ts";
import { measureController } from "./scale/controller-scene.ts";
import { fillNamespaces, fillSurroundings, reset, type Filling } from "./scale/fill.ts";
import { installDefinitions, writeDocuments } from "./scale/documents.ts";
import { requestCounts } from "./scale/requests.ts";
import type { Phase, Work } from "./scale/worker.ts";

// Ten thousand namespaces against a floor that issues the same writes. Prints ratios; asserts nothing about time.
const { values } = parseArgs({
  options: {
    namespaces: { type: "string", default: "10000" },
    /** 50 namespaces in each, where not given. */
    workspaces: { type: "string" },
    secrets: { type: "string" },
    pods: { type: "string" },
    rounds: { type: "string", default: "1" },
    parallel: { type: "string", default: "16" },
    /** Node's, for the measured process, besides those of the manifest. */
    flags: { type: "string", default: "" },
    only: { type: "string", default: "floor,controller,instant,sandbox,process" },
    "cpu-prof": { type: "boolean", default: false },
  },
});
const namespaces = Number(values.namespaces);
const filling: Filling = {
  namespaces,
  workspaces: Number(values.workspaces ?? Math.max(1, Math.round(namespaces / 50))),
  otherSecrets: Number(values.secrets ?? namespaces * 5),
  pods: Number(values.pods ?? namespaces * 10),
};
const parallel = Number(values.parallel);

/** A phase, with the calls that the API server counted in it. */
interface Measured extends Phase {
  readonly calls: ReadonlyMap<string, number>;
  /** Processor seconds of API server and etcd. */
  readonly servers: number;
}

const home = mkdtempSync(join(tmpdir(), "moorline-bench-"));

/** The worker as the program is shipped, in one file: read as TypeScript it would take 30 MiB more. */
const script = join(home, "worker.mjs");

async function inProcess(cluster: BenchCluster, work: Work): Promise<readonly Measured[]> {
  const profile = values["cpu-prof"] ? ["--cpu-prof", `--cpu-prof-name=${work.what}.cpuprofile`] : [];
  const flags = values.flags === "" ? [] : values.flags.split(" ");
  // What the servers still do about what was put there is nobody's to bear.
  await wait(3000);
  const child = spawn(process.execPath, [...profile, ...flags, script], {
    env: { ...process.env, ...controllerEnvironment, BENCH_WORK: JSON.stringify(work) },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const phases: Measured[] = [];
  let before = await requestCounts(cluster.client);
  let spent = await cluster.processor();
  for await (const line of createInterface(child.stdout)) {
    const after = await requestCounts(cluster.client);
    const calls = [...after].map(([key, n]) => [key, n - (before.get(key) ?? 0)] as const);
    const now = await cluster.processor();
    const phase = JSON.parse(line) as Phase;
    phases.push({ ...phase, calls: new Map(calls.filter(([, n]) => n > 0)), servers: now - spent });
    spent = now;
    before = after;
    child.stdin.write("\n");
  }
  await ended;
  return phases;
}

const loadNow = (): string => (loadavg()[0] ?? 0).toFixed(1);

const told = (calls: ReadonlyMap<string, number>): string =>
  [...calls]
    .toSorted(([, a], [, b]) => b - a)
    .map(([call, n]) => `${n} ${call}`)
    .join(", ");

function tell(title: string, phases: readonly Measured[], floor?: readonly Measured[]): void {
  for (const phase of phases) {
    const least = floor?.find((f) => f.name === phase.name);
    const both = (of: Measured): number => of.processor + of.servers;
    const parts = [
      `${phase.seconds.toFixed(2)} s`,
      ...(least === undefined
        ? []
        : [
            `${(phase.seconds / least.seconds).toFixed(2)} × floor, processor ${(both(phase) / both(least)).toFixed(2)} ×`,
          ]),
      ...(phase.planned === undefined ? [] : [`plan ${phase.planned.toFixed(2)} s`]),
      ...(phase.proving === undefined ? [] : [`proof ${phase.proving.toFixed(2)} s`]),
      `${phase.steps} steps`,
      `processor ${phase.processor.toFixed(2)} s, servers' ${phase.servers.toFixed(2)} s`,
      `peak ${phase.peak} MiB, after ${phase.after} MiB`,
      ...(phase.ok ? [] : ["NOT PROVED"]),
    ];
    console.log(`${`${title}, ${phase.name}`.padEnd(36)} ${parts.join("; ")}`);
    console.log(`${"".padEnd(36)} ${told(phase.calls)}`);
  }
  const of = (name: string, all = phases): number => all.find((p) => p.name === name)?.seconds ?? Number.NaN;
  const share = (100 * of("rotate")) / of("write");
  if (phases.length > 0) console.log(`${"".padEnd(36)} rotate / write ${share.toFixed(0)} %`);
  if (floor !== undefined)
    console.log(
      `${"".padEnd(36)} rotate / floor's write ${((100 * of("rotate")) / of("write", floor)).toFixed(0)} %`,
    );
}

async function withSandbox(
  cluster: BenchCluster,
  work: Omit<Work, "what">,
  floor: readonly Measured[] | undefined,
): Promise<void> {
  const password = `Bench-${process.pid}-Aa1`;
  const { child, address } = await startSandbox("harbor", password);
  const harbor = { ...address, password };
  tell("one binding, sandbox's Harbor", await inProcess(cluster, { ...work, what: "run", harbor }), floor);
  child.stdin?.end();
}

async function withController(cluster: BenchCluster): Promise<void> {
  const password = `Bench-${process.pid}-Aa1`;
  const { child, address } = await startSandbox("harbor", password);
  const flags = values.flags === "" ? [] : values.flags.split(" ");
  const of = await measureController(cluster, filling, { ...address, password }, home, flags);
  const title = "process, sandbox's Harbor".padEnd(36);
  console.log(
    `${title} ${of.rollout.toFixed(2)} s until all bindings are ready, ${of.written.toFixed(2)} s until all Secrets are there; ` +
      `processor ${of.processor.toFixed(2)} s; peak ${of.peak} MiB, steady ${of.steady} MiB`,
  );
  console.log(`${"".padEnd(36)} ${told(of.calls)}`);
  console.log(`${"process, one Secret deleted".padEnd(36)} ${told(of.oneNamespace)}`);
  child.stdin?.end();
}

async function main(): Promise<void> {
  await using cluster = await startCluster(async (etcdUrl) => {
    await fillNamespaces(etcdUrl, filling);
    await fillSurroundings(etcdUrl, filling);
  });
  if (cluster === undefined) {
    console.log("no kube-apiserver in the rig's cache, or no etcd: run `npm run rig` once, which builds it");
    return;
  }
  console.log(
    `${namespaces} namespaces in ${filling.workspaces} workspaces, ${filling.otherSecrets} Secrets of others, ` +
      `${filling.pods} pods; ${availableParallelism()} processors, ${parallel} at a time`,
  );
  await installDefinitions(cluster);
  const work = { cluster: cluster.address, namespaces, workspaces: filling.workspaces, parallel };
  const only = new Set(values.only.split(","));
  for (let round = 1; round <= Number(values.rounds); round++) {
    console.log(`round ${round}, load average ${loadNow()}`);
    const floor = only.has("floor") ? await inProcess(cluster, { ...work, what: "floor" }) : undefined;
    tell("floor", floor ?? []);
    if (only.has("controller")) {
      await reset(cluster.etcdUrl, filling);
      await writeDocuments(
        cluster,
        { url: "https://harbor.bench.test", password: "Instant12345" },
        filling.workspaces,
      );
      tell("controller, Harbor at once", await inProcess(cluster, { ...work, what: "controller" }), floor);
    }
    await reset(cluster.etcdUrl, filling);
    if (only.has("instant"))
      tell("one binding, Harbor at once", await inProcess(cluster, { ...work, what: "run" }), floor);
    await reset(cluster.etcdUrl, filling);
    if (only.has("sandbox")) await withSandbox(cluster, work, floor);
    await reset(cluster.etcdUrl, filling);
    if (only.has("process")) await withController(cluster);
    await reset(cluster.etcdUrl, filling);
  }
  console.log(`API server at the end: ${await cluster.apiServerMemory()} MiB; load average ${loadNow()}`);
}

await build({
  entryPoints: [fileURLToPath(new URL("scale/worker.ts", import.meta.url))],
  outfile: script,
  bundle: true,
  format: "esm",
  platform: "node",
  mainFields: ["module", "main"],
  external: ["*.node"],
  banner: {
    js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  },
});
await main();
rmSync(home, { recursive: true, force: true });

import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { lookAt, type LookOptions } from "../src/faces/cli/tls/look.ts";
import { startHosts } from "./tls-hosts.ts";

const work = z.object({
  hosts: z.array(z.object({ host: z.string(), port: z.number(), fault: z.string().optional() })),
  authorityPem: z.string(),
});
const result = z.object({ seconds: z.array(z.number()), cpuSeconds: z.number(), mebibytes: z.number() });

/** In a process of its own: rounds over its share of the hosts, each judged rightly or not at all. */
async function lookHere(path: string, share: number, shares: number, rounds: number): Promise<void> {
  const { hosts: all, authorityPem } = work.parse(JSON.parse(await readFile(path, "utf8")));
  const hosts = all.filter((_, i) => i % shares === share);
  const { signal } = new AbortController();
  const seconds: number[] = [];
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round++) {
    const options: LookOptions = {
      timeoutMs: 10_000,
      quick: true,
      concurrency: 64,
      authoritiesPem: authorityPem,
      now: new Date(),
    };
    const start = performance.now();
    const postures = await lookAt(hosts, options, signal, randomBytes);
    seconds.push((performance.now() - start) / 1000);
    hosts.forEach(({ host, fault = "" }, i) => {
      const errors = (postures[i]?.findings ?? []).filter((f) => f.severity === "error").map((f) => f.code);
      if (errors.join() !== fault) throw new Error(`${host}: ${errors.join()} instead of ${fault}`);
    });
  }
  const { user, system } = process.cpuUsage(before);
  const mebibytes = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, mebibytes }));
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

async function compare(): Promise<void> {
  const count = Number(process.env.BENCH_HOSTS ?? "1000");
  const rounds = Number(process.env.BENCH_ROUNDS ?? "7");
  const folder = await mkdtemp(join(tmpdir(), "moorline-bench-tls-"));
  await using servers = await startHosts(count);
  try {
    const path = join(folder, "hosts.json");
    await writeFile(path, JSON.stringify({ hosts: servers.hosts, authorityPem: servers.authorityPem }));
    const cores = availableParallelism();
    console.log(
      `${count} servers behind one nginx, ${cores} cores for both; load before ${loadavg()[0]?.toFixed(1)}`,
    );
    for (const processes of [1, 2]) {
      const shares = Array.from({ length: processes }, (_, share) =>
        lookElsewhere(path, share, processes, rounds),
      );
      const done = await Promise.all(shares);
      // A round ends with the slowest.
      const seconds = (done[0]?.seconds ?? []).map((_, r) => Math.max(...done.map((d) => d.seconds[r] ?? 0)));
      const cpu = done.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
      const rate = (s: number): string => `${(count / s).toFixed(0)} hosts/s`;
      console.log(
        `${processes === 1 ? "one process:  " : "two processes:"} first round ${rate(seconds[0] ?? 1)},` +
          ` median of ${rounds} ${rate(median(seconds))}, best ${rate(Math.min(...seconds))};` +
          ` ${((cpu / rounds / count) * 1000).toFixed(2)} ms of CPU a host;` +
          ` peak RSS ${Math.max(...done.map((d) => d.mebibytes)).toFixed(0)} MiB`,
      );
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function lookElsewhere(
  path: string,
  share: number,
  shares: number,
  rounds: number,
): Promise<z.infer<typeof result>> {
  const words = [import.meta.filename, path, ...[share, shares, rounds].map(String)];
  const { stdout } = await promisify(execFile)(process.execPath, words, { encoding: "utf8" });
  return result.parse(JSON.parse(stdout));
}

const [path, ...numbers] = process.argv.slice(2);
const [share = 0, shares = 1, rounds = 1] = numbers.map(Number);
await (path === undefined ? compare() : lookHere(path, share, shares, rounds));

import { spawnSync } from "node:child_process";
import { createWriteStream, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { analyseLogs } from "../src/diagnosis/logs/analysis.ts";
import { readFile } from "../src/faces/cli/logs/sources.ts";
import { boundYoungGeneration } from "../src/faces/cli/logs/young-generation.ts";
import { signsByLiteral } from "../src/diagnosis/logs/signs.ts";

// What one in so many lines looks like, by writer; the rest of a log is what servers say when all is well.
const failures = [
  'E1122 19:40:04.575708   28920 remote_image.go:113] PullImage "h.example/team/app:{n}" from image service failed: rpc error: code = Unknown desc = failed to pull and unpack image "h.example/team/app:{n}": failed to resolve reference "h.example/team/app:{n}": failed to do request: Head "https://h.example/v2/team/app/manifests/{n}": x509: certificate signed by unknown authority',
  '2026-11-22T19:05:34Z [ERROR] [/server/middleware/security/robot.go:58][requestID="{n}"]: failed to authenticate robot account: robot$team+{n}',
  '2026/11/22 19:13:04 [info] 7199#7199: *{n} client sent no required SSL certificate while reading client request headers, client: 10.1.2.3, server: , request: "GET /v2/ HTTP/1.1", host: "h.example"',
  '10.1.2.3 - "GET /v2/team/app/manifests/{n} HTTP/1.1" 404 83 "-" "containerd/1.6.20" 0.003 0.003 .',
] as const;
const wellBeing = [
  '10.1.2.3 - "GET /v2/team/app/blobs/sha256:{n}0f3a HTTP/1.1" 200 104857 "-" "containerd/1.6.20" 0.103 0.103 .',
  '2026-11-22T19:05:34Z [INFO] [/server/middleware/security/robot.go:71][requestID="{n}"]: a robot security context generated for request GET /service/token',
  'time="2026-11-22T19:07:37.639428Z" level=info msg="response completed" go.version=go1.19.8 http.request.host="h.example" http.request.id={n} http.request.method=GET http.request.remoteaddr=10.1.2.3 http.request.uri="/v2/team/app/manifests/{n}" http.response.status=200 http.response.written=1570',
  "I1122 19:40:04.575708   28920 kubelet_getters.go:178] status for pod demo/web-{n} updated to Running",
] as const;

/** Writes a log in which one line in `every` is a failure. */
async function writeLog(path: string, bytes: number, every: number): Promise<void> {
  const stream = createWriteStream(path);
  let written = 0;
  let block: string[] = [];
  for (let n = 0; written < bytes; n++) {
    const from = n % every === 0 ? failures[(n / every) % failures.length] : wellBeing[n % wellBeing.length];
    const line = `${(from ?? "").replaceAll("{n}", String(n))}\n`;
    written += line.length;
    block.push(line);
    if (block.length < 10_000) continue;
    if (!stream.write(block.join(""))) await once(stream, "drain");
    block = [];
  }
  stream.end(block.join(""));
  await once(stream, "finish");
}

/** Writes real logs of all writers, again and again. */
async function repeatSamples(folder: string, path: string, bytes: number): Promise<void> {
  const logs = Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));
  const stream = createWriteStream(path);
  for (let written = 0; written < bytes; written += logs.length)
    if (!stream.write(logs)) await once(stream, "drain");
  stream.end();
  await once(stream, "finish");
}

/** `grep -cE` with every sign of every cause as one expression. @returns seconds */
function grepSeconds(path: string): number {
  const pattern = [...signsByLiteral.keys()].map((s) => s.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  const start = performance.now();
  const done = spawnSync("grep", ["-acE", pattern, path], { env: { LC_ALL: "C" } });
  if (done.status !== 0) throw new Error(`grep ended with ${done.status}: ${String(done.stderr)}`);
  return (performance.now() - start) / 1000;
}

/** In a process of its own, whose memory is then that of reading alone. */
function ours(path: string): { readonly seconds: number; readonly mebibytes: number } {
  const done = spawnSync(process.execPath, [import.meta.filename, path], { encoding: "utf8" });
  if (done.status !== 0) throw new Error(done.stderr);
  return JSON.parse(done.stdout) as { seconds: number; mebibytes: number };
}

async function readHere(path: string): Promise<void> {
  using _bounded = boundYoungGeneration();
  const start = performance.now();
  const source = { name: path, read: (signal: AbortSignal) => readFile(path, signal) };
  const now = Date.parse("2026-11-23T00:00:00Z");
  const { groups } = await analyseLogs([source], { now, signal: new AbortController().signal });
  if (groups.length < failures.length) throw new Error("not every cause was found");
  const seconds = (performance.now() - start) / 1000;
  console.log(JSON.stringify({ seconds, mebibytes: process.resourceUsage().maxRSS / 1024 }));
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

async function compare(): Promise<void> {
  const mebibytes = Number(process.env.BENCH_MIB ?? "1024");
  const rounds = Number(process.env.BENCH_ROUNDS ?? "3");
  const folder = await mkdtemp(join(tmpdir(), "moorline-bench-"));
  try {
    const path = join(folder, "mixed.log");
    const samples = join(process.env.MOORLINE_SHARED ?? join("..", "shared"), "samples", "logs");
    const measure = (name: string): void => {
      const size = statSync(path).size / 1_048_576;
      const measured = Array.from({ length: rounds }, () => ({ grep: grepSeconds(path), ...ours(path) }));
      const grep = median(measured.map((m) => m.grep));
      const seconds = median(measured.map((m) => m.seconds));
      console.log(
        `${name.padEnd(28)} grep -cE ${(size / grep).toFixed(0)} MiB/s,` +
          ` moorline logs ${(size / seconds).toFixed(0)} MiB/s with causes; ${(grep / seconds).toFixed(2)} x grep;` +
          ` peak RSS ${Math.max(...measured.map((m) => m.mebibytes)).toFixed(0)} MiB`,
      );
    };
    if (existsSync(samples)) {
      await repeatSamples(samples, path, mebibytes * 1_048_576);
      measure("real logs, repeated:");
    } else console.log("real logs: not measured, there are none here (MOORLINE_SHARED)");
    for (const every of [2, 20, 1000]) {
      await writeLog(path, mebibytes * 1_048_576, every);
      measure(`one failure in ${every} lines:`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

const [given] = process.argv.slice(2);
await (given === undefined ? compare() : readHere(given));

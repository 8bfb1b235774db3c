import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pullReportText, type PullLoop, type PullReport } from "./testing/pull-loop.ts";
import { startRotationSite, type Declared, type RotationSite } from "./testing/rotation-site.ts";
import { seededRandom } from "./testing/seeded-random.ts";

/** `npm run rig:rotation` sets it: more moments at which the power fails. */
const isFull = process.env["MOORLINE_RIG_ROTATION"] === "full";
const cuts = isFull ? 12 : 1;
const seed = 20_261_123;
/** Milliseconds of pulls before and after each operation, so that what it leaves behind is seen too. */
const margin = isFull ? 5000 : 2000;
/** The pulls that begin with something old are over long before; in full as users have it. */
const grace = isFull ? [] : ["--grace", "10"];
const random = seededRandom(seed);

const owned = new AsyncDisposableStack();
let site: RotationSite;
let loop: PullLoop;

beforeAll(async () => {
  site = owned.use(await startRotationSite());
  loop = owned.use(await site.startPulls());
  console.log(loop.pullers.join("\n"));
}, 900_000);

afterAll(() => owned.disposeAsync(), 120_000);

/** Documents are written, then a command is run. After a cut, both again come to the same end. */
interface Stage {
  readonly declared?: Partial<Declared>;
  readonly command: readonly string[];
  /** What holds once it is done. */
  readonly check?: () => Promise<void>;
}

/** Something that changes under the pulls. */
interface Rotation {
  readonly name: string;
  /** @param time how often something was rotated before: no two are alike */
  readonly stages: (time: number) => readonly Stage[];
  /** What is another afterwards. */
  readonly mark: () => Promise<string>;
}

const rotations: readonly Rotation[] = [
  {
    name: "the server's certificate",
    stages: () => [{ command: ["rotate", "server", "--yes"] }],
    mark: async () => (await site.harbor.served()).serialNumber,
  },
  {
    name: "the CA",
    stages: () => [{ command: ["rotate", "ca", "--yes"] }],
    mark: () => readFile(site.authorityPath, "utf8"),
  },
  {
    name: "robots",
    stages: () => [{ command: ["rotate", "robots", "--yes", ...grace] }],
    mark: async () => (await site.credential())?.name ?? "",
  },
  {
    name: "a robot that is due, by apply alone",
    stages: (time) => [{ declared: { robotDays: 32 + 2 * time }, command: ["apply", "--yes"] }],
    mark: async () => (await site.credential())?.name ?? "",
  },
  {
    name: "mutual TLS: observe, enforce, other certificates of clients, off",
    stages: () => [
      { declared: { mutual: "observe" }, command: ["apply", "--yes"], check: () => isLetIn("observe") },
      { declared: { mutual: "enforce" }, command: ["apply", "--yes"], check: () => isRefused() },
      { command: ["rotate", "clients", "--yes", ...grace], check: () => isRefused() },
      { declared: { mutual: "off" }, command: ["apply", "--yes"], check: () => isLetIn("off") },
    ],
    mark: () => readFile(join(site.certificates, "client.cert"), "utf8"),
  },
];

/** What a client without a certificate is answered at /v2/: 401 is Harbor's own, 400 is nginx's refusal. */
async function withoutCertificate(): Promise<number> {
  const ca = await readFile(site.authorityPath, "utf8");
  const dispatcher = new Agent({ connect: { ca } });
  try {
    const answer = await request(`https://${site.harbor.host}/v2/`, { dispatcher });
    await answer.body.dump();
    return answer.statusCode;
  } finally {
    await dispatcher.close();
  }
}

async function isLetIn(mode: string): Promise<void> {
  expect({ mode, status: await withoutCertificate() }).toEqual({ mode, status: 401 });
}

async function isRefused(): Promise<void> {
  expect(await withoutCertificate()).toBe(400);
}

/** Runs the operation under pulls, with some time before and after it; every pull must have come to a good end. */
async function underPulls(name: string, operation: () => Promise<void>): Promise<PullReport> {
  const { report } = await loop.during(name, async () => {
    await sleep(margin);
    await operation();
    await sleep(margin);
  });
  console.log(pullReportText(report));
  expect(report.failed).toEqual([]);
  expect(report.perSecond).toBeGreaterThanOrEqual(5);
  return report;
}

async function runAll(stages: readonly Stage[]): Promise<void> {
  for (const { declared, command, check } of stages) {
    if (declared !== undefined) await site.declare(declared);
    await site.succeed(...command);
    await check?.();
  }
}

/** The same until the power fails; a stage that was cut off is begun again by whoever comes next. */
async function runCutOff(stages: readonly Stage[], after: number): Promise<string> {
  const start = performance.now();
  for (const { declared, command } of stages) {
    if (declared !== undefined) await site.declare(declared);
    const outcome = await site.cutOff(Math.max(0, after - (performance.now() - start)), ...command);
    const told = `moorline ${command.join(" ")}: ${outcome}, ${Math.round(performance.now() - start)} ms after the start`;
    if (outcome !== "exit 0") return told;
  }
  return "not cut off";
}

let times = 0;

describe.each(rotations)("$name", ({ name, stages, mark }) => {
  let duration = 0;

  test("passes without a failed pull, and nginx is not restarted", { timeout: 900_000 }, async () => {
    const before = { mark: await mark(), proxy: await site.harbor.proxy() };
    await underPulls(name, async () => {
      const start = performance.now();
      await runAll(stages(times++));
      duration = performance.now() - start;
    });
    expect(await mark()).not.toBe(before.mark);
    expect(await site.harbor.proxy()).toEqual(before.proxy);
  });

  test(`cut off at ${cuts} moments, comes to its end all the same`, { timeout: 3_600_000 }, async () => {
    for (let cut = 0; cut < cuts; cut++) {
      const before = await mark();
      const at = Math.round(random() * duration);
      await underPulls(`${name}, cut off`, async () => {
        const again = stages(times++);
        console.log(await runCutOff(again, at));
        await sleep(1000);
        await runAll(again);
      });
      expect(await mark()).not.toBe(before);
      const plan = await site.succeed("plan");
      expect(plan).toContain("Nothing to do: everything is as the documents say.");
    }
  });
});

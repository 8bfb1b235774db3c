import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { names } from "./layout.ts";
import { pullReportText, type PullLoop, type PullReport } from "./testing/pull-loop.ts";
import { startRotationSite, type RotationSite, type SiteState } from "./testing/rotation-site.ts";
import { seededRandom } from "./testing/seeded-random.ts";

/** `npm run rig:rotation` sets it: more moments at which the power fails. */
const isFull = process.env["MOORLINE_RIG_ROTATION"] === "full";
const cuts = isFull ? 12 : 1;
const seed = 20_261_123;
/** Milliseconds of pulls before and after each operation, so that what it leaves behind is seen too. */
const margin = isFull ? 5000 : 2000;
const random = seededRandom(seed);

const owned = new AsyncDisposableStack();
let site: RotationSite;
let loop: PullLoop;

beforeAll(async () => {
  site = owned.use(await startRotationSite());
  loop = owned.use(await site.startPulls());
  console.log(loop.pullers.join("\n"));
}, 180_000);

afterAll(() => owned.disposeAsync(), 120_000);

/** Documents are written, then a command is run. After a cut, both again come to the same end. */
interface Stage {
  readonly state?: Partial<SiteState>;
  readonly command: readonly string[];
  /** What holds once it is done. */
  readonly check?: () => Promise<void>;
}

/** Something that changes under the pulls. */
interface Rotation {
  readonly name: string;
  /** @param round each asks for something new */
  readonly stages: (round: number) => readonly Stage[];
  /** What is another afterwards. */
  readonly mark: () => Promise<string>;
}

const servedSerial = async (): Promise<string> => (await site.harbor.served()).serialNumber;

const rotations: readonly Rotation[] = [
  {
    name: "another name in the server's certificate",
    stages: (round) => {
      const hosts = [names.registry, ...(round % 2 === 0 ? [names.other] : [])];
      return [{ state: { hosts }, command: ["apply", "--yes"] }];
    },
    mark: servedSerial,
  },
  {
    name: "mutual TLS: observe, enforce, off",
    stages: () => [
      { state: { mutual: "observe" }, command: ["apply", "--yes"], check: () => isLetIn("observe") },
      { state: { mutual: "enforce" }, command: ["apply", "--yes"], check: isRefused },
      { state: { mutual: "off" }, command: ["apply", "--yes"], check: () => isLetIn("off") },
    ],
    mark: () => Promise.resolve(String(refusals)),
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

let refusals = 0;
async function isRefused(): Promise<void> {
  expect(await withoutCertificate()).toBe(400);
  refusals++;
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
  for (const { state, command, check } of stages) {
    if (state !== undefined) await site.declare(state);
    await site.succeed(...command);
    await check?.();
  }
}

/** The same until the power fails; a stage that was cut off is begun again by whoever comes next. */
async function runCutOff(stages: readonly Stage[], after: number): Promise<string> {
  const start = performance.now();
  for (const { state, command } of stages) {
    if (state !== undefined) await site.declare(state);
    const outcome = await site.cutOff(Math.max(0, after - (performance.now() - start)), ...command);
    const told = `moorline ${command.join(" ")}: ${outcome}, ${Math.round(performance.now() - start)} ms after the start`;
    if (outcome !== "exit 0") return told;
  }
  return "not cut off";
}

describe.each(rotations)("$name", ({ name, stages, mark }) => {
  let round = 0;
  let duration = 0;

  test("passes without a failed pull, and nginx is not restarted", { timeout: 300_000 }, async () => {
    const before = { mark: await mark(), proxy: await site.harbor.proxy() };
    await underPulls(name, async () => {
      const start = performance.now();
      await runAll(stages(round++));
      duration = performance.now() - start;
    });
    expect(await mark()).not.toBe(before.mark);
    expect(await site.harbor.proxy()).toEqual(before.proxy);
  });

  test(`cut off at ${cuts} moments, comes to its end all the same`, { timeout: 1_800_000 }, async () => {
    for (let cut = 0; cut < cuts; cut++) {
      const before = await mark();
      const at = Math.round(random() * duration);
      const wanted = stages(round++);
      await underPulls(`${name}, cut off`, async () => {
        console.log(await runCutOff(wanted, at));
        await sleep(1000);
        await runAll(wanted);
      });
      expect(await mark()).not.toBe(before);
      const plan = await site.succeed("plan");
      expect(plan).toContain("Nothing to do: everything is as the documents say.");
    }
  });
});

import { spawn } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRegistryClient } from "../src/clients/registry/client.ts";
import { openEndpoint } from "../src/clients/http/endpoint.ts";
import type { ServiceAccount } from "../src/clients/kubernetes/object.ts";
import { resources } from "../src/clients/kubernetes/resources.ts";
import { moorline, type Answer } from "../src/faces/cli/testing/test-io.ts";
import { systemClock } from "../src/faces/cli/testing/system-clock.ts";
import { Sensitive } from "../src/model/sensitive.ts";
import { rigAddresses } from "./addresses.ts";
import { administrator, moorlineArguments, startMainJob, type MainJob } from "./testing/main-job.ts";
import { seededRandom } from "./testing/seeded-random.ts";

const kills = 30;
const seed = 20_261_122;
const never = new AbortController().signal;
const namespaces = ["cut-a", "cut-b", "cut-c", "cut-d"];
const random = seededRandom(seed);
const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;

let job: MainJob;
/** Milliseconds that an `apply` of everything takes here, from the start of its process. */
let duration: number;
let whole: unknown;

beforeAll(async () => {
  job = await startMainJob({ workspaces: { shop: namespaces } });
  await job.harbor.createProject("shop");
  await job.harbor.push("shop/app:v1");
  const start = performance.now();
  const applied = await job.moorline("apply", "--yes");
  duration = performance.now() - start;
  if (applied.status !== 0) throw new Error(applied.stdout + applied.stderr);
  whole = await state();
}, 120_000);

afterAll(() => job[Symbol.asyncDispose](), 120_000);

test("an uncut apply leaves each project a Secret that works, its link, and one robot", () => {
  const each = { type: "kubernetes.io/dockerconfigjson", linked: ["harbor"], mayPull: true, robots: [true] };
  expect(whole).toEqual(namespaces.map((namespace) => ({ namespace, ...each })));
});

test(`cut off at ${kills} moments, apply goes on to the same end`, { timeout: 400_000 }, async () => {
  for (let i = 0; i < kills; i++) {
    const done = await disturb(i);
    const untouched = (await state()).filter((s) => s.mayPull).map((s) => s.namespace);
    const at = Math.round(random() * duration);
    const outcome = await killed(at);
    const where = `kill ${i} at ${at} ms (${outcome}) after ${done}`;
    const working = (await state()).filter((s) => s.mayPull).map((s) => s.namespace);
    expect({ where, working }).toEqual({ where, working: expect.arrayContaining(untouched) as unknown });

    expect({ where, complaint: complaint(await inProcess("apply", "--yes")) }).toEqual({
      where,
      complaint: "",
    });
    expect({ where, state: await state() }).toEqual({ where, state: whole });
    expect({ where, complaint: complaint(await inProcess("plan")) }).toEqual({ where, complaint: "" });
  }
});

/** All that a command said, unless it ended with 0: then nothing. */
const complaint = ({ code, out, err }: Answer): string => (code === 0 ? "" : `${code}: ${out}${err}`);

/** Runs a command in this process, which spares its start. */
function inProcess(...words: readonly string[]): Promise<Answer> {
  return moorline([...words, "-f", job.documents, "--kubeconfig", rigAddresses().kubeconfigPath], {
    environment: administrator,
    clock: systemClock,
    random: {
      bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      fraction: () => Math.random(),
    },
  });
}

/** Starts an apply, and kills it after so many milliseconds. */
async function killed(after: number): Promise<string> {
  const child = spawn(process.execPath, moorlineArguments(job.documents, ["apply", "--yes"]), {
    env: { ...process.env, ...administrator },
    stdio: "ignore",
  });
  const ended = new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(signal ?? `exit ${code}`));
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), after);
  try {
    return await ended;
  } finally {
    clearTimeout(timer);
  }
}

/** Gives the next apply something to do in every project: all of it anew each fifth time, else one damage a project. */
async function disturb(round: number): Promise<string> {
  if (round % 5 === 0) {
    const removed = await inProcess("destroy", "--yes");
    if (removed.code !== 0) throw new Error(removed.out + removed.err);
    return "destroy";
  }
  const done: string[] = [];
  for (const namespace of namespaces) {
    const how = pick([
      "nothing",
      "secret",
      "link",
      "robot-disabled",
      "robot-deleted",
      "wrong-password",
    ] as const);
    done.push(how);
    const at = { namespace, name: "harbor" };
    if (how === "secret") await job.kubernetes.delete(resources.secrets, at, { signal: never });
    if (how === "link") await patchAccount(namespace);
    if (how === "wrong-password") await spoil(namespace);
    const { store } = job.harbor.harbor.site;
    for (const robot of robotsOf(namespace)) {
      if (how === "robot-disabled") store.update("robots", robot.id, { disable: true });
      if (how === "robot-deleted") store.remove("robots", robot.id);
    }
  }
  return done.join(", ");
}

async function patchAccount(namespace: string): Promise<void> {
  const at = { namespace, name: "default" };
  const body = { imagePullSecrets: [] };
  await job.kubernetes.patch(resources.serviceAccounts, at, "merge", body, { signal: never });
}

async function spoil(namespace: string): Promise<void> {
  const auth = Buffer.from("robot$shop+x:Wrong12345").toString("base64");
  const text = JSON.stringify({ auths: { [`https://${job.harbor.host}`]: { auth } } });
  const body = { data: { ".dockerconfigjson": Buffer.from(text).toString("base64") } };
  const at = { namespace, name: "harbor" };
  await job.kubernetes.patch(resources.secrets, at, "merge", body, { signal: never });
}

const robotsOf = (namespace: string) =>
  job.harbor.harbor.site.store.filter("robots", (r) => r.description.includes(`namespace ${namespace},`));

interface ProjectState {
  readonly namespace: string;
  readonly type: string | undefined;
  readonly linked: readonly unknown[];
  readonly mayPull: boolean;
  /** One entry a robot: whether it is enabled. */
  readonly robots: readonly boolean[];
}

/** What counts of each project, whichever robot it is. */
async function state(): Promise<readonly ProjectState[]> {
  return Promise.all(
    namespaces.map(async (namespace) => {
      const secret = await job.secret(namespace, "harbor");
      const at = { namespace, name: "default" };
      const account = await job.kubernetes.get<ServiceAccount>(resources.serviceAccounts, at, never);
      const linked = (account?.imagePullSecrets ?? []).map((s) => s.name);
      const config = secret?.data?.[".dockerconfigjson"];
      return {
        namespace,
        type: secret?.type,
        linked,
        mayPull: linked.includes("harbor") && config !== undefined && (await mayPull(namespace, config)),
        robots: robotsOf(namespace).map((r) => !r.disable),
      };
    }),
  );
}

/** Whether the credential in a Secret is good for a pull, by the word of Harbor itself. */
async function mayPull(namespace: string, config: string): Promise<boolean> {
  const { auths } = JSON.parse(Buffer.from(config, "base64").toString("utf8")) as {
    auths: Record<string, { auth: string }>;
  };
  const [username = "", password = ""] = Buffer.from(Object.values(auths)[0]?.auth ?? "", "base64")
    .toString("utf8")
    .split(":");
  // Asking with a dead credential would cost the 1.5 s for which Harbor holds up a failed login.
  if (!robotsOf(namespace).some((r) => !r.disable && username === `robot$${r.name}`)) return false;
  const authority = (await job.secret("harbor", "harbor-tls"))?.data?.["ca.crt"];
  if (authority === undefined) return false;
  const ca = Buffer.from(authority, "base64").toString("utf8");
  await using endpoint = openEndpoint(`https://${job.harbor.host}`, { tls: { ca } });
  const registry = createRegistryClient(endpoint, { username, password: new Sensitive(password) });
  try {
    return (await registry.checkAccess("shop/app", ["pull"])).granted.includes("pull");
  } catch {
    // A refused credential cannot pull, which is the answer.
    return false;
  }
}

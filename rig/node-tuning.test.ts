import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { localHost } from "../src/clients/host/local.ts";
import { createKubernetesClient, type KubernetesClient } from "../src/clients/kubernetes/client.ts";
import { loadKubeconfig } from "../src/clients/kubernetes/kubeconfig.ts";
import { apply } from "../src/engine/apply.ts";
import { makePlan } from "../src/engine/plan.ts";
import { documentOf } from "../src/kinds/harbor-certificate/testing/world.ts";
import { testWorld } from "../src/kinds/harbor-registry/testing/world.ts";
import { nodeTuningSchema } from "../src/kinds/node-tuning/schema.ts";
import { kinds } from "../src/kinds/registry.ts";
import { rigAddresses } from "./addresses.ts";
import { names, rigLayout } from "./layout.ts";
import { kubeletConfiguration } from "./services/kubelet.ts";
import { startRestarter, type Restarter } from "./testing/node-agent.ts";
import { restartKubelet } from "./up.ts";

const layout = rigLayout();
const { signal } = new AbortController();
const configuration = kubeletConfiguration(layout);
let folder: string;
let client: KubernetesClient;
let restarter: Restarter;
let before: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "moorline-rig-tuning-"));
  before = await readFile(configuration, "utf8");
  const config = await loadKubeconfig({ path: rigAddresses().kubeconfigPath, environment: {} });
  client = createKubernetesClient(config, { fieldManager: "moorline-rig" });
  restarter = startRestarter(join(folder, "restart.sock"));
}, 60_000);

afterAll(async () => {
  if ((await readFile(configuration, "utf8")) !== before) {
    await writeFile(configuration, before);
    await restartKubelet(layout);
  }
  await restarter[Symbol.asyncDispose]();
  await client[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
}, 120_000);

async function tune(spec: object) {
  const document = documentOf(nodeTuningSchema, "pulls", {
    ...spec,
    paths: { state: join(folder, "state") },
    restart: { command: restarter.command, patience: 30 },
  });
  await using world = testWorld({ documents: [document], kubernetes: client });
  const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  const here = { ...world, clock: { ...world.clock, sleep }, host: localHost({ name: names.node }) };
  const plan = await makePlan([document], kinds, here, { signal });
  const { documents } = await apply(plan, kinds, here);
  return {
    steps: plan.documents.flatMap((d) => d.steps.map((s) => s.id)),
    findings: plan.documents.flatMap((d) => d.findings.map((f) => f.code)),
    failures: documents.flatMap((d) => d.failures.map((f) => f.error.code)),
  };
}

async function evictionOf(): Promise<unknown> {
  const path = `/api/v1/nodes/${names.node}/proxy/configz`;
  const answer = await client.request({ method: "GET", path, signal });
  const { kubeletconfig } = answer.json() as { kubeletconfig: { evictionHard?: unknown } };
  return kubeletconfig.evictionHard;
}

test("a setting that a real kubelet refuses is put back, and the node runs with what it had", async () => {
  const usual = await evictionOf();
  // "eviction threshold nodefs.available must be positive": it ends as soon as it has read that.
  const refused = { evictionHard: { "nodefs.available": "0" } };
  const first = await tune(refused);
  expect(first.steps).not.toEqual([]);
  expect(first.failures).toEqual(["NODE_KUBELET_PUT_BACK"]);
  expect(await readFile(configuration, "utf8")).toBe(before);
  await expect.poll(evictionOf, { timeout: 60_000 }).toEqual(usual);

  const again = await tune(refused);
  expect([again.steps, again.findings]).toEqual([
    [],
    expect.arrayContaining(["NODE_KUBELET_REFUSED_SETTINGS"]),
  ]);
  expect(restarter.count).toBe(2);
}, 240_000);

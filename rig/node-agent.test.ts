import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { createKubernetesClient, type KubernetesClient } from "../src/clients/kubernetes/client.ts";
import { loadKubeconfig } from "../src/clients/kubernetes/kubeconfig.ts";
import { resources } from "../src/clients/kubernetes/resources.ts";
import { apply } from "../src/engine/apply.ts";
import { makePlan } from "../src/engine/plan.ts";
import { verify } from "../src/engine/verify.ts";
import { documentOf, folderWorld } from "../src/kinds/harbor-certificate/testing/world.ts";
import { harborRegistrySchema } from "../src/kinds/harbor-registry/schema.ts";
import { agentAccess, agentName, startupTaint, type AgentPod } from "../src/kinds/node-agent/objects.ts";
import { carriedOutByAgent } from "../src/kinds/node-agent/as-kind.ts";
import { gatherBundle } from "../src/kinds/node-agent/bundle.ts";
import { nodeStates, putAgent, removeAgent } from "../src/kinds/node-agent/put.ts";
import type { NodeState } from "../src/kinds/node-agent/result.ts";
import { nodeTrustSchema } from "../src/kinds/node-trust/schema.ts";
import { nodeTuningSchema } from "../src/kinds/node-tuning/schema.ts";
import { kinds, nodeKinds } from "../src/kinds/registry.ts";
import type { World } from "../src/kinds/world.ts";
import type { Document } from "../src/model/document.ts";
import { rigAddresses } from "./addresses.ts";
import { names, ports, rigLayout } from "./layout.ts";
import { kubeletConfiguration } from "./services/kubelet.ts";
import { importAgentImage, startRestarter, type Restarter } from "./testing/node-agent.ts";
import { pullMessage } from "./testing/pulls.ts";
import { restartKubelet } from "./up.ts";

const rig = rigAddresses();
const layout = rigLayout();
const { signal } = new AbortController();
const { open } = rig.registries;
const image = "rig.localtest/moorline:agent";
const namespace = "moorline-nodes-rig";
const settings = { namespace, image, apiServer: { host: "127.0.0.1", port: ports.apiServer } };
const byAgent = carriedOutByAgent(kinds, settings);
const configuration = kubeletConfiguration(layout);

let folder: string;
let client: KubernetesClient;
let restarter: Restarter;
let before: string;

/** The documents, in a world with the rig's API server. */
async function scene(registryPullQPS: number) {
  const documents: readonly Document[] = [
    documentOf(harborRegistrySchema, "harbor", {
      url: `https://${open}`,
      credential: { environment: {} },
      tls: { ca: { pem: await readFile(rig.registryAuthorityPath, "utf8") } },
    }),
    documentOf(nodeTrustSchema, "nodes", {
      registry: "harbor",
      runtimes: ["containerd"],
      paths: {
        containerdConfig: rig.containerdConfigPath,
        containerdSocket: rig.containerdSocket,
        state: join(folder, "trust"),
      },
      proof: { image: "rig/busybox:1" },
      agent: { startupTaint: true },
    }),
    documentOf(nodeTuningSchema, "pulls", {
      registryPullQPS,
      registryBurst: 50,
      imageMinimumGCAge: "3m",
      paths: { state: join(folder, "tuning") },
      restart: { command: restarter.command },
    }),
  ];
  const machine = await folderWorld(documents, { kubernetes: client });
  const world: World = {
    ...machine.world,
    documents: { ...machine.world.documents, ordered: documents },
  };
  return { documents, world, [Symbol.asyncDispose]: () => machine[Symbol.asyncDispose]() };
}

/** As a controller would: the documents as it plans them. */
async function rollout(registryPullQPS: number): Promise<readonly string[]> {
  await using at = await scene(registryPullQPS);
  const plan = await makePlan(at.documents, byAgent, at.world, { only: nodeKinds, signal });
  await apply(plan, byAgent, at.world);
  return plan.documents.flatMap((d) => d.steps.map((s) => `${d.name} ${s.id}`));
}

/** Waits until the pod of the newest bundle has said something. */
async function nodeState(registryPullQPS: number): Promise<NodeState> {
  let seen: unknown;
  for (let waited = 0; waited < 150_000; waited += 500) {
    await using at = await scene(registryPullQPS);
    const bundle = await gatherBundle(at.documents, at.world, signal);
    const nodes = await nodeStates(settings, bundle?.hash ?? "", client, signal);
    seen = nodes;
    const state = nodes.find((s) => s.state === "proved" || s.state === "failed");
    if (state !== undefined) return state;
    await sleep(500);
  }
  throw new Error(`no result: ${JSON.stringify(seen)}`);
}

interface Node {
  readonly metadata: object;
  readonly spec?: { readonly taints?: readonly { readonly key: string; readonly effect: string }[] };
}

const ourNode = async (): Promise<Node> =>
  (await client.get(resources.nodes, { name: names.node }, signal)) as unknown as Node;

const withoutOurs = (node: Node): readonly { readonly key: string; readonly effect: string }[] =>
  (node.spec?.taints ?? []).filter((t) => t.key !== startupTaint);

async function setTaints(taints: readonly object[]): Promise<void> {
  const body = { spec: { taints: taints.length === 0 ? null : taints } };
  await client.patch(resources.nodes, { name: names.node }, "merge", body, { signal });
}

async function configz(): Promise<Readonly<Record<string, unknown>>> {
  const path = `/api/v1/nodes/${names.node}/proxy/configz`;
  const answer = await client.request({ method: "GET", path, signal });
  return (answer.json() as { kubeletconfig: Record<string, unknown> }).kubeletconfig;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "moorline-rig-agent-"));
  before = await readFile(configuration, "utf8");
  client = createKubernetesClient(await loadKubeconfig({ path: rig.kubeconfigPath, environment: {} }), {
    fieldManager: "moorline-rig",
  });
  restarter = startRestarter(join(folder, "restart.sock"));
  await importAgentImage(image);
}, 180_000);

afterAll(async () => {
  await removeAgent(namespace, client, signal);
  await client.delete(resources.namespaces, { name: namespace }, { signal });
  for (const plural of ["clusterroles", "clusterrolebindings"])
    await client.request({
      method: "DELETE",
      path: `/apis/rbac.authorization.k8s.io/v1/${plural}/${agentName}`,
      signal,
    });
  const node = await ourNode();
  if (withoutOurs(node).length !== (node.spec?.taints ?? []).length) await setTaints(withoutOurs(node));
  if ((await readFile(configuration, "utf8")) !== before) {
    await writeFile(configuration, before);
    await restartKubelet(layout);
  }
  await rm(join(rig.certsDirectory, open), { recursive: true, force: true });
  await restarter[Symbol.asyncDispose]();
  await client[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
}, 180_000);

describe("the node agent", () => {
  test("makes the node trust the registry and tunes its kubelet, proves both, and takes the startup taint off", async () => {
    await setTaints([...withoutOurs(await ourNode()), { key: startupTaint, effect: "PreferNoSchedule" }]);
    await putAgent(agentAccess(settings, { configz: true, taints: true }), client, signal);
    expect(await rollout(17)).toEqual(["NodeTrust/nodes agent/roll-out", "NodeTuning/pulls agent/roll-out"]);
    expect(await nodeState(17)).toMatchObject({
      node: names.node,
      state: "proved",
      result: {
        ok: true,
        documents: [
          { name: "NodeTrust/nodes", outcome: "changed", proved: 2, of: 2 },
          { name: "NodeTuning/pulls", outcome: "changed", proved: 1, of: 1 },
        ],
      },
    });
    expect(await pullMessage(`${open}/rig/busybox:1`)).toBe("pulled");
    expect(await configz()).toMatchObject({
      registryPullQPS: 17,
      registryBurst: 50,
      imageMinimumGCAge: "3m0s",
    });
    const written = parse(await readFile(configuration, "utf8")) as object;
    expect(written).toEqual({
      ...(parse(before) as object),
      registryPullQPS: 17,
      registryBurst: 50,
      imageMinimumGCAge: "3m",
    });
    expect((await ourNode()).spec?.taints?.map((t) => t.key) ?? []).not.toContain(startupTaint);
    expect(restarter.count).toBe(1);
  }, 180_000);

  test("the same bundle rolls nothing out; a new one does, and what is true already is only proved", async () => {
    const generation = async (): Promise<number | undefined> =>
      (await client.get(resources.daemonSets, { namespace, name: agentName }, signal))?.metadata.generation;
    const first = await generation();
    expect(await rollout(17)).toEqual([]);
    await using at = await scene(17);
    const proved = await verify(at.documents, byAgent, at.world, { only: nodeKinds, signal });
    expect(proved.flatMap((d) => d.proofs).map((p) => [p.ok, p.detail.parameters["proved"]])).toEqual([
      [true, 1],
      [true, 1],
    ]);
    expect(await generation()).toBe(first);
    expect(await rollout(18)).toHaveLength(2);
    const { state, result } = await nodeState(18);
    expect([state, result?.documents.map((d) => d.outcome)]).toEqual(["proved", ["unchanged", "changed"]]);
    expect(await configz()).toMatchObject({ registryPullQPS: 18 });
    expect(restarter.count).toBe(2);
  }, 180_000);

  test("leaves nothing running but a pause that needs no right", async () => {
    const { items } = await client.list<AgentPod>(resources.pods, { namespace, signal });
    const containers = items.map(
      (pod) => (pod as { spec?: { containers?: { command?: string[] }[] } }).spec?.containers,
    );
    expect(containers.map((each) => each?.map((c) => c.command))).toEqual([[["/bin/sleep", "infinity"]]]);
    const lease = await client.get(resources.leases, { namespace, name: "moorline-node-restart" }, signal);
    expect(lease).toMatchObject({ metadata: { annotations: { "moorline.io/last-node": names.node } } });
    expect((lease as { spec?: { holderIdentity?: string } } | undefined)?.spec?.holderIdentity ?? "").toBe(
      "",
    );
  });
});

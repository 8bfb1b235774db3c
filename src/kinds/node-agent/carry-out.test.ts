import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { resources } from "../../clients/kubernetes/resources.ts";
import type { Document } from "../../model/document.ts";
import { documentOf, folderWorld } from "../harbor-certificate/testing/world.ts";
import { startCluster, type TestCluster } from "../harbor-certificate/testing/cluster.ts";
import { fileWith } from "../node-tuning/testing/machine.ts";
import { nodeTuningSchema } from "../node-tuning/schema.ts";
import { carryOutOnThisNode } from "./carry-out.ts";
import { startupTaint } from "./objects.ts";
import type { AgentResult } from "./result.ts";
import { turnLease } from "./turn.ts";

const { signal } = new AbortController();
let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());

const other = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };

async function makeNode(name: string, taints: readonly object[]): Promise<void> {
  await cluster.client.create(
    resources.nodes,
    { metadata: { name, labels: { pool: "gpu" } }, spec: { taints } } as never,
    { signal },
  );
  const body = { status: { conditions: [{ type: "Ready", status: "True" }] } };
  await cluster.client.patch(resources.nodes, { name }, "merge", body, { signal, subresource: "status" });
}

const taintsOf = async (name: string): Promise<readonly string[]> => {
  const node = await cluster.client.get(resources.nodes, { name }, signal);
  return ((node as { spec?: { taints?: { key: string }[] } } | undefined)?.spec?.taints ?? []).map(
    (t) => t.key,
  );
};

/** A folder stands for the node: there is a file of the kubelet's, and no kubelet. */
async function carryOut(
  node: string,
  documents: readonly Document[],
  text = fileWith({}),
): Promise<{
  readonly result: AgentResult;
  readonly text: string;
  readonly namespace: string;
}> {
  await using machine = await folderWorld(documents, { kubernetes: cluster.client });
  const { host } = machine.world;
  await host.makeDirectory("/var/lib/kubelet", 0o755);
  await host.writeFile("/var/lib/kubelet/config.yaml", text, { mode: 0o644 });
  const namespace = await cluster.namespace();
  const result = await carryOutOnThisNode(documents, machine.world, {
    node,
    bundle: "b1",
    namespace,
    stopping: signal,
    signal,
  });
  const file = await host.readFile("/var/lib/kubelet/config.yaml");
  return { result, namespace, text: file?.bytes.toString() ?? "" };
}

const tuning = (name: string, spec: object): Document => documentOf(nodeTuningSchema, name, spec);

describe("on its node, the agent", () => {
  test("proves everything, restarts in turn, and takes off the startup taint alone", async () => {
    await makeNode("node-1", [other, { key: startupTaint, effect: "NoSchedule" }]);
    const documents = [tuning("pulls", { registryBurst: 20, agent: { startupTaint: true } })];
    const { result, text, namespace } = await carryOut("node-1", documents);
    expect(result).toEqual({
      v: 1,
      bundle: "b1",
      ok: true,
      documents: [{ name: "NodeTuning/pulls", outcome: "changed", proved: 1, of: 1 }],
    });
    expect(text).toBe(fileWith({ registryBurst: 20 }));
    expect(await taintsOf("node-1")).toEqual([other.key]);
    const lease = await cluster.client.get(resources.leases, { namespace, name: turnLease }, signal);
    expect(lease?.metadata.annotations).toEqual({ "moorline.io/last-node": "node-1" });
  });

  test("leaves the taint where something is not proved, and says what", async () => {
    await makeNode("node-2", [{ key: startupTaint, effect: "NoSchedule" }]);
    const documents = [tuning("pulls", { imageGCLowThresholdPercent: 90, agent: { startupTaint: true } })];
    const { result, text } = await carryOut("node-2", documents);
    expect(result.ok).toBe(false);
    expect(result.documents[0]?.problems?.map((p) => p.code)).toContain("NODE_KUBELET_SETTINGS_CONFLICT");
    expect(text).toBe(fileWith({}));
    expect(await taintsOf("node-2")).toEqual([startupTaint]);
  });

  test("leaves a taint that no document speaks of, and takes no turn where nothing is restarted", async () => {
    await makeNode("node-3", [{ key: startupTaint, effect: "NoSchedule" }]);
    const { result, namespace } = await carryOut(
      "node-3",
      [tuning("pulls", { registryBurst: 20 })],
      fileWith({ registryBurst: 20 }),
    );
    expect(result.ok).toBe(true);
    expect(await taintsOf("node-3")).toEqual([startupTaint]);
    expect(
      await cluster.client.get(resources.leases, { namespace, name: turnLease }, signal),
    ).toBeUndefined();
  });

  test("carries out only what the node's labels choose", async () => {
    await makeNode("node-4", []);
    const documents = [
      tuning("gpu", { registryBurst: 30, agent: { nodeSelector: { pool: "gpu" } } }),
      tuning("web", { registryPullQPS: 9, agent: { nodeSelector: { pool: "web" } } }),
    ];
    const { result, text } = await carryOut("node-4", documents);
    expect(result.documents.map((d) => d.name)).toEqual(["NodeTuning/gpu"]);
    expect(text).toBe(fileWith({ registryBurst: 30 }));
  });

  test("answers with the reason where it can not even begin", async () => {
    await using machine = await folderWorld([]);
    const result = await carryOutOnThisNode([], machine.world, {
      node: "node-5",
      bundle: "b1",
      namespace: "none",
      stopping: signal,
      signal,
    });
    expect(result).toMatchObject({ ok: false, error: { code: "KUBECONFIG_MISSING" } });
  });
});

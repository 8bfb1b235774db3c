import { afterAll, beforeAll, expect, test } from "vitest";
import { resources } from "../../clients/kubernetes/resources.ts";
import { startPlant, type Plant } from "../../kinds/project-binding/testing/plant.ts";
import { countedClient, countedClusters } from "./counted-client.ts";
import { Metric } from "./metrics.ts";

const { signal } = new AbortController();
let plant: Plant;
beforeAll(async () => {
  plant = await startPlant();
});
afterAll(() => plant[Symbol.asyncDispose]());

const linesOf = (calls: Metric): readonly string[] => calls.text().split("\n").slice(2, -1);

test("calls count by verb and result", async () => {
  const calls = new Metric("calls", "counter", "Calls.");
  const client = countedClient(plant.client, calls);
  await client.get(resources.namespaces, { name: "default" }, signal);
  await client.list(resources.namespaces, { signal });
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "default" } };
  await expect(client.create(resources.namespaces, namespace, { signal })).rejects.toThrow("already");
  expect(linesOf(calls)).toEqual([
    'calls{result="ok",server="kubernetes",verb="get"} 1',
    'calls{result="ok",server="kubernetes",verb="list"} 1',
    expect.stringMatching(/^calls\{result="KUBERNETES_\w+",server="kubernetes",verb="create"\} 1$/),
  ]);
});

test("calls to other clusters count apart, through one client for each", async () => {
  const calls = new Metric("calls", "counter", "Calls.");
  await using here = plant.world([]);
  const world = countedClusters({ ...here, cluster: () => Promise.resolve(plant.client) }, calls);
  const config = { server: plant.kubernetes.url, tls: {}, namespace: "default", source: "Cluster/member" };
  const [first, second] = [await world.cluster(config), await world.cluster(config)];
  expect(second).toBe(first);
  await first.get(resources.namespaces, { name: "default" }, signal);
  expect(linesOf(calls)).toEqual(['calls{result="ok",server="member",verb="get"} 1']);
});

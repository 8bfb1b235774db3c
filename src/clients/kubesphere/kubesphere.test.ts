import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Sensitive } from "../../model/sensitive.ts";
import { adminToken, startForTest } from "../../sandbox/kubernetes/testing/start.ts";
import { createKubernetesClient, type KubernetesClient } from "../kubernetes/client.ts";
import type { Deployment } from "../kubernetes/object.ts";
import { resources } from "../kubernetes/resources.ts";
import { caMountPath, imageVersion } from "./api-server.ts";
import { detectKubeSphere } from "./detect.ts";
import { listProjects, listWorkspaces } from "./projects.ts";
import { kubesphereResources } from "./resources.ts";
import type { Resource } from "../kubernetes/resources.ts";

const signal = AbortSignal.timeout(30_000);
const header = new Sensitive(`Bearer ${adminToken}`);

let started: Awaited<ReturnType<typeof startForTest>>;
let client: KubernetesClient;
beforeAll(async () => {
  started = await startForTest();
  const server = {
    server: started.kubernetes.url,
    tls: { ca: started.authorityPem },
    namespace: "default",
    source: "test",
  };
  client = createKubernetesClient(
    { ...server, authorization: async () => header },
    { fieldManager: "moorline" },
  );
});
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await started.kubernetes[Symbol.asyncDispose]();
});

const write = { signal };
const crd = ({ group, version, plural, kind, namespaced }: Resource) => ({
  metadata: { name: `${plural}.${group}` },
  spec: {
    group,
    scope: namespaced ? "Namespaced" : "Cluster",
    names: { plural, kind, singular: kind.toLowerCase(), listKind: `${kind}List` },
    versions: [
      {
        name: version,
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
      },
    ],
  },
});

const installed = async (...all: Resource[]) => {
  for (const each of all) await client.create(resources.customResourceDefinitions, crd(each), write);
  await started.kubernetes.settled();
};

const deployment = (image: string): Deployment & { metadata: { name: string } } => ({
  metadata: { name: "ks-apiserver", namespace: "kubesphere-system" },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: "ks" } },
    template: {
      metadata: { labels: { app: "ks" } },
      spec: {
        containers: [
          { name: "ks-apiserver", image, volumeMounts: [{ name: "v", mountPath: "/etc/ssl/certs/h.pem" }] },
        ],
        volumes: [{ name: "v", configMap: { name: "harbor-ca" } }],
      },
    },
  } as NonNullable<Deployment["spec"]>,
});

// These build one cluster up, step by step.
describe("KubeSphere", () => {
  test("is absent from a plain cluster", async () => {
    expect(await detectKubeSphere(client, signal)).toEqual({ present: false });
    expect(await listWorkspaces(client, signal)).toEqual([]);
    expect(await listProjects(client, { signal })).toEqual([]);
  });

  test("3.x is told by its installer, its version by the image", async () => {
    const { clusterConfigurations, workspaces3 } = kubesphereResources;
    await installed(clusterConfigurations, workspaces3);
    const annotations = { "cluster.kubesphere.io/name": "host" };
    await client.create(
      resources.namespaces,
      { metadata: { name: "kubesphere-system", annotations } },
      write,
    );
    const installer = { metadata: { name: "ks-installer", namespace: "kubesphere-system" } };
    const spec = { devops: { enabled: true } };
    await client.create(clusterConfigurations, { ...installer, spec } as typeof installer, write);
    await client.create(resources.deployments, deployment("kubesphere/ks-apiserver:v3.4.1"), write);
    expect(await detectKubeSphere(client, signal)).toEqual({
      present: true,
      generation: 3,
      version: "v3.4.1",
      devops: true,
      multicluster: "unknown",
      clusterName: "host",
    });
  });

  test("has workspaces and projects, without those of the platform and of DevOps", async () => {
    for (const name of ["demo", "system-workspace"])
      await client.create(kubesphereResources.workspaces3, { metadata: { name } }, write);
    const namespace = (name: string, workspace: string, labels: Record<string, string> = {}) =>
      client.create(
        resources.namespaces,
        { metadata: { name, labels: { "kubesphere.io/workspace": workspace, ...labels } } },
        write,
      );
    await namespace("app", "demo", { tier: "gold" });
    await namespace("fed", "demo", { "kubefed.io/managed": "true" });
    await namespace("pipeline", "demo", { "kubesphere.io/devopsproject": "x" });
    await namespace("platform", "system-workspace");
    await namespace("other", "second");

    const names = async (query: object) =>
      (await listProjects(client, { signal, ...query })).map((each) => each.name);
    expect((await listWorkspaces(client, signal)).map((each) => each.name)).toEqual(["demo"]);
    expect(await names({})).toEqual(["app", "fed", "other"]);
    expect(await names({ workspace: "demo" })).toEqual(["app", "fed"]);
    expect(await names({ workspace: "demo", labelSelector: "tier=gold" })).toEqual(["app"]);
    expect(await names({ names: ["other", "absent"] })).toEqual(["other"]);
    expect(await names({ all: true })).toEqual(["app", "fed", "other", "pipeline", "platform"]);
    const fed = (await listProjects(client, { signal, names: ["fed"] }))[0];
    expect(fed).toMatchObject({ workspace: "demo", federated: true, terminating: false });
  });

  test("4.x is told by its install plans, which say of DevOps too", async () => {
    const { installPlans } = kubesphereResources;
    await installed(installPlans);
    expect(await detectKubeSphere(client, signal)).toMatchObject({ generation: 4, devops: false });
    const plan = { metadata: { name: "devops" }, spec: { enabled: true }, status: { state: "Installed" } };
    await client.create(installPlans, plan, write);
    expect(await detectKubeSphere(client, signal)).toMatchObject({ generation: 4, devops: true });
  });
});

test.each([
  ["kubesphere/ks-apiserver:v3.4.1", "v3.4.1"],
  ["registry:5000/ks/ks-apiserver:v4.1.3-rc.1@sha256:00", "v4.1.3-rc.1"],
  ["registry:5000/ks-apiserver", undefined],
  ["ks-apiserver:latest", undefined],
])("the image %s tells version %s", (image, version) => {
  expect(imageVersion(deployment(image))).toBe(version);
});

test("a CA counts as mounted only among the roots, from its own ConfigMap", () => {
  expect(caMountPath(deployment("x"), "harbor-ca")).toBe("/etc/ssl/certs/h.pem");
  expect(caMountPath(deployment("x"), "other-ca")).toBeUndefined();
});

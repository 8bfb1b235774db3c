import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Document } from "../../model/document.ts";
import { parseDocuments } from "../../model/parse.ts";
import { createAuthority } from "../../pki/authority.ts";
import { issueClient } from "../../pki/leaf.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import { startCluster } from "../harbor-certificate/testing/cluster.ts";
import { documentOf, folderWorld } from "../harbor-certificate/testing/world.ts";
import { harborRegistrySchema } from "../harbor-registry/schema.ts";
import { nodeTrustSchema } from "../node-trust/schema.ts";
import { nodeTuningSchema } from "../node-tuning/schema.ts";
import { kinds } from "../registry.ts";
import { gatherBundle, places, type AgentBundle } from "./bundle.ts";
import { agentAccess, agentWorkload, bundleAnnotation, type AgentObject } from "./objects.ts";

const { signal } = new AbortController();
const ecdsa = { keyType: "ECDSA_P256", validityDays: 30, now: new Date() } as const;
const ca = await createAuthority({ ...ecdsa, commonName: "CA" });
const client = await issueClient(ca, { ...ecdsa, commonName: "nodes" });
const settings = { namespace: "moorline-nodes", image: "harbor.example.com/tools/moorline:1" };

const registry = documentOf(harborRegistrySchema, "main", {
  url: "https://harbor.example.com",
  credential: { environment: {} },
  tls: {
    ca: { pem: ca.certificatePem },
    clientCertificate: { files: { certificate: "c.crt", privateKey: "c.key" } },
  },
});
const trust = (more: object = {}): Document =>
  documentOf(nodeTrustSchema, "nodes", {
    registry: "main",
    nodes: [{ name: "node-1" }],
    proof: { image: "team-a/app:1", credential: { environment: {} } },
    ...more,
  });
const tuning = (more: object = {}): Document =>
  documentOf(nodeTuningSchema, "pulls", { registryPullQPS: 20, ...more });

async function bundleOf(documents: readonly Document[], password = "short"): Promise<AgentBundle> {
  const environment = { HARBOR_PULL_USERNAME: "robot$pull", HARBOR_PULL_PASSWORD: password };
  await using machine = await folderWorld([registry, ...documents], { environment });
  const { host } = machine.world;
  await host.makeDirectory("/docs", 0o755);
  await host.writeFile("/docs/c.crt", client.chainPem, { mode: 0o644 });
  await host.writeFile("/docs/c.key", client.privateKeyPem.reveal(), { mode: 0o600 });
  const bundle = await gatherBundle([registry, ...documents], machine.world, signal);
  if (bundle === undefined) throw new Error("nothing for nodes");
  return bundle;
}

const of = (objects: readonly AgentObject[], kind: string): AgentObject =>
  objects.find((o) => o.kind === kind) as AgentObject;
const podOf = (objects: readonly AgentObject[]) =>
  (of(objects, "DaemonSet")["spec"] as { template: { metadata: { annotations: object }; spec: never } })
    .template;

describe("the bundle", () => {
  test("holds documents that the agent can read with nothing left to look up", async () => {
    const bundle = await bundleOf([trust(), tuning()]);
    const inputs = Object.entries(bundle.documents).map(([name, text]) => ({
      name,
      text,
      directory: places.documents,
    }));
    const { documents, errors } = parseDocuments(
      inputs,
      kinds.map((k) => k.schema),
    );
    expect(errors).toEqual([]);
    expect(documents.map((d) => `${d.kind}/${d.metadata.name}`)).toEqual([
      "HarborRegistry/main",
      "NodeTrust/nodes",
      "NodeTuning/pulls",
    ]);
    expect(documents[1]?.spec).toMatchObject({
      ca: { pem: ca.certificatePem },
      clientCertificate: {
        files: { certificate: `${places.secrets}/nodes.crt`, privateKey: `${places.secrets}/nodes.key` },
      },
      proof: { image: "team-a/app:1", credential: { file: `${places.secrets}/nodes.credential.yaml` } },
    });
    expect(documents[1]?.spec).not.toHaveProperty("nodes");
    expect(parse(bundle.secrets["nodes.credential.yaml"]?.reveal() ?? "")).toEqual({
      username: "robot$pull",
      password: "short",
    });
  });

  test("takes the credential of the proof from a Secret, where a document in the cluster names one", async () => {
    await using cluster = await startCluster();
    const namespace = await cluster.namespace();
    const data = { username: btoa("robot$pull"), password: btoa("s3cret") };
    await cluster.client.create(
      resources.secrets,
      { metadata: { name: "pull", namespace }, data },
      { signal },
    );
    const proof = { image: "team-a/app:1", credential: { secretRef: { namespace, name: "pull" } } };
    const plain = documentOf(harborRegistrySchema, "main", {
      url: "https://harbor.example.com",
      credential: { environment: {} },
    });
    const documents = [plain, trust({ proof })];
    await using machine = await folderWorld(documents, { kubernetes: cluster.client });
    const bundle = await gatherBundle(documents, machine.world, signal);
    expect(parse(bundle?.secrets["nodes.credential.yaml"]?.reveal() ?? "")).toEqual({
      username: "robot$pull",
      password: "s3cret",
    });
  });

  test("is none where nothing is for nodes", async () => {
    await using machine = await folderWorld([registry]);
    expect(await gatherBundle([registry], machine.world, signal)).toBeUndefined();
  });

  test("has the same hash for the same, another for another, and none that tells of a password", async () => {
    const hash = async (documents: readonly Document[], password?: string): Promise<string> =>
      (await bundleOf(documents, password)).hash;
    const first = await hash([trust(), tuning()]);
    expect(await hash([tuning(), trust()])).toBe(first);
    expect(await hash([trust(), tuning()], "another")).toBe(first);
    expect(await hash([trust(), tuning({ registryBurst: 1 })])).not.toBe(first);
    expect(await hash([trust({ agent: { startupTaint: true } }), tuning()])).not.toBe(first);
  });
});

describe("the objects", () => {
  test("are the same for the same bundle, and hold secrets in the Secret alone", async () => {
    const objects = agentWorkload(await bundleOf([trust(), tuning()]), settings);
    expect(agentWorkload(await bundleOf([trust(), tuning()]), settings)).toEqual(objects);
    const elsewhere = JSON.stringify(objects.filter((o) => o.kind !== "Secret"));
    for (const secret of [
      client.privateKeyPem.reveal().split("\n")[1] ?? "",
      client.chainPem.split("\n")[1] ?? "",
      "short",
    ])
      expect(elsewhere).not.toContain(secret);
    expect(objects.map((o) => o.kind)).toEqual(["ConfigMap", "Secret", "DaemonSet"]);
  });

  test("a new bundle is a new pod template, and one node at a time", async () => {
    const templates = [];
    for (const burst of [1, 2]) {
      const bundle = await bundleOf([tuning({ registryBurst: burst })]);
      const objects = agentWorkload(bundle, settings);
      expect(podOf(objects).metadata.annotations).toMatchObject({ [bundleAnnotation]: bundle.hash });
      expect(of(objects, "DaemonSet")["spec"]).toMatchObject({
        updateStrategy: { rollingUpdate: { maxUnavailable: 1 } },
      });
      templates.push(podOf(objects));
    }
    expect(templates[0]).not.toEqual(templates[1]);
  });

  test("nothing is privileged, and what stays has no mount, no capability and no root", async () => {
    const { spec } = podOf(agentWorkload(await bundleOf([trust()]), settings));
    const { initContainers, containers } = spec as { initContainers: object[]; containers: object[] };
    expect(JSON.stringify(spec)).not.toMatch(/"privileged"|"hostPID"|"hostIPC"/);
    expect(containers).toHaveLength(1);
    expect(containers[0]).not.toHaveProperty("volumeMounts");
    expect(containers[0]).toMatchObject({
      securityContext: { runAsNonRoot: true, capabilities: { drop: ["ALL"] } },
    });
    expect(initContainers[0]).toMatchObject({
      securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
    });
  });

  test.each([
    [{ configz: false, taints: false }, [["get"]]],
    [{ configz: true, taints: false }, [["get"], ["get"]]],
    [{ configz: false, taints: true }, [["get", "patch"]]],
  ])("rights are those that the documents need: %j", (needs, verbs) => {
    const rules = of(agentAccess(settings, needs), "ClusterRole")["rules"] as readonly {
      readonly verbs: readonly string[];
    }[];
    expect(rules.map((r) => r.verbs)).toEqual(verbs);
  });
});

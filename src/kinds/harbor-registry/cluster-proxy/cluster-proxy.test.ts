import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ZodError } from "zod";
import { makeAuthority } from "../../../clients/http/testing/certificates.ts";
import type { ConfigMap, Deployment, Secret } from "../../../clients/kubernetes/object.ts";
import { resources } from "../../../clients/kubernetes/resources.ts";
import { apply } from "../../../engine/apply.ts";
import { makePlan, type Direction, type Plan } from "../../../engine/plan.ts";
import type { Document } from "../../../model/document.ts";
import { harborCertificate } from "../../harbor-certificate/index.ts";
import { harborCertificateSchema } from "../../harbor-certificate/schema.ts";
import { documentOf } from "../../harbor-certificate/testing/world.ts";
import { startPlant, type Plant } from "../../project-binding/testing/plant.ts";
import { harborRegistry } from "../index.ts";
import { harborRegistrySchema } from "../schema.ts";
import { healthPath, nginxConf, runScript } from "./nginx.ts";
import { holds, networkPolicies } from "./objects.ts";

const { signal } = new AbortController();
const kinds = [harborCertificate, harborRegistry];
let plant: Plant;
let folder: string;
let key = "";

beforeAll(async () => {
  plant = await startPlant();
  folder = await mkdtemp(join(tmpdir(), "moorline-proxy-"));
  const pair = makeAuthority().issue({ client: true });
  ({ key } = pair);
  await writeFile(join(folder, "client.crt"), pair.certificate);
  await writeFile(join(folder, "client.key"), pair.key);
});
afterAll(async () => {
  await plant[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const documentsOf = (namespace: string, proxy: object = {}): readonly Document[] => [
  documentOf(harborCertificateSchema, "proxy", {
    hosts: ["localhost"],
    issuer: { ownAuthority: { commonName: "CA", directory: join(folder, "ca") } },
  }),
  documentOf(harborRegistrySchema, "main", {
    url: plant.harbor.url,
    credential: { environment: {} },
    tls: {
      ca: { pem: plant.caPem },
      clientCertificate: {
        files: { certificate: join(folder, "client.crt"), privateKey: join(folder, "client.key") },
      },
    },
    clusterProxy: {
      namespace,
      certificate: { certificate: "proxy", secret: "proxy-tls" },
      allowedSources: [{ namespaces: { "kubesphere.io/namespace": "kubesphere-system" } }],
      ...proxy,
    },
  }),
];

async function scene(namespace: string, proxy: object = {}) {
  const documents = documentsOf(namespace, proxy);
  const world = plant.world(documents);
  const { client } = plant;
  if ((await client.get(resources.namespaces, { name: namespace }, signal)) === undefined)
    await client.create(
      resources.namespaces,
      { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
      { signal },
    );
  const planFor = (direction: Direction = "apply"): Promise<Plan> =>
    makePlan(documents, kinds, world, { direction, only: ["HarborRegistry"], signal });
  return {
    plan: planFor,
    steps: async (direction?: Direction) =>
      (await planFor(direction)).documents.flatMap((d) => d.steps.map((s) => s.id)),
    apply: async (direction?: Direction) => apply(await planFor(direction), kinds, world),
    at: { namespace, name: "harbor-proxy" },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

describe("the proxy in the cluster", () => {
  test("is written in order, the pods last, and then as it should be", async () => {
    await using on = await scene("written");
    expect(await on.steps()).toEqual(
      ["upstream", "config", "policy", "service", "deployment"].map((p) => `proxy/${p}`),
    );
    expect(await on.apply()).toMatchObject({ ok: true });
    expect(await on.steps()).toEqual([]);
    const secret = await plant.client.get<Secret>(
      resources.secrets,
      { namespace: "written", name: "harbor-proxy-upstream" },
      signal,
    );
    expect(Buffer.from(secret?.data?.["tls.key"] ?? "", "base64").toString()).toBe(key);
  });

  test("says nothing of the client's key in a plan", async () => {
    await using on = await scene("secretive");
    const plan = JSON.stringify(await on.plan());
    expect(plan).toContain("proxy/upstream");
    expect(plan).not.toContain(key.split("\n")[1]);
    expect(plan).not.toContain(Buffer.from(key).toString("base64").slice(0, 40));
  });

  test("is mended where somebody changed it, and nothing else is touched", async () => {
    await using on = await scene("mended");
    await on.apply();
    const { client } = plant;
    const replicas = { spec: { replicas: 7 } };
    await client.patch(resources.deployments, on.at, "merge", replicas, { signal });
    await client.patch(networkPolicies, on.at, "merge", { spec: { ingress: [{}] } }, { signal });
    const note = { metadata: { annotations: { note: "theirs" } } };
    await client.patch(resources.deployments, on.at, "merge", note, { signal });
    expect(await on.steps()).toEqual(["proxy/policy", "proxy/deployment"]);
    await on.apply();
    expect(await on.steps()).toEqual([]);
    const deployment = await client.get<Deployment>(resources.deployments, on.at, signal);
    expect(deployment).toMatchObject({
      spec: { replicas: 2 },
      metadata: { annotations: { note: "theirs" } },
    });
  });

  test("takes new paths up by its configuration alone, without touching the pods", async () => {
    {
      await using on = await scene("reloaded");
      await on.apply();
    }
    await using on = await scene("reloaded", { allowedPaths: ["/v2/", "/service/token", "/api/v2.0/"] });
    expect(await on.steps()).toEqual(["proxy/config"]);
  });

  test("is not written over what somebody else made", async () => {
    const metadata = { name: "harbor-proxy-config", namespace: "foreign" };
    await using on = await scene("foreign");
    const theirs: ConfigMap & { metadata: typeof metadata } = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata,
      data: { "nginx.conf": "theirs" },
    };
    await plant.client.create(resources.configMaps, theirs, { signal });
    const plan = await on.plan();
    const [document] = plan.documents;
    expect(document?.steps).toEqual([]);
    expect(document?.findings.map((f) => f.code)).toContain("CLUSTER_PROXY_OBJECT_NOT_OURS");
  });

  test("is told to name its image's digest, which a tag does not fix", async () => {
    const codesWith = async (proxy: object): Promise<readonly string[]> => {
      await using on = await scene("tagged", proxy);
      return (await on.plan()).documents.flatMap((d) => d.findings.map((f) => f.code));
    };
    expect(await codesWith({})).toContain("CLUSTER_PROXY_IMAGE_BY_TAG");
    const image = `mirror.example.com/nginx@sha256:${"a".repeat(64)}`;
    expect(await codesWith({ image })).not.toContain("CLUSTER_PROXY_IMAGE_BY_TAG");
  });

  test("is taken away again, the pods first", async () => {
    await using on = await scene("removed");
    await on.apply();
    const steps = (await on.plan("remove")).documents.flatMap((d) => d.steps);
    expect(steps[0]).toMatchObject({ id: "proxy/deployment", change: "delete" });
    expect(steps[0]?.interrupts).toBeDefined();
    expect(await on.apply("remove")).toMatchObject({ documents: [{ outcome: "changed" }] });
    expect(await plant.client.get(resources.services, on.at, signal)).toBeUndefined();
  });
});

describe("its document", () => {
  test("must name a client certificate and Harbor's CA", () => {
    const proxy = {
      namespace: "a",
      certificate: { certificate: "c", secret: "s" },
      allowedSources: [{ cidr: "10.0.0.0/8" }],
    };
    const parsed = harborRegistrySchema.spec.safeParse({
      url: "https://harbor.example.com",
      credential: { environment: {} },
      clusterProxy: proxy,
    });
    expect(parsed.error?.issues[0]?.message).toContain("`clusterProxy` needs `tls.ca`");
  });

  test.each([
    [{ allowedPaths: ["/v2/; return 200"] }],
    [{ allowedPaths: ["v2"] }],
    [{ allowedSources: [] }],
    [{ allowedSources: [{}] }],
    [{ allowedSources: [{ cidr: "10.0.0.0/8", pods: {} }] }],
    [{ name: "Harbor_Proxy" }],
  ])("is refused with %j", (wrong) => {
    expect(() => documentsOf("a", wrong)).toThrow(ZodError);
  });
});

describe("nginx's configuration", () => {
  const conf = nginxConf("https://harbor.example.com:8443", {
    allowedPaths: ["/v2/", "/service/token", "/v2/"],
  });

  test("checks Harbor's certificate and name, and shows the client's", () => {
    for (const line of [
      "proxy_ssl_verify on;",
      "proxy_ssl_name harbor.example.com;",
      "proxy_ssl_trusted_certificate /etc/moorline/upstream/ca.crt;",
      "proxy_ssl_certificate /etc/moorline/upstream/tls.crt;",
      "proxy_set_header Host harbor.example.com:8443;",
      "server harbor.example.com:8443;",
      "ssl_protocols TLSv1.2 TLSv1.3;",
    ])
      expect(conf).toContain(line);
  });

  test("passes each allowed path on once, and answers everything else itself", () => {
    const locations = [...conf.matchAll(/location (.*) \{/g)].map((m) => m[1]);
    expect(locations).toEqual([`= ${healthPath}`, "^~ /v2/", "^~ /service/token", "/"]);
    expect(conf).toMatch(/location \/ \{\s+return 403;/);
  });

  test("is looked at for changes by a script that needs a shell and sleep alone", () => {
    expect(runScript).not.toMatch(/\b(cksum|sha256sum|stat|inotifywait|readlink|awk|sed)\b/);
  });
});

test("an object holds what is wanted of it, whatever else the server filled in", () => {
  expect(holds({ a: 1, b: { c: [{ d: 1, e: 2 }] } }, { b: { c: [{ d: 1 }] } })).toBe(true);
  expect(holds({ c: [1, 2] }, { c: [1] })).toBe(false);
  expect(holds({}, { selector: {} })).toBe(true);
  expect(holds({ a: "1" }, { a: 1 })).toBe(false);
});

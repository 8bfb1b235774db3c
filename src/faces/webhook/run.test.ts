import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Agent, request } from "undici";
import { parse } from "yaml";
import type { NewObject, Secret } from "../../clients/kubernetes/object.ts";
import { resources, type Resource } from "../../clients/kubernetes/resources.ts";
import { plantImage, plantScan } from "../../kinds/project-binding/admission/testing/images.ts";
import { addNamespace } from "../../kinds/project-binding/testing/scene.ts";
import { startPlant, type Plant } from "../../kinds/project-binding/testing/plant.ts";
import type { MoorlineError } from "../../model/errors.ts";
import { render } from "../../text/message.ts";
import { keepCertificates } from "./certificate-secret.ts";
import { runWebhook } from "./run.ts";
import { reviewOf } from "./testing/reviews.ts";

const root = join(import.meta.dirname, "../../..");
const signal = new AbortController().signal;
const own = "moorline-system";
const patience = { timeout: 60_000 } as const;
const digest = `sha256:${"7".repeat(64)}`;

let plant: Plant;
let ended: Promise<void>;
let port = 0;
let agent: Agent;
const stopping = new AbortController();
const troubles: MoorlineError[] = [];
const said: string[] = [];

const custom = (kind: string, plural: string): Resource => ({
  group: "moorline.io",
  version: "v1alpha1",
  plural,
  kind,
  namespaced: false,
});
const bindings = custom("ProjectBinding", "projectbindings");

beforeAll(async () => {
  plant = await startPlant();
  const { client, harbor } = plant;
  for (const file of ["harborregistries", "projectbindings", "proxycaches", "harborcertificates"]) {
    const definition = parse(readFileSync(join(root, `deploy/crds/${file}.yaml`), "utf8")) as NewObject;
    await client.apply(resources.customResourceDefinitions, definition, { signal });
  }
  await plant.kubernetes.settled();
  await addNamespace(plant, own, { "kubesphere.io/workspace": "demo" });
  await addNamespace(plant, "shop", { "kubesphere.io/workspace": "demo" });
  const put = (resource: Resource, spec: object) =>
    client.apply(resource, { metadata: { name: "main" }, spec } as NewObject, { signal });
  await put(custom("HarborRegistry", "harborregistries"), {
    url: harbor.url,
    credential: { environment: {} },
    tls: { ca: { pem: plant.caPem } },
  });
  await put(bindings, {
    registry: "main",
    projects: { workspace: "demo" },
    harborProject: { name: "library" },
    admission: { mutate: {}, validate: { allowedProjects: [], scan: {} } },
  });
  plantImage(harbor.site.store, "library/app", digest);
  plantScan(harbor.site.store, digest, ["Critical", "Critical"]);

  const listening = Promise.withResolvers<number>();
  ended = runWebhook({
    world: plant.world([]),
    client,
    address: { host: "127.0.0.1", port: 0 },
    workers: 1,
    statusAddresses: [{ host: "127.0.0.1", port: 0 }],
    certificate: {
      type: "own",
      namespace: own,
      secret: "certificate",
      names: { dnsNames: ["localhost"], ipAddresses: [] },
    },
    registration: {
      name: "test",
      ownNamespace: own,
      injectFrom: undefined,
      place: (at) => ({ url: `https://localhost:${at}` }),
    },
    checkMs: 500,
    say: (what) => {
      said.push(render(what, "en"));
      const found = /127\.0\.0\.1:(\d+); 1 bindings/.exec(said.at(-1) ?? "");
      if (found !== null) listening.resolve(Number(found[1]));
    },
    onTrouble: (error) => troubles.push(error),
    stopping: stopping.signal,
  });
  ended.catch((error: unknown) => listening.reject(error));
  port = await listening.promise;
  const secret = await client.get<Secret>(resources.secrets, { namespace: own, name: "certificate" }, signal);
  agent = new Agent({
    connect: {
      ca: Buffer.from(secret?.data?.["ca.crt"] ?? "", "base64").toString(),
      servername: "localhost",
    },
  });
}, 120_000);

afterAll(async () => {
  stopping.abort();
  await ended;
  await agent.close();
  await plant[Symbol.asyncDispose]();
}, 60_000);

interface Response {
  readonly allowed: boolean;
  readonly patch?: string;
  readonly status?: { readonly message: string };
}

async function ask(route: string, namespace: string, image: string): Promise<Response> {
  const object = { spec: { containers: [{ name: "c", image }] } };
  const answer = await request(`https://127.0.0.1:${port}/${route}`, {
    method: "POST",
    body: reviewOf({ namespace, object }),
    dispatcher: agent,
  });
  return ((await answer.body.json()) as { readonly response: Response }).response;
}

const image = (): string => `${new URL(plant.harbor.url).host}/library/app@${digest}`;

test("pods are completed and judged by the bindings in the cluster and the reports in Harbor", async () => {
  const { patch = "" } = await ask("mutate", "shop", image());
  expect(JSON.parse(Buffer.from(patch, "base64").toString())).toEqual([
    { op: "add", path: "/spec/imagePullSecrets", value: [{ name: "harbor" }] },
  ]);
  expect((await ask("validate", "shop", image())).status?.message).toContain("has 2 critical CVEs");
  expect((await ask("validate", "shop", "quay.io/x/y:1")).status?.message).toContain("may not run");
});

test("the webhook's own namespace is left alone, and a project that was made this moment is not", async () => {
  expect(await ask("validate", own, "quay.io/x/y:1")).toEqual({ uid: "uid-1", allowed: true });
  await addNamespace(plant, "young", { "kubesphere.io/workspace": "demo" });
  expect((await ask("validate", "young", "quay.io/x/y:1")).allowed).toBe(false);
});

test("judges a container that is put into a running pod, in the shapes of both generations of Kubernetes", async () => {
  const debug = { ephemeralContainers: [{ name: "debug", image: "quay.io/x/y:1" }] };
  const pod = { spec: { containers: [{ name: "c", image: image() }] } };
  const asked = async (kind: string, object: object, oldObject: object): Promise<Response> => {
    const answer = await request(`https://127.0.0.1:${port}/validate`, {
      method: "POST",
      body: reviewOf({ namespace: "shop", operation: "UPDATE", kind, object, oldObject }),
      dispatcher: agent,
    });
    return ((await answer.body.json()) as { readonly response: Response }).response;
  };
  const before = { ephemeralContainers: [] };
  for (const { allowed, status } of [
    await asked("EphemeralContainers", debug, before),
    await asked("Pod", { spec: { ...pod.spec, ...debug } }, pod),
  ]) {
    expect(allowed).toBe(false);
    expect(status?.message).toContain("Image quay.io/x/y:1 may not run");
  }
});

test("a changed binding is followed, and one that no schema fits changes nothing", async () => {
  const patch = (admission: object) =>
    plant.client.patch(bindings, { name: "main" }, "merge", { spec: { admission } }, { signal });
  await patch({ validate: { allowedProjects: null, allowedImages: [], scan: null, requireDigest: true } });
  await expect
    .poll(async () => (await ask("validate", "shop", "quay.io/x/y:1")).status?.message, patience)
    .toContain("named by a tag");
  await plant.client.delete(bindings, { name: "main" }, { signal });
  await expect
    .poll(async () => (await ask("validate", "shop", "quay.io/x/y:1")).allowed, patience)
    .toBe(true);
});

test("replicas that start at once agree on one certificate, and each that renews it too", async () => {
  const at = { namespace: own, name: "raced" };
  const rules = { dnsNames: ["localhost"], ipAddresses: [], settleMs: 0, published: undefined };
  const now = (): Date => plant.world([]).clock.now();
  const race = () =>
    Promise.all(Array.from({ length: 4 }, () => keepCertificates(plant.client, at, rules, now, signal)));
  const first = await race();
  expect(new Set(first.map((each) => each.certificate + each.key.reveal())).size).toBe(1);
  const note = { metadata: { annotations: { "moorline.io/renew": "certificate" } } };
  await plant.client.patch(resources.secrets, at, "merge", note, { signal });
  const second = await race();
  expect(new Set(second.map((each) => each.certificate + each.key.reveal())).size).toBe(1);
  expect(second[0]?.certificate).not.toBe(first[0]?.certificate);
});

test("what it could not do is told, and does not stop it", async () => {
  // The embedded Kubernetes serves no webhook configurations.
  await expect.poll(() => troubles.map((each) => each.code), patience).toContain("KUBERNETES_API_MISSING");
});

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { createKubernetesClient, type KubernetesClient } from "../src/clients/kubernetes/client.ts";
import { loadKubeconfig } from "../src/clients/kubernetes/kubeconfig.ts";
import type { NewObject, Secret } from "../src/clients/kubernetes/object.ts";
import { resources, type Resource } from "../src/clients/kubernetes/resources.ts";
import { plantImage, plantScan } from "../src/kinds/project-binding/admission/testing/images.ts";
import { readCertificates } from "../src/pki/certificate.ts";
import { rigAddresses } from "./addresses.ts";
import { connectApi, type ApiAnswer, type RigApi } from "./api.ts";
import { tryCommand } from "./command.ts";
import { rigLayout } from "./layout.ts";
import { startRigHarbor, type RigHarbor } from "./testing/harbor.ts";
import { startWebhook, type Webhook } from "./testing/webhook.ts";

const name = "rig-admission";
const namespaces = {
  closed: `${name}-closed`,
  open: `${name}-open`,
  other: `${name}-other`,
  own: name,
} as const;
const patience = { timeout: 60_000, interval: 250 } as const;
const signal = new AbortController().signal;
const root = join(import.meta.dirname, "..");
const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;

let api: RigApi;
let kubernetes: KubernetesClient;
let harbor: RigHarbor;
let webhook: Webhook;
const running = new AsyncDisposableStack();

const custom = (kind: string, plural: string): Resource => ({
  group: "moorline.io",
  version: "v1alpha1",
  plural,
  kind,
  namespaced: false,
});
const registries = custom("HarborRegistry", "harborregistries");
const bindings = custom("ProjectBinding", "projectbindings");

beforeAll(async () => {
  api = running.use(connectApi(rigLayout()));
  const config = await loadKubeconfig({ path: rigAddresses().kubeconfigPath, environment: {} });
  kubernetes = running.use(createKubernetesClient(config, { fieldManager: "rig" }));
  harbor = running.use(await startRigHarbor());
  await plantImages();
  await installDefinitions();
  running.defer(removeEverything);
  await makeNamespaces();
  await makeDocuments();
  webhook = await startWebhook(name);
  running.defer(() => webhook[Symbol.asyncDispose]());
  await inForce();
}, 180_000);
afterAll(() => running.disposeAsync(), 120_000);

async function plantImages(): Promise<void> {
  await harbor.createProject("team-a");
  const { store } = harbor.harbor.site;
  for (const digit of ["1", "2", "3"]) plantImage(store, "team-a/app", digest(digit));
  plantScan(store, digest("1"), ["Low", "High"]);
  plantScan(store, digest("2"), ["Critical", "Critical", "Critical", "High"]);
}

async function installDefinitions(): Promise<void> {
  const files = ["harborregistries", "projectbindings", "proxycaches", "harborcertificates"];
  for (const file of files) {
    const text = await readFile(join(root, `deploy/crds/${file}.yaml`), "utf8");
    await kubernetes.apply(resources.customResourceDefinitions, parse(text) as NewObject, {
      signal,
      force: true,
    });
  }
  for (const file of files) {
    const path = `/apis/moorline.io/v1alpha1/${file}`;
    await until(`${file} are served`, async () => (await api.call("GET", path)).status === 200);
  }
}

async function makeNamespaces(): Promise<void> {
  const workspaces: Record<string, string> = {
    [namespaces.closed]: `${name}-a`,
    [namespaces.open]: `${name}-b`,
  };
  for (const each of Object.values(namespaces)) {
    const workspace = workspaces[each];
    const labels = workspace === undefined ? {} : { "kubesphere.io/workspace": workspace };
    await kubernetes.apply(resources.namespaces, { metadata: { name: each, labels } }, { signal });
    const account = { namespace: each, name: "default" };
    await until(
      `${each} has its account`,
      async () => (await kubernetes.get(resources.serviceAccounts, account, signal)) !== undefined,
    );
  }
}

async function makeDocuments(): Promise<void> {
  const ca = await readFile(rigAddresses().registryAuthorityPath, "utf8");
  const put = (resource: Resource, of: string, spec: object) =>
    kubernetes.apply(resource, { metadata: { name: of }, spec } as NewObject, { signal, force: true });
  await put(registries, name, {
    url: `https://${harbor.host}`,
    credential: { environment: {} },
    tls: { ca: { pem: ca } },
  });
  const rewrites = [{ from: "docker.io", to: `${harbor.host}/dockerhub` }];
  const binding = (workspace: string, admission: object): object => ({
    registry: name,
    projects: { workspace: `${name}-${workspace}` },
    harborProject: { name: "team-a" },
    admission,
  });
  await put(
    bindings,
    `${name}-closed`,
    binding("a", {
      mutate: { rewrites, imagePullPolicy: "Always" },
      validate: { allowedProjects: [], scan: { unscanned: "Refuse" } },
      exempt: { serviceAccounts: ["builder"] },
    }),
  );
  await put(bindings, `${name}-open`, binding("b", { mutate: { rewrites } }));
}

async function removeEverything(): Promise<void> {
  const group = "/apis/admissionregistration.k8s.io/v1";
  for (const plural of ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"]) {
    await api.call("DELETE", `${group}/${plural}/${name}`);
  }
  for (const of of [`${name}-closed`, `${name}-open`])
    await kubernetes.delete(bindings, { name: of }, { signal });
  await kubernetes.delete(registries, { name }, { signal });
  for (const each of Object.values(namespaces)) {
    await kubernetes.delete(resources.namespaces, { name: each }, { signal });
  }
}

/** Waits for a condition, also in hooks. */
async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + patience.timeout;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
    await sleep(patience.interval);
  }
}

/** Once the API server has learnt of the entries, which it does a moment after they are written. */
async function inForce(): Promise<void> {
  await until(
    "the closed binding is in force",
    async () => (await create(namespaces.closed, "quay.io/x/y:1")).status === 403,
  );
  await until("the open binding is in force", async () => {
    const [image = ""] = imagesOf(await create(namespaces.open, "nginx:1"));
    return image.startsWith(harbor.host);
  });
}

/** No node fits, and no token of the account is waited for. */
const nowhere = {
  nodeSelector: { "moorline.io/nowhere": "" },
  automountServiceAccountToken: false,
} as const;

/** Has a pod made, but not kept. */
function create(namespace: string, image: string, spec: object = {}): Promise<ApiAnswer> {
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { generateName: "pod-" },
    spec: { ...nowhere, containers: [{ name: "c", image }], ...spec },
  };
  return api.call("POST", `/api/v1/namespaces/${namespace}/pods?dryRun=All`, pod);
}

interface PodBody {
  readonly spec: {
    readonly containers: readonly { readonly image: string; readonly imagePullPolicy: string }[];
    readonly imagePullSecrets?: readonly { readonly name: string }[];
  };
}
const specOf = (answer: ApiAnswer): PodBody["spec"] => (answer.body as unknown as PodBody).spec;
const imagesOf = (answer: ApiAnswer): readonly string[] =>
  specOf(answer).containers.map((each) => each.image);
const saidIn = (answer: ApiAnswer): string => String(answer.body["message"]);

describe("admission by a real API server", () => {
  test("completes a pod: upstream name, pull policy, pull secret", async () => {
    const image = `${harbor.host}/team-a/app@${digest("1")}`;
    const made = specOf(await create(namespaces.closed, image));
    expect(made.containers).toMatchObject([{ image, imagePullPolicy: "Always" }]);
    expect(made.imagePullSecrets).toEqual([{ name: "harbor" }]);
    const open = specOf(await create(namespaces.open, "nginx:1"));
    expect(open.containers).toMatchObject([
      { image: `${harbor.host}/dockerhub/library/nginx:1`, imagePullPolicy: "IfNotPresent" },
    ]);
    expect(open.imagePullSecrets).toEqual([{ name: "harbor" }]);
  });

  test("refuses an image from elsewhere, in both languages", async () => {
    const answer = await create(namespaces.closed, "quay.io/x/y:1");
    expect(answer.status).toBe(403);
    expect(saidIn(answer)).toContain(`Image quay.io/x/y:1 may not run in this project`);
    expect(saidIn(answer)).toContain("本项目不允许运行镜像 quay.io/x/y:1");
  });

  test("refuses by Harbor's scan report, and says how many of what were found", async () => {
    const answer = await create(namespaces.closed, `${harbor.host}/team-a/app@${digest("2")}`);
    expect(answer.status).toBe(403);
    expect(saidIn(answer)).toMatch(/has 3 critical CVEs .* allows none above high/);
    const unscanned = await create(namespaces.closed, `${harbor.host}/team-a/app@${digest("3")}`);
    expect(saidIn(unscanned)).toContain("nobody has scanned it");
  });

  test("an allowlist in Harbor lets the image in", async () => {
    const { store } = harbor.harbor.site;
    plantImage(store, "team-a/app", digest("4"));
    plantScan(store, digest("4"), ["Critical"]);
    await harbor.call("PUT", "/system/CVEAllowlist", { items: [{ cve_id: "CVE-1" }] });
    expect((await create(namespaces.closed, `${harbor.host}/team-a/app@${digest("4")}`)).status).toBe(201);
  });

  test("leaves exempt accounts, other namespaces and the cluster's own alone", async () => {
    const account = { metadata: { namespace: namespaces.closed, name: "builder" } };
    await kubernetes.apply(resources.serviceAccounts, account, { signal });
    const image = "quay.io/x/y:1";
    expect((await create(namespaces.closed, image, { serviceAccountName: "builder" })).status).toBe(201);
    expect(imagesOf(await create(namespaces.other, "nginx:1"))).toEqual(["nginx:1"]);
    expect(imagesOf(await create("kube-system", "nginx:1"))).toEqual(["nginx:1"]);
  });

  test("warns whoever makes a workload whose pods will be refused", async () => {
    const folder = await mkdtemp(join(tmpdir(), "moorline-rig-admission-"));
    try {
      const path = join(folder, "deployment.json");
      const template = {
        metadata: { labels: { app: "x" } },
        spec: { containers: [{ name: "c", image: "quay.io/x/y:1" }] },
      };
      const deployment = {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "x", namespace: namespaces.closed },
        spec: { selector: { matchLabels: { app: "x" } }, template },
      };
      await writeFile(path, JSON.stringify(deployment));
      const { stderr, status } = await tryCommand([
        "kubectl",
        `--kubeconfig=${rigAddresses().kubeconfigPath}`,
        "create",
        "--dry-run=server",
        `--filename=${path}`,
      ]);
      expect(status).toBe(0);
      expect(stderr).toContain(
        "Warning: Pods of this Deployment will be refused: Image quay.io/x/y:1 may not run",
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("a pod that runs is not judged again when something else of it changes", async () => {
    const path = `/api/v1/namespaces/${namespaces.closed}/pods`;
    const pod = { ...nowhere, serviceAccountName: "builder" };
    const containers = [{ name: "c", image: "quay.io/x/y:1" }];
    const metadata = { name: "kept", finalizers: ["moorline.io/rig"] };
    expect((await api.call("POST", path, { metadata, spec: { ...pod, containers } })).status).toBe(201);
    const binding = { spec: { admission: { exempt: { serviceAccounts: [] } } } };
    await kubernetes.patch(bindings, { name: `${name}-closed` }, "merge", binding, { signal });
    await expect
      .poll(async () => (await create(namespaces.closed, "quay.io/x/y:1", pod)).status, patience)
      .toBe(403);
    const freed = { metadata: { finalizers: [] } };
    const merge = "application/merge-patch+json";
    expect((await api.call("PATCH", `${path}/kept`, freed, merge)).status).toBe(200);
    await api.call("DELETE", `${path}/kept?gracePeriodSeconds=0`);
  });

  test("new certificate and new authority under traffic refuse nobody", async () => {
    await webhook.kill();
    webhook = await startWebhook(name, "--workers", "2");
    const image = `${harbor.host}/team-a/app@${digest("1")}`;
    await expect.poll(async () => (await create(namespaces.closed, image)).status, patience).toBe(201);
    const at = { namespace: namespaces.own, name: `${name}-certificate` };
    const kept = async (): Promise<{ readonly authorities: string; readonly certificate: string }> => {
      const data = (await kubernetes.get<Secret>(resources.secrets, at, signal))?.data ?? {};
      const text = (key: string): string => Buffer.from(data[key] ?? "", "base64").toString();
      return { authorities: text("ca.crt"), certificate: text("tls.crt") };
    };
    const renew = async (what: string): Promise<void> => {
      const note = { metadata: { annotations: { "moorline.io/renew": what } } };
      await kubernetes.patch(resources.secrets, at, "merge", note, { signal });
    };
    const failures: string[] = [];
    let done = 0;
    const traffic = new AbortController();
    const pulling = Array.from({ length: 3 }, async () => {
      while (!traffic.signal.aborted) {
        const answer = await create(namespaces.closed, image);
        done += 1;
        if (answer.status !== 201) failures.push(saidIn(answer));
      }
    });
    const first = await kept();
    await renew("certificate");
    await expect.poll(async () => (await kept()).certificate, patience).not.toBe(first.certificate);
    await renew("authority");
    await expect.poll(async () => readCertificates((await kept()).authorities).length, patience).toBe(2);
    await expect
      .poll(async () => readCertificates((await kept()).authorities).length, { ...patience, timeout: 90_000 })
      .toBe(1);
    expect((await kept()).authorities).not.toBe(first.authorities);
    const so = done;
    await expect.poll(() => done, patience).toBeGreaterThan(so + 20);
    traffic.abort();
    await Promise.all(pulling);
    expect(failures).toEqual([]);
  }, 240_000);

  test("while it is down, the closed binding's projects refuse, and everybody else goes on", async () => {
    await webhook.kill();
    const answer = await create(namespaces.closed, `${harbor.host}/team-a/app@${digest("1")}`);
    expect(answer.status).toBe(500);
    expect(saidIn(answer)).toContain("failed calling webhook");
    expect(imagesOf(await create(namespaces.open, "nginx:1"))).toEqual(["nginx:1"]);
    expect((await create(namespaces.other, "nginx:1")).status).toBe(201);
    expect((await create("kube-system", "nginx:1")).status).toBe(201);
    webhook = await startWebhook(name);
    await inForce();
  });
});

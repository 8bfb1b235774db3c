import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { makeAuthority, type TestAuthority } from "../src/clients/http/testing/certificates.ts";
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
import { startService } from "./testing/service-address.ts";
import { startServiceWebhook, startWebhook, type Webhook } from "./testing/webhook.ts";

const name = "rig-admission";
const namespaces = {
  closed: `${name}-closed`,
  open: `${name}-open`,
  other: `${name}-other`,
  system: `${name}-system`,
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
    [namespaces.system]: "system-workspace",
  };
  for (const each of Object.values(namespaces)) {
    const workspace = workspaces[each];
    const labels = {
      ...(workspace !== undefined && { "kubesphere.io/workspace": workspace }),
      // What an administrator's selector may reach by mistake.
      ...(each === namespaces.system && { [name]: "all" }),
    };
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
  await put(bindings, `${name}-all`, {
    registry: name,
    projects: { selector: { matchLabels: { [name]: "all" } } },
    harborProject: { name: "team-a" },
    admission: { mutate: { rewrites }, validate: { allowedProjects: [] } },
  });
}

async function removeEverything(): Promise<void> {
  const group = "/apis/admissionregistration.k8s.io/v1";
  for (const plural of ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"]) {
    await api.call("DELETE", `${group}/${plural}/${name}`);
  }
  for (const of of [`${name}-closed`, `${name}-open`, `${name}-all`])
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

/** Has pods made until it is disposed of, three at a time. */
function startTraffic(image: string) {
  const failures: string[] = [];
  let done = 0;
  const ending = new AbortController();
  const loops = Array.from({ length: 3 }, async () => {
    while (!ending.signal.aborted) {
      const answer = await create(namespaces.closed, image);
      done += 1;
      if (answer.status !== 201) failures.push(saidIn(answer));
    }
  });
  const end = async (): Promise<void> => {
    ending.abort();
    await Promise.all(loops);
  };
  return {
    done: () => done,
    /** What was refused or failed; ends the traffic. */
    failures: async (): Promise<readonly string[]> => {
      await end();
      return failures;
    },
    [Symbol.asyncDispose]: end,
  };
}

async function endAll(replicas: readonly Webhook[]): Promise<void> {
  for (const replica of replicas) await replica.kill();
}

const fingerprint = (pem: string): string => new X509Certificate(pem).fingerprint256;

/** What is served at a port to who comes now. */
async function certificateAt(port: number, servername: string): Promise<string> {
  // The chain is judged by the API server, in the same test.
  const socket = connect({ port, host: "127.0.0.1", servername, rejectUnauthorized: false });
  try {
    await once(socket, "secureConnect");
    return socket.getPeerCertificate().fingerprint256;
  } finally {
    socket.destroy();
  }
}

const configurationPaths = ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"].map(
  (plural) => `/apis/admissionregistration.k8s.io/v1/${plural}/${name}`,
);
interface Configuration {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly webhooks: readonly { clientConfig: { caBundle?: string; url?: string } }[];
}

/** The authorities that the API server is told of. */
async function bundles(): Promise<ReadonlySet<string | undefined>> {
  const all = await Promise.all(configurationPaths.map((path) => api.call("GET", path)));
  const found = all.flatMap(({ body }) => (body as unknown as Configuration).webhooks);
  return new Set(found.map(({ clientConfig }) => clientConfig.caBundle));
}

/** Does as cert-manager's cainjector: fills the CA in where the annotation asks for it, by an update of the whole. */
async function inject(authorities: string): Promise<boolean> {
  const caBundle = Buffer.from(authorities).toString("base64");
  for (const path of configurationPaths) {
    const { body } = await api.call("GET", path);
    const configuration = body as unknown as Configuration;
    const from = configuration.metadata.annotations?.["cert-manager.io/inject-ca-from"];
    const isOfNow = configuration.webhooks.every(({ clientConfig }) =>
      clientConfig.url?.startsWith(`https://127.0.0.1:${webhook.port}/`),
    );
    if (from === undefined || !isOfNow) return false;
    for (const each of configuration.webhooks) each.clientConfig.caBundle = caBundle;
    if ((await api.call("PUT", path, configuration)).status !== 200) return false;
  }
  return true;
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

  test("judges and completes init containers as it does all others", async () => {
    const image = `${harbor.host}/team-a/app@${digest("1")}`;
    const refused = await create(namespaces.closed, image, {
      initContainers: [{ name: "i", image: "quay.io/x/y:1" }],
    });
    expect(refused.status).toBe(403);
    expect(saidIn(refused)).toContain("Image quay.io/x/y:1 may not run in this project");
    const made = await create(namespaces.open, image, { initContainers: [{ name: "i", image: "nginx:1" }] });
    expect(made.body).toMatchObject({
      spec: { initContainers: [{ image: `${harbor.host}/dockerhub/library/nginx:1` }] },
    });
  });

  test("leaves the pods of a Deployment in a system namespace alone, though a binding's selector reaches it", async () => {
    const at = `/apis/apps/v1/namespaces/${namespaces.system}/deployments`;
    const labels = { app: "x" };
    const containers = [{ name: "c", image: "quay.io/x/y:1" }];
    const template = { metadata: { labels }, spec: { ...nowhere, containers } };
    const spec = { selector: { matchLabels: labels }, template };
    expect((await api.call("POST", at, { metadata: { name: "x" }, spec })).status).toBe(201);
    const pods = async (): Promise<readonly PodBody[]> => {
      const answer = await api.call("GET", `/api/v1/namespaces/${namespaces.system}/pods`);
      return (answer.body as unknown as { items: readonly PodBody[] }).items;
    };
    await expect.poll(async () => (await pods()).length, patience).toBe(1);
    const [made] = await pods();
    expect(made?.spec.containers).toMatchObject([{ image: "quay.io/x/y:1" }]);
    expect(made?.spec.imagePullSecrets).toBeUndefined();
  });

  test("two replicas behind a Service start at once with one certificate, and its rotation refuses nobody", async () => {
    await webhook.kill();
    const at = { namespace: namespaces.own, name: `${name}-certificate` };
    await kubernetes.delete(resources.secrets, at, { signal });
    await using service = await startService(namespaces.own, name);
    const replicas = await Promise.all([
      startServiceWebhook(name),
      startServiceWebhook(name, "--workers", "2"),
    ]);
    await using _ended = { [Symbol.asyncDispose]: () => endAll(replicas) };
    for (const { port } of replicas) service.add(port);
    const served = (): Promise<readonly string[]> =>
      Promise.all(replicas.map(({ port }) => certificateAt(port, `${name}.${namespaces.own}.svc`)));
    const kept = async (): Promise<{ readonly authorities: string; readonly certificate: string }> => {
      const data = (await kubernetes.get<Secret>(resources.secrets, at, signal))?.data ?? {};
      const text = (key: string): string => Buffer.from(data[key] ?? "", "base64").toString();
      return { authorities: text("ca.crt"), certificate: text("tls.crt") };
    };
    const ofKept = async (): Promise<string> => fingerprint((await kept()).certificate);
    const first = await kept();
    expect(await served()).toEqual([await ofKept(), await ofKept()]);

    const image = `${harbor.host}/team-a/app@${digest("1")}`;
    await expect.poll(async () => (await create(namespaces.closed, image)).status, patience).toBe(201);
    const renew = async (what: string): Promise<void> => {
      const note = { metadata: { annotations: { "moorline.io/renew": what } } };
      await kubernetes.patch(resources.secrets, at, "merge", note, { signal });
    };
    await using traffic = startTraffic(image);
    await renew("certificate");
    await expect.poll(async () => (await kept()).certificate, patience).not.toBe(first.certificate);
    await renew("authority");
    const authorities = async (): Promise<number> => readCertificates((await kept()).authorities).length;
    await expect.poll(authorities, patience).toBe(2);
    await expect.poll(authorities, { ...patience, timeout: 90_000 }).toBe(1);
    expect((await kept()).authorities).not.toBe(first.authorities);
    await expect.poll(served, patience).toEqual([await ofKept(), await ofKept()]);
    const so = traffic.done();
    await expect.poll(traffic.done, patience).toBeGreaterThan(so + 20);
    expect(await traffic.failures()).toEqual([]);
    expect(service.reached().filter((count) => count > 0)).toHaveLength(2);
  }, 240_000);

  test("serves certificate files that somebody else renews, and leaves the CA to cert-manager", async () => {
    const folder = await mkdtemp(join(tmpdir(), "moorline-rig-admission-"));
    try {
      const paths = { certificate: join(folder, "tls.crt"), key: join(folder, "tls.key") };
      const [old, next] = [makeAuthority("Old CA"), makeAuthority("New CA")];
      const put = async (part: TestAuthority): Promise<string> => {
        const pair = part.issue({ san: "IP:127.0.0.1" });
        // One after the other, as a copying administrator does: what is half there is not taken.
        await writeFile(paths.certificate, pair.certificate);
        await sleep(1500);
        await writeFile(paths.key, pair.key, { mode: 0o600 });
        return fingerprint(pair.certificate);
      };
      await put(old);
      webhook = await startWebhook(
        name,
        `--tls-cert-file=${paths.certificate}`,
        `--tls-key-file=${paths.key}`,
        `--inject-ca-from=${name}/certificate`,
        "--workers=2",
      );
      await until("the API server may be told of the CA", () => inject(old.certificate + next.certificate));
      const image = `${harbor.host}/team-a/app@${digest("1")}`;
      await expect.poll(async () => (await create(namespaces.closed, image)).status, patience).toBe(201);
      await using traffic = startTraffic(image);
      const wanted = await put(next);
      await expect.poll(() => certificateAt(webhook.port, ""), patience).toBe(wanted);
      const so = traffic.done();
      await expect.poll(traffic.done, patience).toBeGreaterThan(so + 20);
      expect(await traffic.failures()).toEqual([]);
      expect(await bundles()).toEqual(
        new Set([Buffer.from(old.certificate + next.certificate).toString("base64")]),
      );
    } finally {
      await webhook.kill();
      await rm(folder, { recursive: true });
      webhook = await startWebhook(name);
      await inForce();
    }
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

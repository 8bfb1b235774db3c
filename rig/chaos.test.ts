import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { parse, stringify } from "yaml";
import { createKubernetesClient, type KubernetesClient } from "../src/clients/kubernetes/client.ts";
import { loadKubeconfig } from "../src/clients/kubernetes/kubeconfig.ts";
import type { KubernetesObject, NewObject, Secret } from "../src/clients/kubernetes/object.ts";
import { resources, type Resource } from "../src/clients/kubernetes/resources.ts";
import { isError } from "../src/model/errors.ts";
import { rigAddresses } from "./addresses.ts";
import { kubernetesBinaries } from "./kubernetes/cache.ts";
import { rigLayout } from "./layout.ts";
import { ensurePki } from "./pki.ts";
import { ensureRunning, runningProcess } from "./processes.ts";
import { apiServer } from "./services/control-plane.ts";
import { startApiProxy, type ApiProxy } from "./testing/api-proxy.ts";
import { administratorAccount, startRigHarbor, type RigHarbor } from "./testing/harbor.ts";
import { seededRandom } from "./testing/seeded-random.ts";

/**
 * Two replicas of the controller while everything around them breaks: Harbor fails three calls in ten, connections to
 * the API server are cut, the leader is killed, and in full the API server too. What counts is the end: every project
 * has one robot whose credential works, and nothing else is left.
 */
const isFull = process.env["MOORLINE_RIG_CHAOS"] === "full";
const lengthMs = isFull ? 300_000 : 40_000;
const leaderDiesMs = 15_000;
const apiServerDiesMs = 20_000;
const seed = Number(process.env["MOORLINE_RIG_SEED"] ?? 20261123);

const root = join(import.meta.dirname, "..");
const home = "rig-chaos";
const labels = { [home]: "yes" };
const rig = rigAddresses();
const signal = new AbortController().signal;
const patience = { timeout: 240_000, interval: 500 };
const random = seededRandom(seed);

const custom = (kind: string, plural: string): Resource => ({
  group: "moorline.io",
  version: "v1alpha1",
  plural,
  kind,
  namespaced: false,
});
const bindings = custom("ProjectBinding", "projectbindings");
const registries = custom("HarborRegistry", "harborregistries");
const roleBindings: Resource = {
  group: "rbac.authorization.k8s.io",
  version: "v1",
  plural: "clusterrolebindings",
  kind: "ClusterRoleBinding",
  namespaced: false,
};

let kubernetes: KubernetesClient;
let harbor: RigHarbor;
let proxy: ApiProxy;
let folder: string;
const replicas: ChildProcess[] = [];
let said = "";

beforeAll(async () => {
  kubernetes = createKubernetesClient(await loadKubeconfig({ path: rig.kubeconfigPath, environment: {} }), {
    fieldManager: home,
  });
  await clean();
  for (const file of readdirSync(join(root, "deploy/crds"))) {
    const definition = parse(readFileSync(join(root, "deploy/crds", file), "utf8")) as NewObject;
    await kubernetes.apply(resources.customResourceDefinitions, definition, { signal, force: true });
  }
  await vi.waitUntil(() => kubernetes.serves(bindings, signal), patience);
  harbor = await startRigHarbor();
  proxy = await startApiProxy();
  folder = mkdtempSync(join(tmpdir(), "moorline-chaos-"));
  await kubernetes.apply(resources.namespaces, { metadata: { name: home } }, { signal, force: true });
  writeFileSync(join(folder, "kubeconfig"), await kubeconfig(), { mode: 0o600 });
  const { name: username, secret: password } = administratorAccount;
  const account = { metadata: { name: "harbor", namespace: home }, stringData: { username, password } };
  await kubernetes.apply(resources.secrets, account, { signal, force: true });
}, 300_000);

afterAll(async () => {
  for (const replica of replicas.splice(0)) await end(replica, "SIGKILL");
  await clean();
  await harbor?.[Symbol.asyncDispose]();
  await proxy?.[Symbol.asyncDispose]();
  await kubernetes?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
}, 300_000);

/** An administrator's, by token: a client certificate ends at the proxy. */
async function kubeconfig(): Promise<string> {
  await kubernetes.apply(
    resources.serviceAccounts,
    { metadata: { name: home, namespace: home } },
    { signal },
  );
  const role = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" };
  const subjects = [{ kind: "ServiceAccount", name: home, namespace: home }];
  const binding = { metadata: { name: home }, roleRef: role, subjects };
  await kubernetes.apply(roleBindings, binding, { signal, force: true });
  const answer = await kubernetes.request({
    method: "POST",
    path: `/api/v1/namespaces/${home}/serviceaccounts/${home}/token`,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ spec: { expirationSeconds: 7200 } }),
  });
  const { status } = answer.json() as { status: { token: string } };
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": home,
    contexts: [{ name: home, context: { cluster: home, user: home } }],
    clusters: [
      {
        name: home,
        cluster: {
          server: proxy.url,
          "certificate-authority-data": Buffer.from(proxy.caPem).toString("base64"),
        },
      },
    ],
    users: [{ name: home, user: { token: status.token } }],
  });
}

function startReplica(): void {
  const addresses = ["--health-address=127.0.0.1:0", "--metrics-address=127.0.0.1:0"];
  const child = spawn(
    process.execPath,
    [
      join(root, "src/main.ts"),
      "controller",
      `--kubeconfig=${join(folder, "kubeconfig")}`,
      `--namespace=${home}`,
      `--identity=replica-${replicas.length}-${Date.now()}`,
      `--selector=${home}=yes`,
      "--lang=en",
      ...addresses,
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-20_000)));
  replicas.push(child);
}

async function end(child: ChildProcess, how: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(how);
  await ended;
}

async function clean(): Promise<void> {
  await kubernetes.delete(roleBindings, { name: home }, { signal });
  for (const [resource, name] of [
    [bindings, home],
    [registries, home],
  ] as const) {
    if (!(await kubernetes.serves(resource, signal))) continue;
    const metadata = { finalizers: null };
    // Without its finalizer: who would take it away is gone.
    await kubernetes.patch(resource, { name }, "merge", { metadata }, { signal }).catch((thrown: unknown) => {
      if (!isError(thrown, "KUBERNETES_NOT_FOUND")) throw thrown;
    });
    await kubernetes.delete(resource, { name }, { signal });
  }
  const mine = async (): Promise<readonly string[]> => {
    const { items } = await kubernetes.list(resources.namespaces, { labelSelector: `${home}=yes`, signal });
    return items.map(({ metadata }) => metadata.name ?? "");
  };
  for (const name of [...(await mine()), home])
    await kubernetes.delete(resources.namespaces, { name }, { signal });
  await vi.waitUntil(async () => (await mine()).length === 0, patience);
  const gone = async () => (await kubernetes.get(resources.namespaces, { name: home }, signal)) === undefined;
  await vi.waitUntil(gone, patience);
}

/** A pattern that meets three requests in ten, whatever their path. */
class Sometimes extends RegExp {
  override test(): boolean {
    return random() < 0.3;
  }
}

/** Each third of the failing calls in another way; what the controller's own clean-up needs is met as well. */
function breakHarbor(): void {
  const { faults } = harbor.harbor;
  const at = { path: new Sometimes("") };
  const kinds = [{ status: 500 }, { status: 429 }, { drop: true }] as const;
  faults.clear();
  for (const kind of kinds) faults.push({ match: at, ...kind, times: 5 });
}

async function killApiServer(): Promise<void> {
  const layout = rigLayout();
  const binaries = await kubernetesBinaries(layout.cache, () => undefined);
  const service = apiServer(layout, binaries, await ensurePki(layout));
  const running = await runningProcess(layout, service.name);
  if (running !== undefined) process.kill(running.pid, "SIGKILL");
  await sleep(1000);
  await ensureRunning(layout, service);
}

/** What the test itself asks of the API server may meet its death; then it asks again. */
async function insist<T>(work: () => Promise<T>): Promise<T> {
  const until = Date.now() + patience.timeout;
  for (;;) {
    try {
      return await work();
    } catch (thrown) {
      if (Date.now() > until) throw thrown;
      await sleep(500);
    }
  }
}

const projectName = (i: number): string => `${home}-p${i}`;
const addProject = (name: string) =>
  insist(() =>
    kubernetes.apply(
      resources.namespaces,
      { metadata: { name, labels: { ...labels, "kubesphere.io/workspace": home } } },
      { signal, force: true },
    ),
  );

async function credentialOf(namespace: string): Promise<string | undefined> {
  const found = await kubernetes.get<Secret>(resources.secrets, { namespace, name: "harbor" }, signal);
  const text = found?.data?.[".dockerconfigjson"];
  if (text === undefined) return undefined;
  const { auths } = JSON.parse(Buffer.from(text, "base64").toString()) as {
    auths: Record<string, { username: string; password: string }>;
  };
  const [entry] = Object.values(auths);
  return entry === undefined ? undefined : `${entry.username}:${entry.password}`;
}

/** Whether Harbor's token service takes a credential as that robot's. */
async function works(credential: string): Promise<boolean> {
  const account = credential.slice(0, credential.indexOf(":"));
  const { store } = harbor.harbor.site;
  return store.all("robots").some((robot) => `robot$${robot.name}` === account && !robot.disable);
}

const robots = (): readonly string[] =>
  harbor.harbor.site.store
    .all("robots")
    .map((robot) => robot.name)
    .filter((name) => name.includes(home))
    .toSorted();

test(
  "nothing is lost and nothing is left, whatever dies on the way",
  { timeout: lengthMs + 600_000 },
  async () => {
    console.log(`chaos for ${lengthMs / 1000} s, seed ${seed} (MOORLINE_RIG_SEED)`);
    startReplica();
    startReplica();
    const { registryAuthorityPath } = rig;
    await kubernetes.apply(
      registries,
      {
        metadata: { name: home, labels },
        spec: {
          url: `https://${harbor.host}`,
          credential: { secretRef: { namespace: home, name: "harbor" } },
          tls: { ca: { pem: readFileSync(registryAuthorityPath, "utf8") } },
        },
      } as NewObject,
      { signal, force: true },
    );
    await kubernetes.apply(
      bindings,
      {
        metadata: { name: home, labels },
        spec: { registry: home, projects: { workspace: home }, harborProject: { name: home } },
      } as NewObject,
      { signal, force: true },
    );
    const wanted = new Set<string>();
    const died = { leaders: 0, apiServers: 0, connections: 0 };
    const start = Date.now();
    let lastLeader = start;
    let lastApiServer = start;
    for (let i = 0; Date.now() - start < lengthMs; i++) {
      breakHarbor();
      await addProject(projectName(i));
      wanted.add(projectName(i));
      const [some = ""] = wanted;
      if (i % 4 === 3) {
        await insist(() => kubernetes.delete(resources.namespaces, { name: some }, { signal }));
        wanted.delete(some);
      }
      if (random() < 0.5) {
        proxy.cut();
        died.connections++;
      }
      if (Date.now() - lastLeader > leaderDiesMs) {
        lastLeader = Date.now();
        // The one that leads now is the older one more often than not; both die in the end.
        const [oldest] = replicas;
        if (oldest !== undefined) await end(oldest, "SIGKILL");
        replicas.shift();
        startReplica();
        died.leaders++;
      }
      if (isFull && Date.now() - lastApiServer > apiServerDiesMs) {
        lastApiServer = Date.now();
        await killApiServer();
        died.apiServers++;
      }
      await sleep(500 + random() * 1500);
    }
    harbor.harbor.faults.clear();
    console.log(`${wanted.size} projects left of those that came; died: ${JSON.stringify(died)}`);

    const isWhole = async (): Promise<boolean> => {
      for (const name of wanted) {
        const credential = await credentialOf(name);
        if (credential === undefined || !(await works(credential))) return false;
      }
      return robots().length === wanted.size;
    };
    await vi.waitUntil(() => insist(isWhole), patience).catch(() => undefined);
    const lost: string[] = [];
    for (const name of wanted) {
      const credential = await credentialOf(name);
      if (credential === undefined || !(await works(credential))) lost.push(name);
    }
    if (lost.length > 0) console.log(said);
    expect(lost).toEqual([]);
    expect(robots().length).toBe(wanted.size);
    const secrets = await kubernetes.list<KubernetesObject>(resources.secrets, {
      labelSelector: `moorline.io/binding=${home}`,
      signal,
    });
    expect(new Set(secrets.items.map((s) => s.metadata.namespace))).toEqual(wanted);

    for (const resource of [bindings, registries])
      await kubernetes.delete(resource, { name: home }, { signal });
    const gone = async () => (await kubernetes.get(registries, { name: home }, signal)) === undefined;
    await vi.waitUntil(gone, patience);
    expect(robots()).toEqual([]);
  },
);

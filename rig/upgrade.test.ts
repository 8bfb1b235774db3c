import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import type { KubernetesObject, NewObject } from "../src/clients/kubernetes/object.ts";
import { resources, type Resource } from "../src/clients/kubernetes/resources.ts";
import { clusterId } from "../src/kinds/project-binding/ownership.ts";
import { rigAddresses } from "./addresses.ts";
import { runCommand } from "./command.ts";
import { startApiProxy, type ApiProxy } from "./testing/api-proxy.ts";
import { startChaosReplica, type ChaosReplica } from "./testing/chaos-replica.ts";
import { earlierTree, type EarlierTree } from "./testing/earlier-tree.ts";
import { administratorAccount, startRigHarbor, type RigHarbor } from "./testing/harbor.ts";
import { ownKubeconfig, startOwnCluster, type OwnCluster } from "./testing/own-cluster.ts";
import { restoreStored, writeStored } from "./upgrade/stored.ts";

/**
 * The commit before this one is installed and left at work until all is converged; then this one is installed over it.
 * Where the clone is too shallow to hold that commit, objects as an earlier one stored them take its place.
 */
const root = join(import.meta.dirname, "..");
const home = "rig-upgrade";
const own = "moorline-system";
const nodesHome = "moorline-nodes";
const signal = new AbortController().signal;
const patience = { timeout: 120_000, interval: 250 };
const projects = ["one", "two", "three"].map((name) => `${home}-${name}`);

const custom = (kind: string, plural: string): Resource => ({
  group: "moorline.io",
  version: "v1alpha1",
  plural,
  kind,
  namespaced: false,
});
const bindings = custom("ProjectBinding", "projectbindings");
const registries = custom("HarborRegistry", "harborregistries");
const trusts = custom("NodeTrust", "nodetrusts");

const running = new AsyncDisposableStack();
let cluster: OwnCluster;
let harbor: RigHarbor;
let folder: string;
let earlier: EarlierTree | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "moorline-upgrade-"));
  running.defer(() => rmSync(folder, { recursive: true, force: true }));
  earlier = await earlierTree(folder);
  cluster = running.use(await startOwnCluster());
  harbor = running.use(await startRigHarbor());
  await harbor.createProject(home);
}, 300_000);
afterAll(() => running.disposeAsync(), 120_000);

/** `moorline install` of one of the two trees. */
async function install(main: string): Promise<void> {
  const words = ["--image=harbor.localtest/moorline:1", "--node-agent", "--yes", "--no-wait", "--lang=en"];
  await runCommand([process.execPath, main, "install", `--kubeconfig=${cluster.kubeconfigPath}`, ...words]);
}

function startController(main: string, proxy: ApiProxy, identity: string): ChaosReplica {
  const kubeconfig = join(folder, `${identity}.kubeconfig`);
  const access = { url: proxy.url, caPem: proxy.caPem, token: cluster.token };
  writeFileSync(kubeconfig, ownKubeconfig(access), { mode: 0o600 });
  const words = [
    `--kubeconfig=${kubeconfig}`,
    `--namespace=${own}`,
    "--node-agent-image=harbor.localtest/moorline:1",
    `--node-agent-namespace=${nodesHome}`,
  ];
  const replica = startChaosReplica(folder, identity, words, 0, main);
  running.defer(() => replica.end("SIGKILL"));
  return replica;
}

const proxyBefore = async (): Promise<ApiProxy> =>
  running.use(await startApiProxy({ server: { url: cluster.url, ca: cluster.caPem } }));

const caPem = (): string => readFileSync(rigAddresses().registryAuthorityPath, "utf8");

async function writeDocuments(): Promise<void> {
  const { client } = cluster;
  const options = { signal, force: true };
  const { name: username, secret: password } = administratorAccount;
  const account = { metadata: { name: "harbor", namespace: own }, stringData: { username, password } };
  await client.apply(resources.secrets, account, options);
  for (const name of projects) {
    const labels = { "kubesphere.io/workspace": home };
    await client.apply(resources.namespaces, { metadata: { name, labels } }, options);
  }
  const put = (resource: Resource, spec: object): Promise<unknown> =>
    client.apply(resource, { metadata: { name: home }, spec } as NewObject, options);
  await put(registries, {
    url: `https://${harbor.host}`,
    credential: { secretRef: { namespace: own, name: "harbor" } },
    tls: { ca: { pem: caPem() } },
  });
  await put(bindings, {
    registry: home,
    projects: { workspace: home },
    harborProject: { name: home },
    robot: { durationDays: 3650 },
  });
  await put(trusts, { registry: home });
}

interface Document extends KubernetesObject {
  readonly status?: {
    readonly observedGeneration?: number;
    readonly projects?: { readonly bound?: number };
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}
const get = (resource: Resource, name: string, namespace?: string): Promise<Document | undefined> =>
  cluster.client.get<Document>(resource, namespace === undefined ? { name } : { name, namespace }, signal);

const isReady = (document: Document | undefined): boolean =>
  document?.status?.conditions?.some((c) => c.type === "Ready" && c.status === "True") === true;

async function untilConverged(replica: ChaosReplica): Promise<void> {
  const holds = async (): Promise<boolean> => {
    const binding = await get(bindings, home);
    return (
      isReady(binding) &&
      binding?.status?.projects?.bound === projects.length &&
      binding.status.observedGeneration === binding.metadata.generation &&
      isReady(await get(registries, home)) &&
      (await get(resources.daemonSets, "moorline-node-agent", nodesHome)) !== undefined
    );
  };
  await vi.waitUntil(holds, patience).catch(async (thrown: unknown) => {
    const told = JSON.stringify([await get(bindings, home), await get(registries, home)]);
    throw new Error(`not converged: ${told}\n${replica.said()}`, { cause: thrown });
  });
}

/** What must be the same afterwards. */
async function everything(): Promise<Record<string, unknown>> {
  const state: Record<string, unknown> = {};
  for (const resource of [registries, bindings, trusts]) {
    const found = (await get(resource, home)) as Document & { readonly spec: unknown };
    const { uid, generation, finalizers } = found.metadata;
    state[resource.kind] = { uid, generation, finalizers, spec: found.spec };
  }
  for (const namespace of projects) {
    const secret = await get(resources.secrets, "harbor", namespace);
    const account = await get(resources.serviceAccounts, "default", namespace);
    // The very version: it was not written at all.
    state[`Secret/${namespace}`] = [secret?.metadata.uid, secret?.metadata.resourceVersion];
    state[`ServiceAccount/${namespace}`] = account?.metadata.resourceVersion;
  }
  state["robots"] = harbor.harbor.site.store.all("robots");
  const agent = await get(resources.daemonSets, "moorline-node-agent", nodesHome);
  state["agent"] = [agent?.metadata.uid, agent?.metadata.generation];
  return state;
}

async function variables() {
  const system = await get(resources.namespaces, "kube-system");
  return { host: harbor.host, ca: caPem(), cluster: clusterId(system?.metadata.uid ?? "") };
}

/** As the commit before left it. */
async function leaveEarlierState(tree: EarlierTree): Promise<void> {
  await install(tree.main);
  for (const resource of [registries, bindings, trusts])
    await vi.waitUntil(() => cluster.client.serves(resource, signal), patience);
  await writeDocuments();
  const controller = startController(tree.main, await proxyBefore(), "earlier");
  await untilConverged(controller);
  await controller.end("SIGTERM");
  if (process.env["MOORLINE_RIG_UPGRADE_WRITE"] !== "yes") return;
  const objects: [Resource, KubernetesObject][] = [];
  const keep = async (resource: Resource, name: string, namespace?: string): Promise<void> => {
    const found = await get(resource, name, namespace);
    if (found !== undefined) objects.push([resource, found]);
  };
  for (const resource of [registries, bindings]) await keep(resource, home);
  for (const namespace of projects) {
    await keep(resources.secrets, "harbor", namespace);
    await keep(resources.serviceAccounts, "default", namespace);
  }
  writeStored(tree.commit, objects, harbor.harbor.site.store.all("robots"), await variables());
}

/** As some earlier commit left it, from what is kept of that. */
async function restoreEarlierState(): Promise<void> {
  const { client } = cluster;
  for (const file of readdirSync(join(root, "deploy/crds"))) {
    const definition = parse(readFileSync(join(root, "deploy/crds", file), "utf8")) as NewObject;
    await client.apply(resources.customResourceDefinitions, definition, { signal, force: true });
  }
  for (const resource of [registries, bindings, trusts])
    await vi.waitUntil(() => client.serves(resource, signal), patience);
  await client.apply(resources.namespaces, { metadata: { name: own } }, { signal });
  await writeDocuments();
  const commit = await restoreStored(client, harbor.harbor.site.store, await variables());
  console.log(`this clone holds no earlier commit: objects as ${commit} stored them stand for it`);
}

describe("an upgrade", () => {
  test("loses nothing, writes nothing that need not be, and goes on with what changes then", async () => {
    if (earlier === undefined) await restoreEarlierState();
    else {
      console.log(`upgrade from ${earlier.commit}`);
      await leaveEarlierState(earlier);
    }
    const before = await everything();
    const main = join(root, "src/main.ts");
    await install(main);
    const proxy = await proxyBefore();
    const controller = startController(main, proxy, "present");
    const looked = async (): Promise<boolean> => {
      const url = /metrics at (http:\/\/\S+)\./.exec(controller.said())?.[1];
      if (url === undefined) return false;
      const text = await (await fetch(`${url}/metrics`)).text();
      return ["ProjectBinding", "HarborRegistry", "NodeTrust"].every((kind) =>
        new RegExp(`moorline_reconcile_seconds_count\\{[^}]*kind="${kind}"[^}]*\\} [1-9]`).test(text),
      );
    };
    await vi.waitUntil(() => looked().catch(() => false), patience);
    await untilConverged(controller);
    const after = await everything();
    if (earlier === undefined) {
      // What is kept holds no agent of an earlier commit: that one is made now.
      for (const key of ["agent", trusts.kind]) {
        delete before[key];
        delete after[key];
      }
    }
    expect(after).toEqual(before);
    const written = [...proxy.calls].filter(
      ([call, namespaces]) =>
        /^(?:create|update|patch|delete) (?:secrets|serviceaccounts)$/.test(call) &&
        projects.some((name) => namespaces.has(name)),
    );
    expect(written.map(([call]) => call)).toEqual([]);

    const change = { spec: { robot: { renewBeforeDays: 30 } } };
    await cluster.client.patch(bindings, { name: home }, "merge", change, { signal });
    await untilConverged(controller);
    const changed = await everything();
    for (const key of ["robots", ...projects.map((name) => `Secret/${name}`)])
      expect(changed[key]).toEqual(after[key]);
    await controller.end("SIGTERM");
  }, 600_000);
});

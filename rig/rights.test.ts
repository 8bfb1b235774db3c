import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { moorline } from "../src/faces/cli/testing/test-io.ts";
import { agentAccess, startupTaint, type AgentObject } from "../src/kinds/node-agent/objects.ts";
import {
  controllerAgentRights,
  controllerDoesWithout,
  controllerNamespaceRights,
  controllerRights,
  webhookNamespaceRights,
  webhookRights,
  type Right,
} from "../src/faces/install/rights.ts";
import { rigAddresses } from "./addresses.ts";
import { connectApi, type RigApi } from "./api.ts";
import { rigLayout } from "./layout.ts";
import { kubeletConfiguration } from "./services/kubelet.ts";
import { startPlatforms, type Platforms } from "./testing/platforms.ts";
import { workOnPlatforms } from "./testing/platforms-work.ts";
import { startApiProxy, type ApiProxy } from "./testing/api-proxy.ts";
import { administratorAccount, startRigHarbor, type RigHarbor } from "./testing/harbor.ts";
import {
  controllerArguments,
  kubeconfigOf,
  startController,
  unused,
  type Running,
} from "./testing/installed.ts";
import { importAgentImage, startRestarter, type Restarter } from "./testing/node-agent.ts";
import { pullMessage } from "./testing/pulls.ts";
import { restartKubelet } from "./up.ts";
import { startWebhook } from "./testing/webhook.ts";

const rig = rigAddresses();
const home = "rights-moorline";
const projects = ["rights-gone", "rights-leaving", "rights-staying"] as const;
const gated = "rights-gated";
const nodes = "rights-nodes";
const agentImage = "rig.localtest/moorline:rights";
/** Everything on the rig looks at all documents but what is told not to. */
const labels = { "rights-moorline": "yes" };
const apiVersion = "moorline.io/v1alpha1";
const custom = `/apis/${apiVersion}`;
/** Long enough for two busy processors, and for a namespace with pods to be gone. */
const patience = { timeout: 150_000, interval: 250 };

let api: RigApi;
let harbor: RigHarbor;
let folder: string;
/** What the controller, and what the agents ask of the API server. */
let proxy: ApiProxy;
let agents: ApiProxy;
/** A cluster with what the rig does not have. */
let platforms: Platforms | undefined;
let restarter: Restarter;
let controllerWords: readonly string[];
/** The kubelet's configuration as it was. */
let kubelet: string | undefined;
const configuration = kubeletConfiguration(rigLayout());

beforeAll(async () => {
  api = connectApi(rigLayout());
  await clean();
  harbor = await startRigHarbor();
  folder = mkdtempSync(join(tmpdir(), "moorline-rights-"));
  kubelet = await readFile(configuration, "utf8");
  proxy = await startApiProxy();
  agents = await startApiProxy({ asRig: true });
  restarter = startRestarter(join(folder, "restart.sock"));
  await importAgentImage(agentImage);
  const words = ["--image", "harbor.localtest:1/none/moorline:1", "--namespace", home, "--replicas", "1"];
  const ofAgent = [
    "--node-agent",
    "--node-agent-tuning",
    "--node-agent-taint",
    `--node-agent-namespace=${nodes}`,
    `--node-agent-image=${agentImage}`,
    `--node-agent-api-server=${new URL(agents.url).host}`,
  ];
  const more = ["--admission", "--yes", "--no-wait", "--kubeconfig", rig.kubeconfigPath];
  const { code, err } = await moorline(["install", ...words, ...ofAgent, ...more]);
  if (code !== 0) throw new Error(err);
  controllerWords = await controllerArguments((...words) => api.call(...words), home);
  // The image is nowhere: the processes run here instead, with the pods' accounts and rights.
  for (const name of ["moorline-controller", "moorline-webhook"])
    await api.call("DELETE", `/apis/apps/v1/namespaces/${home}/deployments/${name}`);
  const { name: username, secret: password } = administratorAccount;
  await api.call("POST", `/api/v1/namespaces/${home}/secrets`, {
    metadata: { name: "harbor" },
    stringData: { username, password },
  });
}, 900_000);

afterAll(async () => {
  await clean();
  await restarter?.[Symbol.asyncDispose]();
  await proxy?.[Symbol.asyncDispose]();
  await agents?.[Symbol.asyncDispose]();
  await platforms?.[Symbol.asyncDispose]();
  await harbor?.[Symbol.asyncDispose]();
  await api?.[Symbol.asyncDispose]();
  if (harbor !== undefined) rmSync(join(rig.certsDirectory, harbor.host), { recursive: true, force: true });
  if (kubelet !== undefined && (await readFile(configuration, "utf8")) !== kubelet) {
    writeFileSync(configuration, kubelet);
    await restartKubelet(rigLayout());
  }
  rmSync(folder, { recursive: true, force: true });
}, 900_000);

/** Whatever this test, or one that was cut off, left in the cluster. */
async function clean(): Promise<void> {
  for (const [plural, name] of [
    ["projectbindings", "rights"],
    ["projectbindings", "rights-gate"],
    ["harborregistries", "rights"],
    ["harborcertificates", "rights"],
    ["nodetrusts", "rights"],
    ["nodetunings", "rights"],
  ] as const) {
    // Without its finalizer: who would take it away is gone.
    await api.call(
      "PATCH",
      `${custom}/${plural}/${name}`,
      { metadata: { finalizers: null } },
      "application/merge-patch+json",
    );
    await api.call("DELETE", `${custom}/${plural}/${name}`);
  }
  for (const kind of ["clusterroles", "clusterrolebindings"])
    for (const name of ["moorline-controller", "moorline-webhook", "moorline-node-agent"])
      await api.call("DELETE", `/apis/rbac.authorization.k8s.io/v1/${kind}/${name}`);
  for (const kind of ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"])
    await api.call("DELETE", `/apis/admissionregistration.k8s.io/v1/${kind}/${home}`);
  for (const name of [home, nodes, gated, ...projects]) {
    await api.call("DELETE", `/api/v1/namespaces/${name}`);
    await vi.waitUntil(
      async () => (await api.call("GET", `/api/v1/namespaces/${name}`)).status === 404,
      patience,
    );
  }
}

/** The controller as it was installed: its arguments, its account. */
async function startInstalled(): Promise<Running> {
  const at = { namespace: home, account: "moorline-controller", folder };
  const kubeconfig = await kubeconfigOf((...words) => api.call(...words), at, proxy);
  const selector = Object.entries(labels).map(([key, value]) => `--selector=${key}=${value}`);
  return startController([...controllerWords, `--kubeconfig=${kubeconfig}`, ...selector], folder);
}

interface Taint {
  readonly key: string;
  readonly effect: string;
}
const nodePath = `/api/v1/nodes/${rig.nodeName}`;
const taints = async (): Promise<readonly Taint[]> => {
  const { body } = await api.call("GET", nodePath);
  return (body["spec"] as { taints?: readonly Taint[] }).taints ?? [];
};
const startupTaints = async (): Promise<readonly Taint[]> =>
  (await taints()).filter(({ key }) => key === startupTaint);

/** As a node that registers with it; no pod of others is kept off. */
async function setStartupTaint(): Promise<void> {
  const others = (await taints()).filter(({ key }) => key !== startupTaint);
  const body = { spec: { taints: [...others, { key: startupTaint, effect: "PreferNoSchedule" }] } };
  await api.call("PATCH", nodePath, body, "application/merge-patch+json");
}

/** The rules of a role as rights. */
const rightsIn = ({ rules }: AgentObject): readonly Right[] =>
  ((rules ?? []) as readonly { apiGroups: string[]; resources: string[]; verbs: Right["verbs"] }[]).map(
    ({ apiGroups: [group = ""], resources, verbs }) => ({ group, resources, verbs, why: "" }),
  );

const put = async (kind: string, plural: string, spec: object, name = "rights"): Promise<void> => {
  const body = { apiVersion, kind, metadata: { name, labels }, spec };
  const answer = await api.call("POST", `${custom}/${plural}`, body);
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
};
const isReady = async (plural: string): Promise<boolean> => {
  const { body } = await api.call("GET", `${custom}/${plural}/rights`);
  const { conditions = [] } = (body["status"] ?? {}) as { conditions?: { type: string; status: string }[] };
  return conditions.some((c) => c.type === "Ready" && c.status === "True");
};
const ready = async (plural: string, controller: Running): Promise<void> => {
  await vi
    .waitUntil(() => isReady(plural), patience)
    .catch(async () => {
      const { body } = await api.call("GET", `${custom}/${plural}/rights`);
      throw new Error(
        `${plural} did not become ready: ${JSON.stringify(body["status"])}\n${controller.said().slice(-3000)}`,
      );
    });
};

const vanished = async (path: string, controller: Running): Promise<void> => {
  const isGone = async (): Promise<boolean> => (await api.call("GET", path)).status === 404;
  await vi.waitUntil(isGone, patience).catch(async () => {
    const { body } = await api.call("GET", path);
    throw new Error(
      `${path} stays: ${JSON.stringify([body["metadata"], body["status"]])}\n${controller.said().slice(-3000)}`,
    );
  });
};

const registry = async (): Promise<object> => ({
  url: `https://${harbor.host}`,
  credential: { secretRef: { namespace: home, name: "harbor" } },
  tls: { ca: { pem: await readFile(rig.registryAuthorityPath, "utf8") } },
});

test(
  "the controller does its work with the rights of its manifest, and uses all",
  { timeout: 900_000 },
  async () => {
    await using controller = await startInstalled();
    for (const name of projects)
      await api.call("POST", "/api/v1/namespaces", {
        metadata: { name, labels: { "kubesphere.io/workspace": "rights" } },
      });
    const authority = { secretRef: { namespace: home, name: "authority" }, commonName: "Rights CA" };
    await put("HarborCertificate", "harborcertificates", {
      issuer: { ownAuthority: authority },
      hosts: ["harbor.rights.test"],
      deliver: { secrets: [{ namespace: home, name: "served" }] },
    });
    await put("HarborRegistry", "harborregistries", await registry());
    await put("ProjectBinding", "projectbindings", {
      registry: "rights",
      projects: { workspace: "rights" },
      harborProject: { name: "rights" },
    });
    await ready("harborcertificates", controller);
    await ready("harborregistries", controller);
    await ready("projectbindings", controller);

    // A project is deleted, one leaves, and the documents go: what releases and deletes is used too.
    const [gone, leaving, staying] = projects;
    await api.call("DELETE", `/api/v1/namespaces/${gone}`);
    await api.call(
      "PATCH",
      `/api/v1/namespaces/${leaving}`,
      { metadata: { labels: { "kubesphere.io/workspace": "other" } } },
      "application/merge-patch+json",
    );
    await vanished(`/api/v1/namespaces/${leaving}/secrets/harbor`, controller);
    for (const plural of ["projectbindings", "harborregistries", "harborcertificates"]) {
      await api.call("DELETE", `${custom}/${plural}/rights`);
      await vanished(`${custom}/${plural}/rights`, controller);
    }
    expect((await api.call("GET", `/api/v1/namespaces/${staying}/secrets/harbor`)).status).toBe(404);
  },
);

test(
  "the installed controller carries NodeTrust and NodeTuning out by agents, with the rights that both have",
  { timeout: 900_000 },
  async () => {
    await harbor.createProject(nodes, { metadata: { public: "true" } });
    await harbor.push(`${nodes}/busybox:1`);
    await setStartupTaint();
    await put("HarborRegistry", "harborregistries", await registry());
    await put("NodeTrust", "nodetrusts", {
      registry: "rights",
      runtimes: ["containerd"],
      paths: {
        containerdConfig: rig.containerdConfigPath,
        containerdSocket: rig.containerdSocket,
        state: join(folder, "trust"),
      },
      proof: { image: `${nodes}/busybox:1` },
      agent: { startupTaint: true },
    });
    await put("NodeTuning", "nodetunings", {
      registryPullQPS: 19,
      paths: { state: join(folder, "tuning") },
      restart: { command: restarter.command },
    });
    // All of it is there when the controller comes: one bundle, one rollout.
    await using controller = await startInstalled();
    await ready("nodetrusts", controller);
    await ready("nodetunings", controller);
    expect(await pullMessage(`${harbor.host}/${nodes}/busybox:1`)).toBe("pulled");
    expect(restarter.count).toBe(1);
    expect(await startupTaints()).toEqual([]);
    for (const plural of ["nodetrusts", "nodetunings"])
      await api.call("DELETE", `${custom}/${plural}/rights`);
    for (const plural of ["nodetrusts", "nodetunings"])
      await vanished(`${custom}/${plural}/rights`, controller);
    const daemonSet = `/apis/apps/v1/namespaces/${nodes}/daemonsets/moorline-node-agent`;
    await vanished(daemonSet, controller);
    await api.call("DELETE", `${custom}/harborregistries/rights`);
    await vanished(`${custom}/harborregistries/rights`, controller);
    expect(Object.fromEntries(agents.refused)).toEqual({});
    const given = agentAccess({ namespace: nodes }, { configz: true, taints: true });
    expect(unused(given.flatMap(rightsIn), [agents])).toEqual([]);
  },
);

test(
  "the controller does its work with KubeSphere, cert-manager, a Harbor chart and the cluster proxy",
  { timeout: 900_000 },
  async () => {
    const words = [
      "--image",
      "harbor.localtest:1/none/moorline:1",
      "--namespace",
      home,
      "--yes",
      "--no-wait",
    ];
    platforms = await startPlatforms(words, folder);
    await workOnPlatforms(platforms, { home, folder, registry: await registry() });
    expect(platforms.proxy.calls.size).toBeGreaterThan(0);
  },
);

test("no right of the controller was missing, and none is there for nothing", () => {
  const proxies = [proxy, platforms?.proxy].filter((each) => each !== undefined);
  const refused = proxies.flatMap((each) => [...each.refused]);
  expect(refused.filter(([call]) => !controllerDoesWithout.includes(call))).toEqual([]);
  const rights = [...controllerRights, ...controllerNamespaceRights, ...controllerAgentRights];
  expect(unused(rights, proxies).filter((right) => !rare.has(right))).toEqual([]);
});

test(
  "the webhook does its work with the rights of its manifest, and uses all",
  { timeout: 900_000 },
  async () => {
    await api.call("POST", "/api/v1/namespaces", {
      metadata: { name: gated, labels: { "kubesphere.io/workspace": gated } },
    });
    const account = `/api/v1/namespaces/${gated}/serviceaccounts/default`;
    await vi.waitUntil(async () => (await api.call("GET", account)).status === 200, patience);
    await put("HarborRegistry", "harborregistries", await registry());
    await put(
      "ProjectBinding",
      "projectbindings",
      {
        registry: "rights",
        projects: { workspace: gated },
        harborProject: { name: "rights" },
        admission: { mutate: {}, validate: { allowedProjects: [], scan: {} } },
      },
      "rights-gate",
    );
    await using proxy = await startApiProxy();
    const at = { namespace: home, account: "moorline-webhook", folder };
    const kubeconfig = await kubeconfigOf((...words) => api.call(...words), at, proxy);
    await using webhook = await startWebhook(
      home,
      `--kubeconfig=${kubeconfig}`,
      "--service=moorline-webhook",
    );
    const create = (image: string) =>
      api.call("POST", `/api/v1/namespaces/${gated}/pods?dryRun=All`, {
        metadata: { generateName: "pod-" },
        spec: { automountServiceAccountToken: false, containers: [{ name: "c", image }] },
      });
    // An image of the binding's own project makes it ask for the account, the credential and the report.
    const refused = async (): Promise<boolean> =>
      (await create(`${harbor.host}/rights/absent:1`)).status === 403;
    await vi.waitUntil(refused, patience).catch(() => {
      throw new Error(`no pod was refused: ${webhook.said().slice(-3000)}`);
    });
    expect(Object.fromEntries(proxy.refused)).toEqual({});
    const rights = [...webhookRights, ...webhookNamespaceRights];
    expect(unused(rights, [proxy]).filter((right) => !rare.has(right))).toEqual([]);
  },
);

/**
 * Rights for what happens now and then: somebody else writes the same object, an event is repeated, a certificate is
 * renewed, the last binding with admission goes; and `create`, which a server-side apply of what is not there needs.
 */
const rare = new Set([
  "get *.moorline.io",
  "get serviceaccounts",
  "patch events",
  // A lease is renewed after two seconds; on a quick machine all is done by then.
  "update leases.coordination.k8s.io",
  "update secrets",
  ...["mutating", "validating"].flatMap((which) =>
    ["get", "create"].map((verb) => `${verb} ${which}webhookconfigurations.admissionregistration.k8s.io`),
  ),
]);

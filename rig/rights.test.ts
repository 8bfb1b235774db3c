import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { stringify } from "yaml";
import { moorline } from "../src/faces/cli/testing/test-io.ts";
import {
  controllerNamespaceRights,
  controllerRights,
  webhookNamespaceRights,
  webhookRights,
  type Right,
} from "../src/faces/install/rights.ts";
import { rigAddresses } from "./addresses.ts";
import { connectApi, type RigApi } from "./api.ts";
import { rigLayout } from "./layout.ts";
import { startApiProxy, type ApiProxy } from "./testing/api-proxy.ts";
import { administratorAccount, startRigHarbor, type RigHarbor } from "./testing/harbor.ts";
import { startWebhook } from "./testing/webhook.ts";

const rig = rigAddresses();
const home = "rights-moorline";
const projects = ["rights-gone", "rights-leaving", "rights-staying"] as const;
const gated = "rights-gated";
const apiVersion = "moorline.io/v1alpha1";
const custom = `/apis/${apiVersion}`;
/** Long enough for two busy processors, and for a namespace with pods to be gone. */
const patience = { timeout: 150_000, interval: 250 };

let api: RigApi;
let harbor: RigHarbor;
let folder: string;

beforeAll(async () => {
  api = connectApi(rigLayout());
  await clean();
  harbor = await startRigHarbor();
  folder = mkdtempSync(join(tmpdir(), "moorline-rights-"));
  const words = ["--image", "harbor.localtest:1/none/moorline:1", "--namespace", home, "--replicas", "1"];
  const more = ["--admission", "--yes", "--no-wait", "--kubeconfig", rig.kubeconfigPath];
  const { code, err } = await moorline(["install", ...words, ...more]);
  if (code !== 0) throw new Error(err);
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
  await harbor?.[Symbol.asyncDispose]();
  await api?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
}, 900_000);

/** A kubeconfig of an account of the installation, through a proxy that notes what it is used for. */
async function kubeconfigOf(account: string, proxy: ApiProxy): Promise<string> {
  const path = `/api/v1/namespaces/${home}/serviceaccounts/${account}/token`;
  const answer = await api.call("POST", path, { spec: { expirationSeconds: 3600 } });
  const { token } = answer.body["status"] as { token: string };
  const file = join(folder, `${account}.kubeconfig`);
  const certificate = Buffer.from(proxy.caPem).toString("base64");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": account,
    contexts: [{ name: account, context: { cluster: "rig", user: account } }],
    clusters: [{ name: "rig", cluster: { server: proxy.url, "certificate-authority-data": certificate } }],
    users: [{ name: account, user: { token } }],
  };
  writeFileSync(file, stringify(config), { mode: 0o600 });
  return file;
}

interface Running extends AsyncDisposable {
  readonly said: () => string;
}

function startController(kubeconfig: string): Running {
  const main = join(import.meta.dirname, "../src/main.ts");
  const addresses = ["--health-address=127.0.0.1:0", "--metrics-address=127.0.0.1:0"];
  const child = spawn(
    process.execPath,
    [main, "controller", `--kubeconfig=${kubeconfig}`, `--namespace=${home}`, ...addresses],
    { env: { PATH: process.env["PATH"], HOME: folder, LANG: "C" }, stdio: ["ignore", "pipe", "pipe"] },
  );
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
  return {
    said: () => said,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}

/** Whatever this test, or one that was cut off, left in the cluster. */
async function clean(): Promise<void> {
  for (const [plural, name] of [
    ["projectbindings", "rights"],
    ["projectbindings", "rights-gate"],
    ["harborregistries", "rights"],
    ["harborcertificates", "rights"],
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
    for (const name of ["moorline-controller", "moorline-webhook"])
      await api.call("DELETE", `/apis/rbac.authorization.k8s.io/v1/${kind}/${name}`);
  for (const kind of ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"])
    await api.call("DELETE", `/apis/admissionregistration.k8s.io/v1/${kind}/${home}`);
  for (const name of [home, gated, ...projects]) {
    await api.call("DELETE", `/api/v1/namespaces/${name}`);
    await vi.waitUntil(
      async () => (await api.call("GET", `/api/v1/namespaces/${name}`)).status === 404,
      patience,
    );
  }
}

const put = async (kind: string, plural: string, spec: object, name = "rights"): Promise<void> => {
  const body = { apiVersion, kind, metadata: { name }, spec };
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
    await using proxy = await startApiProxy();
    await using controller = startController(await kubeconfigOf("moorline-controller", proxy));
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
    expect(Object.fromEntries(proxy.refused)).toEqual({});
    expect(unused([...controllerRights, ...controllerNamespaceRights], proxy)).toEqual([]);
  },
);

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
    const kubeconfig = await kubeconfigOf("moorline-webhook", proxy);
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
    expect(unused([...webhookRights, ...webhookNamespaceRights], proxy)).toEqual([]);
  },
);

/** Rights that only documents use which nothing here answers for: KubeSphere, cert-manager, Harbor's chart, mutual TLS. */
const elsewhere =
  /cert-manager|kubesphere|ingresses|networkpolicies|configmaps|services|deployments|pods|nodes|customresourcedefinitions/;

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

function unused(rights: readonly Right[], proxy: ApiProxy): readonly string[] {
  const used = [...proxy.calls.keys()];
  const isUsed = (verb: string, name: string): boolean =>
    name === "*.moorline.io"
      ? used.some((call) => call.startsWith(`${verb} `) && call.endsWith(".moorline.io"))
      : used.includes(`${verb} ${name}`);
  return rights
    .flatMap(({ group, resources, verbs }) =>
      resources.flatMap((resource) =>
        verbs.map((verb) => ({ verb, name: `${resource}${group === "" ? "" : `.${group}`}` })),
      ),
    )
    .filter(({ verb, name }) => !elsewhere.test(name) && !isUsed(verb, name))
    .map(({ verb, name }) => `${verb} ${name}`)
    .filter((right) => !rare.has(right));
}

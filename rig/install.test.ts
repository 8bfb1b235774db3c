import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { moorline } from "../src/faces/cli/testing/test-io.ts";
import { installation } from "../src/faces/install/manifests.ts";
import type { Manifest } from "../src/faces/install/objects.ts";
import { agentWorkload } from "../src/kinds/node-agent/objects.ts";
import type { InstallSettings } from "../src/faces/install/settings.ts";
import { rigAddresses } from "./addresses.ts";
import { connectApi, type RigApi } from "./api.ts";
import { rigLayout } from "./layout.ts";

const settings: InstallSettings = {
  namespace: "install-rig",
  image: "harbor.localtest:29543/rig/moorline:1",
  replicas: 2,
  imagePullSecrets: ["harbor", "second"],
  admission: true,
  nodeAgent: {
    namespace: "install-rig-nodes",
    image: "harbor.localtest:29543/rig/agent:1",
    imagePullSecrets: ["nodes"],
    apiServer: "10.0.0.1:6443",
    tuning: true,
    taint: true,
  },
};
const words = [
  "--image",
  settings.image,
  "--namespace",
  settings.namespace,
  ...settings.imagePullSecrets.flatMap((name) => ["--pull-secret", name]),
  "--admission",
  "--node-agent",
  "--node-agent-namespace=install-rig-nodes",
  "--node-agent-image=harbor.localtest:29543/rig/agent:1",
  "--node-agent-pull-secret=nodes",
  "--node-agent-api-server=10.0.0.1:6443",
  "--node-agent-tuning",
  "--node-agent-taint",
];

const documentsOf = (text: string): Manifest[] =>
  parseAllDocuments(text)
    .map((d) => d.toJS() as Manifest | null)
    .filter((d) => d !== null);
const sorted = (manifests: readonly Manifest[]): Manifest[] =>
  manifests.toSorted((a, b) => keyOf(a).localeCompare(keyOf(b)));
const keyOf = ({ kind, metadata }: Manifest): string =>
  `${kind}/${metadata.namespace ?? ""}/${metadata.name}`;
/** Helm makes the release's namespace itself. */
const isNotItsNamespace = ({ kind, metadata }: Manifest): boolean =>
  kind !== "Namespace" || metadata.name !== settings.namespace;
const { nodeAgent: _agent, ...withoutAgent } = settings;
const bare: InstallSettings = { ...withoutAgent, imagePullSecrets: [], admission: false };
const valuesFile = readFileSync(join(import.meta.dirname, "../deploy/chart/moorline/values.yaml"), "utf8");

let api: RigApi;
let home: string;
const { kubeconfigPath: kubeconfig } = rigAddresses();
beforeAll(() => {
  api = connectApi(rigLayout());
  home = mkdtempSync(join(tmpdir(), "moorline-install-"));
});
afterAll(async () => {
  rmSync(home, { recursive: true, force: true });
  await api[Symbol.asyncDispose]();
});

describe("the Helm chart", () => {
  const render = (values: object, versions: readonly string[]) =>
    spawnSync("/usr/lib/go-1.19/bin/go", ["run", "rig/testing/render-chart.go", "deploy/chart/moorline"], {
      cwd: join(import.meta.dirname, ".."),
      env: { PATH: process.env["PATH"], GO111MODULE: "off", HOME: home, GOCACHE: join(home, "cache") },
      input: JSON.stringify({
        Values: { ...(parse(valuesFile) as object), ...values },
        Release: { Namespace: settings.namespace },
        APIVersions: versions,
      }),
      encoding: "utf8",
    });

  test("rendered by Go's templates, it is what `moorline install` writes", () => {
    const { image, imagePullSecrets, nodeAgent } = settings;
    const { stdout, stderr } = render(
      { image, imagePullSecrets, admission: true, nodeAgent: { enabled: true, ...nodeAgent } },
      ["policy/v1/PodDisruptionBudget"],
    );
    expect(stderr).toBe("");
    const wanted = installation(settings, "policy/v1").filter(isNotItsNamespace);
    const rendered = documentsOf(stdout).map((m) => {
      if (m.kind !== "CustomResourceDefinition") return m;
      const { annotations, ...metadata } = m.metadata as Manifest["metadata"] & { annotations: unknown };
      expect(annotations).toEqual({ "helm.sh/resource-policy": "keep" });
      return { ...m, metadata };
    });
    expect(sorted(rendered)).toEqual(sorted(JSON.parse(JSON.stringify(wanted)) as Manifest[]));
  });

  test("of a node agent that asks for little, it gives little", () => {
    const { image } = settings;
    const few = { namespace: "nodes", imagePullSecrets: [], tuning: false, taint: false };
    const nodeAgent = { enabled: true, ...few, image: "", apiServer: "" };
    const { stdout, stderr } = render({ image, nodeAgent }, []);
    expect(stderr).toBe("");
    const wanted = installation({ ...bare, nodeAgent: { ...few, image } }, "policy/v1beta1").filter(
      (m) => isNotItsNamespace(m) && m.kind !== "CustomResourceDefinition",
    );
    const rendered = documentsOf(stdout).filter((m) => m.kind !== "CustomResourceDefinition");
    expect(sorted(rendered)).toEqual(sorted(JSON.parse(JSON.stringify(wanted)) as Manifest[]));
  });

  test("without admission and agent and on 1.20 it is the same less those", () => {
    const { image } = settings;
    const { stdout } = render({ image }, []);
    const wanted = installation(bare, "policy/v1beta1");
    expect(documentsOf(stdout).map(keyOf).sort()).toEqual(wanted.filter(isNotItsNamespace).map(keyOf).sort());
    expect(documentsOf(stdout).find((m) => m.kind === "PodDisruptionBudget")?.apiVersion).toBe(
      "policy/v1beta1",
    );
  });

  test("without an image it says so", () => {
    expect(render({}, []).stderr).toContain("which image of Moorline shall run?");
  });
});

describe("moorline install", () => {
  const path = `/api/v1/namespaces/${settings.namespace}`;
  const agentPath = "/api/v1/namespaces/install-rig-nodes";
  // What a run that was cut off left behind may still be on its way out.
  beforeAll(async () => {
    for (const each of [path, agentPath]) {
      await api.call("DELETE", each);
      await vi.waitUntil(async () => (await api.call("GET", each)).status === 404, {
        timeout: 80_000,
        interval: 250,
      });
    }
  }, 180_000);
  afterAll(async () => {
    for (const kind of ["clusterroles", "clusterrolebindings"])
      for (const name of ["moorline-controller", "moorline-webhook", "moorline-node-agent"])
        await api.call("DELETE", `/apis/rbac.authorization.k8s.io/v1/${kind}/${name}`);
    for (const each of [path, agentPath]) await api.call("DELETE", each);
  });

  test("shows what it would write, writes it, and finds nothing to do the second time", async () => {
    const run = (...more: string[]) => moorline(["install", ...words, "--kubeconfig", kubeconfig, ...more]);
    const preview = await run("--dry-run");
    expect(preview.err).toBe("");
    expect(preview.out).toContain(`create Deployment/${settings.namespace}/moorline-controller`);
    expect((await api.call("GET", path)).status).toBe(404);

    const written = await run("--yes", "--no-wait");
    expect(written.err).toBe("");
    expect(written.code).toBe(0);
    expect((await api.call("GET", path)).status).toBe(200);

    const again = await run("--yes", "--no-wait");
    const count = installation(settings, "policy/v1beta1").length;
    expect(again.out).toBe(`${count} object(s) are as they should be\n`);
  });

  test("is taken away again, and the definitions stay", async () => {
    const where = [
      "--namespace",
      settings.namespace,
      "--node-agent-namespace=install-rig-nodes",
      "--kubeconfig",
      kubeconfig,
    ];
    // What a controller would have made for a NodeTrust.
    const daemonSets = "/apis/apps/v1/namespaces/install-rig-nodes/daemonsets";
    const bundle = { documents: {}, secrets: {}, hash: "0", needs: { configz: false, taints: false } };
    const workload = agentWorkload(bundle, {
      namespace: "install-rig-nodes",
      image: "none.localtest/none:1",
    });
    const daemonSet = workload.find((m) => m.kind === "DaemonSet");
    expect((await api.call("POST", daemonSets, daemonSet)).status).toBe(201);
    const preview = await moorline(["uninstall", "--dry-run", ...where]);
    expect(preview.out).toContain(`remove Deployment/${settings.namespace}/moorline-controller`);
    const gone = await moorline(["uninstall", "--yes", ...where]);
    expect([gone.code, gone.err]).toEqual([0, ""]);
    expect((await moorline(["uninstall", ...where])).out).toContain("There is nothing of Moorline's");
    expect((await api.call("GET", path)).status).toBe(200);
    expect((await api.call("GET", `${daemonSets}/moorline-node-agent`)).status).toBe(404);
    const role = "/apis/rbac.authorization.k8s.io/v1/clusterroles/moorline-node-agent";
    expect((await api.call("GET", role)).status).toBe(404);
    const definition = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/projectbindings.moorline.io";
    expect((await api.call("GET", definition)).status).toBe(200);
  });

  test("refuses an image that is none, and asks before it writes where a person can answer", async () => {
    const wrong = await moorline(["install", "--image", "no image", "--kubeconfig", kubeconfig]);
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining("INSTALL_VALUE_INVALID")]);
    const inSystem = ["--node-agent", "--node-agent-namespace=kube-system", "--dry-run"];
    const shared = await moorline(["install", ...words.slice(0, 4), ...inSystem, "--kubeconfig", kubeconfig]);
    expect([shared.code, shared.err]).toEqual([1, expect.stringContaining("INSTALL_VALUE_INVALID")]);
    const silent = await moorline(["install", ...words, "--kubeconfig", kubeconfig]);
    expect(silent.err).toContain("CLI_CONFIRMATION_NEEDED");
  });
});

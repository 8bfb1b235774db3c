import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { parseAllDocuments } from "yaml";
import { moorline } from "../src/faces/cli/testing/test-io.ts";
import { installation } from "../src/faces/install/manifests.ts";
import type { Manifest } from "../src/faces/install/objects.ts";
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
};
const words = [
  "--image",
  settings.image,
  "--namespace",
  settings.namespace,
  ...settings.imagePullSecrets.flatMap((name) => ["--pull-secret", name]),
  "--admission",
];

const documentsOf = (text: string): Manifest[] =>
  parseAllDocuments(text)
    .map((d) => d.toJS() as Manifest | null)
    .filter((d) => d !== null);
const sorted = (manifests: readonly Manifest[]): Manifest[] =>
  manifests.toSorted((a, b) => keyOf(a).localeCompare(keyOf(b)));
const keyOf = ({ kind, metadata }: Manifest): string => `${kind}/${metadata.name}`;

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
        Values: { image: "", replicas: 2, imagePullSecrets: [], admission: false, ...values },
        Release: { Namespace: settings.namespace },
        APIVersions: versions,
      }),
      encoding: "utf8",
    });

  test("rendered by Go's templates, it is what `moorline install` writes", () => {
    const { image, imagePullSecrets } = settings;
    const { stdout, stderr } = render({ image, imagePullSecrets, admission: true }, [
      "policy/v1/PodDisruptionBudget",
    ]);
    expect(stderr).toBe("");
    const wanted = installation(settings, "policy/v1").filter((m) => m.kind !== "Namespace");
    const rendered = documentsOf(stdout).map((m) => {
      if (m.kind !== "CustomResourceDefinition") return m;
      const { annotations, ...metadata } = m.metadata as Manifest["metadata"] & { annotations: unknown };
      expect(annotations).toEqual({ "helm.sh/resource-policy": "keep" });
      return { ...m, metadata };
    });
    expect(sorted(rendered)).toEqual(sorted(JSON.parse(JSON.stringify(wanted)) as Manifest[]));
  });

  test("without admission and on 1.20 it is the same less the webhook", () => {
    const { image } = settings;
    const { stdout } = render({ image }, []);
    const wanted = installation({ ...settings, imagePullSecrets: [], admission: false }, "policy/v1beta1");
    expect(documentsOf(stdout).map(keyOf).sort()).toEqual(
      wanted
        .filter((m) => m.kind !== "Namespace")
        .map(keyOf)
        .sort(),
    );
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
  const gone = () =>
    vi.waitUntil(async () => (await api.call("GET", path)).status === 404, {
      timeout: 80_000,
      interval: 250,
    });
  // What a run that was cut off left behind may still be on its way out.
  beforeAll(async () => {
    await api.call("DELETE", path);
    await gone();
  });
  afterAll(async () => {
    for (const kind of ["clusterroles", "clusterrolebindings"])
      for (const name of ["moorline-controller", "moorline-webhook"])
        await api.call("DELETE", `/apis/rbac.authorization.k8s.io/v1/${kind}/${name}`);
    await api.call("DELETE", path);
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
    const where = ["--namespace", settings.namespace, "--kubeconfig", kubeconfig];
    const preview = await moorline(["uninstall", "--dry-run", ...where]);
    expect(preview.out).toContain(`remove Deployment/${settings.namespace}/moorline-controller`);
    const gone = await moorline(["uninstall", "--yes", ...where]);
    expect([gone.code, gone.err]).toEqual([0, ""]);
    expect((await moorline(["uninstall", ...where])).out).toContain("There is nothing of Moorline's");
    expect((await api.call("GET", path)).status).toBe(200);
    const definition = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/projectbindings.moorline.io";
    expect((await api.call("GET", definition)).status).toBe(200);
  });

  test("refuses an image that is none, and asks before it writes where a person can answer", async () => {
    const wrong = await moorline(["install", "--image", "no image", "--kubeconfig", kubeconfig]);
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining("INSTALL_VALUE_INVALID")]);
    const silent = await moorline(["install", ...words, "--kubeconfig", kubeconfig]);
    expect(silent.err).toContain("CLI_CONFIRMATION_NEEDED");
  });
});

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { build } from "esbuild";
import { parseAllDocuments, stringify } from "yaml";
import { resources, type Resource } from "../../src/clients/kubernetes/resources.ts";
import type { KubernetesObject, NewObject } from "../../src/clients/kubernetes/object.ts";
import type { BenchCluster, ClusterAddress } from "./api-server.ts";

const root = join(import.meta.dirname, "../..");
const signal = new AbortController().signal;
const own = (plural: string, kind: string): Resource => ({
  group: "moorline.io",
  version: "v1alpha1",
  plural,
  kind,
  namespaced: false,
});
const bindings = own("projectbindings", "ProjectBinding");
const registries = own("harborregistries", "HarborRegistry");

/** The controller as it is shipped, in a process of its own. */
export interface ControllerProcess extends AsyncDisposable {
  /** MiB: `VmRSS` now, `VmHWM` at its highest. */
  memory(field: "VmRSS" | "VmHWM"): number;
  /** Processor seconds since it started. */
  processor(): number;
}

/** The CRDs of the tree, and a wait until the server serves them. */
export async function installDefinitions({ client }: BenchCluster): Promise<void> {
  const folder = join(root, "deploy/crds");
  for (const name of readdirSync(folder))
    for (const document of parseAllDocuments(readFileSync(join(folder, name), "utf8"))) {
      const object = document.toJS() as NewObject | null;
      if (object === null) continue;
      await client.apply(resources.customResourceDefinitions, object, { signal, force: true });
    }
  await until(async () => (await client.serves(bindings, signal)) && client.serves(registries, signal));
}

/** One registry, and one binding for each workspace, each with a Harbor project of its own. */
export async function writeDocuments(
  { client }: BenchCluster,
  harbor: { readonly url: string; readonly ca: string; readonly password: string },
  workspaces: number,
): Promise<void> {
  const credential = { username: "admin", password: harbor.password };
  await client.apply(
    resources.secrets,
    { metadata: { namespace: "default", name: "harbor-admin" }, stringData: credential } as NewObject,
    { signal, force: true },
  );
  const secretRef = { namespace: "default", name: "harbor-admin" };
  const spec = { url: harbor.url, credential: { secretRef }, tls: { ca: { pem: harbor.ca } } };
  await client.apply(registries, { metadata: { name: "main" }, spec } as NewObject, { signal, force: true });
  for (let i = 0; i < workspaces; i++) {
    const name = `workspace-${i}`;
    const binding = { registry: "main", projects: { workspace: name }, harborProject: { name } };
    await client.apply(bindings, { metadata: { name }, spec: binding } as NewObject, { signal, force: true });
  }
}

/** How many bindings say that they are ready. */
export async function readyBindings({ client }: BenchCluster): Promise<number> {
  const { items } = await client.list<KubernetesObject>(bindings, { signal });
  return items.filter((binding) => {
    const { status } = binding as {
      readonly status?: { readonly conditions?: readonly { type: string; status: string }[] };
    };
    return status?.conditions?.some((c) => c.type === "Ready" && c.status === "True");
  }).length;
}

/** Bundles the program as `npm run build` does. */
export async function bundleProgram(home: string): Promise<string> {
  await build({
    entryPoints: [join(root, "src/main.ts")],
    outdir: home,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node24",
    mainFields: ["module", "main"],
    external: ["*.node"],
    minify: true,
    keepNames: true,
    outExtension: { ".js": ".mjs" },
    define: { MOORLINE_VERSION: '"0.0.0-bench"' },
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
  return join(home, "main.mjs");
}

export function startController(
  home: string,
  program: string,
  { server, ca, token }: ClusterAddress,
  flags: readonly string[],
): ControllerProcess {
  const kubeconfig = join(home, "kubeconfig");
  const cluster = { server, "certificate-authority-data": Buffer.from(ca).toString("base64") };
  const text = stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "bench", cluster }],
    users: [{ name: "bench", user: { token } }],
    contexts: [{ name: "bench", context: { cluster: "bench", user: "bench" } }],
    "current-context": "bench",
  });
  writeFileSync(kubeconfig, text, { mode: 0o600 });
  const options = [
    "--leader-election",
    "no",
    "--health-address",
    "127.0.0.1:0",
    "--metrics-address",
    "127.0.0.1:0",
  ];
  const child: ChildProcess = spawn(
    process.execPath,
    [...flags, program, "controller", "--kubeconfig", kubeconfig, ...options],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  const pid = String(child.pid ?? 0);
  return {
    memory: (field) => {
      const found = new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"));
      return Math.round(Number(found?.[1] ?? 0) / 1024);
    },
    processor: () => {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return (Number(fields[11]) + Number(fields[12])) / 100;
    },
    [Symbol.asyncDispose]: async () => {
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
    },
  };
}

/** Asks every half second, for half an hour at most. */
export async function until(holds: () => Promise<boolean>, everyMs = 500): Promise<void> {
  for (let left = 1_800_000 / everyMs; left > 0; left--) {
    if (await holds()) return;
    await wait(everyMs);
  }
  throw new Error("what the benchmark waits for did not come about");
}

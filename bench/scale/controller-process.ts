import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { stringify } from "yaml";
import { controllerEnvironment } from "../../src/faces/install/manifests.ts";
import type { ClusterAddress } from "./api-server.ts";

const root = join(import.meta.dirname, "../..");
/** The controller as it is shipped, in a process of its own, in the environment that its manifest gives it. */
export interface ControllerProcess extends AsyncDisposable {
  /** MiB: `VmRSS` now, `VmHWM` at its highest. */
  memory(field: "VmRSS" | "VmHWM"): number;
  /** Processor seconds since it started. */
  processor(): number;
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
    { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, ...controllerEnvironment } },
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

import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { loadKubeconfig } from "../src/clients/kubernetes/kubeconfig.ts";
import { createKubernetesClient, type KubernetesClient } from "../src/clients/kubernetes/client.ts";
import type { ClusterConfig } from "../src/clients/kubernetes/config.ts";
import { Sensitive } from "../src/model/sensitive.ts";
import { rigAddresses } from "../rig/addresses.ts";

/** The servers that a benchmark works on. */
export interface BenchPlant extends AsyncDisposable {
  readonly harbor: { readonly url: string; readonly ca: string; readonly password: string };
  readonly cluster: ClusterConfig;
  readonly client: KubernetesClient;
  /** Which Kubernetes it is, for the report. */
  readonly kubernetes: string;
}

/** The rig's kube-apiserver where it answers, else the sandbox's; the sandbox's Harbor. Each in its own process. */
export async function openPlant(): Promise<BenchPlant> {
  const password = `Bench-${randomBytes(12).toString("hex")}-A1`;
  const harbor = await startSandbox("harbor", password);
  const rig = await rigCluster();
  const embedded = rig === undefined ? await startSandbox("kubernetes", password) : undefined;
  const cluster: ClusterConfig = rig ?? {
    server: embedded?.address.url ?? "",
    tls: { ca: embedded?.address.ca ?? "" },
    namespace: "default",
    source: "sandbox",
    authorization: () => Promise.resolve(new Sensitive(`Bearer ${password}`)),
  };
  const client = createKubernetesClient(cluster, { fieldManager: "moorline" });
  const { gitVersion } = (await client.request({ method: "GET", path: "/version" })).json() as {
    gitVersion: string;
  };
  return {
    harbor: { ...harbor.address, password },
    cluster,
    client,
    kubernetes:
      rig === undefined
        ? `the sandbox's Kubernetes (${gitVersion})`
        : `the rig's kube-apiserver ${gitVersion}`,
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]();
      for (const child of [harbor.child, embedded?.child]) child?.stdin?.end();
    },
  };
}

async function rigCluster(): Promise<ClusterConfig | undefined> {
  try {
    const { kubeconfigPath } = rigAddresses();
    const config = await loadKubeconfig({ path: kubeconfigPath, environment: {} });
    await using probe = createKubernetesClient(config, { fieldManager: "moorline" });
    await probe.version(AbortSignal.timeout(5000));
    return config;
  } catch {
    // No rig on this machine, or it is down: the sandbox stands in, and the report says so.
    return undefined;
  }
}

export async function startSandbox(
  what: "harbor" | "kubernetes",
  password: string,
): Promise<{
  readonly child: ChildProcess;
  readonly address: { readonly url: string; readonly ca: string };
}> {
  const script = fileURLToPath(new URL("sandbox-process.ts", import.meta.url));
  const child = spawn(process.execPath, [script, what], {
    env: { ...process.env, BENCH_PASSWORD: password },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  return { child, address: JSON.parse(line) as { url: string; ca: string } };
}

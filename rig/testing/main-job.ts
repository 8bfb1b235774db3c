import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createKubernetesClient, type KubernetesClient } from "../../src/clients/kubernetes/client.ts";
import { loadKubeconfig } from "../../src/clients/kubernetes/kubeconfig.ts";
import type { Secret } from "../../src/clients/kubernetes/object.ts";
import { resources } from "../../src/clients/kubernetes/resources.ts";
import { isNetworkError, MoorlineError } from "../../src/model/errors.ts";
import { followSecret, type ServedPair } from "../../src/faces/cli/sandbox/follow-secret.ts";
import { rigAddresses } from "../addresses.ts";
import { connectApi } from "../api.ts";
import { tryCommand, type CommandResult } from "../command.ts";
import { names, rigLayout } from "../layout.ts";
import { ensureNamespace } from "../pods.ts";
import { startRigHarbor, type RigHarbor } from "./harbor.ts";

const rig = rigAddresses();
const root = join(import.meta.dirname, "../..");
const never = new AbortController().signal;

export const administrator = { HARBOR_USERNAME: "admin", HARBOR_PASSWORD: "Harbor12345" } as const;

/** Where the quickstart puts what Harbor serves. */
const served = { namespace: "harbor", name: "harbor-tls" } as const;

/** A Harbor that serves what HarborCertificate delivers, namespaces in the real cluster, and the quickstart made for both. */
export interface MainJob extends AsyncDisposable {
  readonly harbor: RigHarbor;
  readonly kubernetes: KubernetesClient;
  /** The documents: `examples/quickstart` with this Harbor's name and port, and the rig's paths. */
  readonly documents: string;
  /** Runs `moorline <words> -f <documents> --kubeconfig <the rig's>` as a process of its own, as Harbor's administrator. */
  moorline(...words: readonly string[]): Promise<CommandResult>;
  secret(namespace: string, name: string): Promise<Secret | undefined>;
}

export interface MainJobOptions {
  /** Harbor asks for client certificates of the quickstart's own CA. */
  readonly mutualTls?: boolean;
  /** Namespaces of each workspace; made anew. */
  readonly workspaces: Readonly<Record<string, readonly string[]>>;
}

/** Brings all of it up; disposing of it deletes the namespaces and Harbor's data again. */
export async function startMainJob(options: MainJobOptions): Promise<MainJob> {
  await using starting = new AsyncDisposableStack();
  const config = await loadKubeconfig({ path: rig.kubeconfigPath, environment: {} });
  const kubernetes = starting.use(createKubernetesClient(config, { fieldManager: "rig" }));
  const mutualTls = options.mutualTls === true;
  const harbor = starting.use(await startRigHarbor(mutualTls ? rig.registryClient : undefined));
  const workspaces = Object.entries({ ...options.workspaces, "": [served.namespace] });
  const namespaces = workspaces.flatMap(([, each]) => each);
  await removeNamespaces(kubernetes, namespaces);
  starting.defer(() => removeNamespaces(kubernetes, namespaces));
  for (const [workspace, each] of workspaces) await makeNamespaces(kubernetes, each, workspace);
  const folder = await mkdtemp(join(tmpdir(), "moorline-rig-job-"));
  starting.defer(() => rm(folder, { recursive: true }));
  const documents = await copyQuickstart(folder, harbor.host, mutualTls);

  const secret: MainJob["secret"] = (namespace, name) =>
    kubernetes.get<Secret>(resources.secrets, { namespace, name }, never);
  const serve = async (pair: ServedPair): Promise<void> => {
    if (!mutualTls) return harbor.harbor.setTls(pair);
    // Only what is below this CA counts from now on, as with nginx's ssl_client_certificate.
    const authority = (await secret(served.namespace, served.name))?.data?.["ca.crt"] ?? "";
    const clientCaPem = Buffer.from(authority, "base64").toString("utf8");
    harbor.harbor.setTls({ ...pair, clientCaPem, requireClientCertificate: true });
  };
  const following = new AbortController();
  const follower = followSecret(kubernetes, served, (pair) => void serve(pair), following.signal);
  starting.defer(async () => {
    following.abort();
    await follower.catch(() => undefined); // aborting it is what ends it
  });
  const owned = starting.move();
  return {
    harbor,
    kubernetes,
    documents,
    moorline: (...words) =>
      tryCommand([process.execPath, ...moorlineArguments(documents, words)], {
        directory: root,
        environment: { ...administrator, LANG: "C" },
        timeout: 120_000,
      }),
    secret,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The arguments of a Node that runs one command on these documents and the rig's cluster. */
export function moorlineArguments(documents: string, words: readonly string[]): readonly string[] {
  return [join(root, "src/main.ts"), ...words, "-f", documents, "--kubeconfig", rig.kubeconfigPath];
}

async function copyQuickstart(folder: string, host: string, mutualTls: boolean): Promise<string> {
  const from = join(root, "examples/quickstart");
  for (const name of await readdir(from)) {
    let text = await readFile(join(from, name), "utf8");
    text = replaced(text, name, "20-registry", "https://localhost:8443", `https://${host}`);
    text = replaced(text, name, "10-certificate", "- localhost", `- ${names.registry}`);
    if (name.startsWith("40-nodes")) text += nodeSettings(folder);
    if (mutualTls) {
      if (name.startsWith("10-certificate")) text += "  clients:\n    - name: nodes\n";
      if (name.startsWith("20-registry"))
        text += "    clientCertificate:\n      certificate: harbor\n      client: nodes\n";
    }
    await writeFile(join(folder, name), text);
  }
  return folder;
}

function replaced(text: string, name: string, only: string, from: string, to: string): string {
  if (!name.startsWith(only)) return text;
  if (!text.includes(from)) throw new Error(`the quickstart's ${name} does not hold ${from} any more`);
  return text.replace(from, to);
}

/** The rig keeps its runtimes' files in folders of its own, and its containerd is no unit of systemd's. */
function nodeSettings(folder: string): string {
  const paths = {
    containerdConfig: rig.containerdConfigPath,
    containerdCertsDir: rig.certsDirectory,
    containerdSocket: rig.containerdSocket,
    dockerCertsDir: rig.dockerCertsDirectory,
    dockerSocket: rig.dockerSocket,
    state: join(folder, "node-trust"),
  };
  return [
    "  runtimes: [containerd, docker]",
    `  paths: ${JSON.stringify(paths)}`,
    `  restart: {command: ${JSON.stringify(rig.restartContainerd)}}`,
    "",
  ].join("\n");
}

/** Makes namespaces, of a workspace unless its name is empty, and waits until pods may run in them. */
export async function makeNamespaces(
  kubernetes: KubernetesClient,
  namespaces: readonly string[],
  workspace: string,
): Promise<void> {
  await using api = connectApi(rigLayout());
  const labels = workspace === "" ? {} : { "kubesphere.io/workspace": workspace };
  for (const name of namespaces)
    await kubernetes.create(resources.namespaces, { metadata: { name, labels } }, { signal: never });
  await Promise.all(namespaces.map((name) => ensureNamespace(api, name)));
}

/** Deletes namespaces and waits until they are gone: one that is ending takes nothing new. */
export async function removeNamespaces(
  kubernetes: KubernetesClient,
  namespaces: readonly string[],
): Promise<void> {
  const signal = AbortSignal.timeout(110_000);
  for (const name of namespaces)
    await tryAgain(() => kubernetes.delete(resources.namespaces, { name }, { signal }), signal);
  const isThere = async (name: string): Promise<boolean> =>
    (await kubernetes.get(resources.namespaces, { name }, signal)) !== undefined;
  for (const name of namespaces) while (await tryAgain(() => isThere(name), signal)) await sleep(200);
}

/** A busy machine's API server once leaves a call without an answer for half a minute. */
async function tryAgain<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (thrown) {
      const passes = thrown instanceof MoorlineError && isNetworkError(thrown) && !signal.aborted;
      if (!passes) throw thrown;
    }
  }
}

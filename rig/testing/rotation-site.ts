import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { createKubernetesClient, type KubernetesClient } from "../../src/clients/kubernetes/client.ts";
import { loadKubeconfig } from "../../src/clients/kubernetes/kubeconfig.ts";
import type { Secret } from "../../src/clients/kubernetes/object.ts";
import { resources } from "../../src/clients/kubernetes/resources.ts";
import { rigAddresses } from "../addresses.ts";
import { tryCommand, type CommandResult } from "../command.ts";
import { names } from "../layout.ts";
import { startComposeHarbor, type ComposeHarbor } from "./compose-harbor.ts";
import type { Account } from "./harbor.ts";
import { administrator, makeNamespaces, removeNamespaces } from "./main-job.ts";
import { pushPullImages, startPullLoop, type PullLoop } from "./pull-loop.ts";

const rig = rigAddresses();
const root = join(import.meta.dirname, "../..");
const namespace = "rotation";
const never = new AbortController().signal;

export type Mutual = "off" | "observe" | "enforce";

/** What changes in the documents from one rotation to the next. */
export interface Declared {
  readonly mutual: Mutual;
  /** Days that a new robot lives: one that was made for fewer is due then. */
  readonly robotDays: number;
}

/**
 * A site as users have it: Harbor by docker-compose with a certificate of Moorline's CA, a node that trusts it by NodeTrust, a namespace
 * whose Secret holds a robot of ProjectBinding; and pulls that never cease.
 */
export interface RotationSite extends AsyncDisposable {
  readonly harbor: ComposeHarbor;
  readonly kubernetes: KubernetesClient;
  readonly documents: string;
  /** The CA's certificate, as the node has it. */
  readonly authorityPath: string;
  /** docker's folder for this Harbor on the node, as NodeTrust writes it. */
  readonly certificates: string;
  /** Runs `moorline <words> -f <documents> --kubeconfig <the rig's>` as a process of its own. */
  moorline(...words: readonly string[]): Promise<CommandResult>;
  /** The same; throws with what it said unless it ends with 0. */
  succeed(...words: readonly string[]): Promise<string>;
  /** The same, killed without notice after so many milliseconds; tells how it ended. */
  cutOff(afterMs: number, ...words: readonly string[]): Promise<string>;
  /** Writes the documents anew; what is not given stays. */
  declare(change: Partial<Declared>): Promise<void>;
  /** What the namespace's Secret holds now. */
  credential(): Promise<Account | undefined>;
  /** Begins to pull, with the credential of the namespace's Secret and with what NodeTrust wrote on the node. */
  startPulls(): Promise<PullLoop>;
}

/** Brings it up: everything is done by the commands that a user would type. */
export async function startRotationSite(): Promise<RotationSite> {
  await using starting = new AsyncDisposableStack();
  const config = await loadKubeconfig({ path: rig.kubeconfigPath, environment: {} });
  const kubernetes = starting.use(createKubernetesClient(config, { fieldManager: "rig" }));
  const folder = await mkdtemp(join(tmpdir(), "moorline-rig-rotation-"));
  starting.defer(() => rm(folder, { recursive: true }));
  const harbor = starting.use(await startComposeHarbor());
  await removeNamespaces(kubernetes, [namespace]);
  starting.defer(() => removeNamespaces(kubernetes, [namespace]));
  await makeNamespaces(kubernetes, [namespace], "");
  starting.defer(() => removeHostFolders(harbor.host));
  const documents = join(folder, "site.yaml");
  const certificates = join(rig.dockerCertsDirectory, harbor.host);
  const authorityPath = join(certificates, "ca.crt");
  let declared: Declared = { mutual: "off", robotDays: 30 };
  const declare: RotationSite["declare"] = (change) => {
    declared = { ...declared, ...change };
    return writeFile(documents, siteDocuments(harbor, folder, declared));
  };
  const command = (words: readonly string[]): readonly [string, ...string[]] => {
    const rest = ["-f", documents, ...(words[0] === "node" ? [] : ["--kubeconfig", rig.kubeconfigPath])];
    return [process.execPath, join(root, "src/main.ts"), ...words, ...rest];
  };
  const environment = { ...process.env, ...administrator, ...harbor.environment, LANG: "C" };
  const run = (...words: readonly string[]): Promise<CommandResult> =>
    tryCommand(command(words), { directory: root, environment, timeout: 300_000 });
  const succeed = async (...words: readonly string[]): Promise<string> => {
    const { status, stdout, stderr } = await run(...words);
    if (status !== 0)
      throw new Error(`moorline ${words.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
    return stdout;
  };
  await declare({});
  await succeed("apply", "--yes");
  await succeed("node", "apply", "--yes");
  const images = await pushPullImages(harbor.push, namespace, { authorityPath });
  const credential = (): Promise<Account | undefined> => pullCredential(kubernetes, harbor.host);
  const place = { ...images, host: harbor.host, namespace, pullSecret: "harbor", credential };
  const owned = starting.move();
  return {
    harbor,
    kubernetes,
    documents,
    authorityPath,
    certificates,
    moorline: run,
    succeed,
    cutOff: (afterMs, ...words) => killed(command(words), environment, afterMs),
    declare,
    credential,
    startPulls: () => startPullLoop(place),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function siteDocuments(harbor: ComposeHarbor, folder: string, { mutual, robotDays }: Declared): string {
  const document = (kind: string, name: string, spec: unknown) => ({
    apiVersion: "moorline.io/v1alpha1",
    kind,
    metadata: { name },
    spec,
  });
  return [
    document("HarborCertificate", "harbor", {
      issuer: { ownAuthority: { directory: join(folder, "authority"), commonName: "Rotation CA" } },
      hosts: [names.registry],
      clients: [{ name: "nodes" }],
      crl: { urls: [`http://${names.registry}:${harbor.httpPort}/crl.pem`] },
      deliver: { compose: { directory: harbor.directory } },
    }),
    document("HarborRegistry", "harbor", {
      url: `https://${harbor.host}`,
      credential: { environment: {} },
      tls: {
        ca: { certificate: "harbor" },
        clientCertificate: { certificate: "harbor", client: "nodes" },
        mutual,
        mutualTls: { directory: join(folder, "mutual-tls") },
      },
      deployment: { compose: { directory: harbor.directory } },
      kubesphere: { trustCa: "never" },
    }),
    document("NodeTrust", "nodes", {
      registry: "harbor",
      // Its name leads to 127.0.0.1, as which nginx sees whatever pulls here.
      nodes: [{ name: names.node }],
      runtimes: ["containerd", "docker"],
      paths: {
        containerdConfig: rig.containerdConfigPath,
        containerdCertsDir: rig.certsDirectory,
        containerdSocket: rig.containerdSocket,
        dockerCertsDir: rig.dockerCertsDirectory,
        dockerSocket: rig.dockerSocket,
        state: join(folder, "node-trust"),
      },
      restart: { command: [...rig.restartContainerd] },
    }),
    document("ProjectBinding", "rotation", {
      registry: "harbor",
      projects: { names: [namespace] },
      harborProject: { name: namespace },
      robot: { durationDays: robotDays, renewBeforeDays: robotDays - 1 },
    }),
  ]
    .map((each) => stringify(each))
    .join("---\n");
}

/** What the namespace's Secret says now. */
async function pullCredential(kubernetes: KubernetesClient, host: string): Promise<Account | undefined> {
  const secret = await kubernetes.get<Secret>(resources.secrets, { namespace, name: "harbor" }, never);
  const text = Buffer.from(secret?.data?.[".dockerconfigjson"] ?? "", "base64").toString("utf8");
  const { auths } = JSON.parse(text) as { auths: Readonly<Record<string, { auth: string }>> };
  const entry = Object.entries(auths).find(([key]) => key.replace(/^https:\/\//, "") === host)?.[1];
  const [name, secretText] = Buffer.from(entry?.auth ?? "", "base64")
    .toString("utf8")
    .split(":");
  return name === undefined || secretText === undefined ? undefined : { name, secret: secretText };
}

async function removeHostFolders(host: string): Promise<void> {
  for (const folder of [rig.certsDirectory, rig.dockerCertsDirectory])
    await rm(join(folder, host), { recursive: true, force: true });
}

async function killed(
  [program, ...rest]: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
  afterMs: number,
): Promise<string> {
  const child = spawn(program, rest, { cwd: root, env, stdio: "ignore" });
  const ended = new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(signal ?? `exit ${code}`));
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), afterMs);
  try {
    return await ended;
  } finally {
    clearTimeout(timer);
  }
}

import { join } from "node:path";
import { createKubernetesClient, type KubernetesClient } from "../../../clients/kubernetes/client.ts";
import { resources } from "../../../clients/kubernetes/resources.ts";
import { loadKubeconfig } from "../../../clients/kubernetes/kubeconfig.ts";
import { localHost } from "../../../clients/host/local.ts";
import { fromUnknown, MoorlineError } from "../../../model/errors.ts";
import { issueServer } from "../../../pki/leaf.ts";
import type { Authority } from "../../../pki/authority.ts";
import { startHarbor, type Harbor } from "../../../sandbox/harbor/harbor.ts";
import { startKubernetes, type SandboxKubernetes } from "../../../sandbox/kubernetes/start.ts";
import { startKubeSphere, type SandboxKubeSphere } from "../../../sandbox/kubesphere/start.ts";
import { followSecret, type ServedPair } from "./follow-secret.ts";
import { followTrust } from "./follow-trust.ts";
import type { SandboxIdentity } from "./identity.ts";
import { seededWorkspaces } from "./seed.ts";
import { seedHarbor } from "./seed-harbor.ts";

export interface ServerOptions {
  readonly data: string;
  readonly harborPort: number;
  readonly kubernetesPort: number;
  readonly kubespherePort: number;
  readonly identity: SandboxIdentity;
  readonly signal: AbortSignal;
}

/** The embedded servers, running. */
export interface SandboxServers extends AsyncDisposable {
  readonly harbor: Harbor;
  readonly kubernetes: SandboxKubernetes;
  readonly kubesphere: SandboxKubeSphere;
  readonly client: KubernetesClient;
  /** Path of a kubeconfig (0600). */
  readonly kubeconfig: string;
}

const address = "127.0.0.1";

/**
 * Starts the embedded Kubernetes, KubeSphere and Harbor, and seeds them. ks-apiserver trusts what its Deployment mounts.
 * Harbor serves a certificate of the sandbox's own at first, which nobody
 * trusts, and then whatever stands in the Secret harbor/harbor-tls.
 * @throws MoorlineError SANDBOX_PORT_TAKEN, SANDBOX_CANNOT_LISTEN, SANDBOX_DATA_UNUSABLE
 */
export async function startServers(options: ServerOptions): Promise<SandboxServers> {
  await using starting = new AsyncDisposableStack();
  const { data, identity } = options;
  const kubernetes = starting.use(
    await startKubernetes({
      directory: join(data, "kubernetes"),
      host: address,
      port: options.kubernetesPort,
      tls: { ...(await servedPair(identity.authority)), authorityPem: identity.authority.certificatePem },
      tokens: [{ token: identity.kubernetesToken, user: "sandbox-admin", groups: ["system:masters"] }],
      nodes: ["node-1", "node-2", "node-3"].map((name) => ({
        name,
        containerRuntime: "containerd://1.6.20",
      })),
      clock: () => new Date(),
    }),
  );
  const kubeconfig = join(data, "kubeconfig");
  await localHost().writeFile(kubeconfig, kubernetes.kubeconfig("sandbox-admin"), { mode: 0o600 });
  const config = await loadKubeconfig({ path: kubeconfig, environment: {} });
  const client = starting.use(createKubernetesClient(config, { fieldManager: "moorline-sandbox" }));
  const kubesphere = starting.use(await kubesphereOn(options, kubernetes));
  const harbor = starting.use(await harborOn(options));
  await makeNamespace(client, harborSecret.namespace, options.signal);
  await seedHarbor(harbor.url, identity, options.signal);
  const following = new AbortController();
  const followers = [
    followSecret(client, harborSecret, (pair) => harbor.setTls(pair), following.signal),
    followTrust(client, (roots) => kubesphere.setTrust(roots), following.signal),
  ];
  starting.defer(async () => {
    following.abort();
    await Promise.allSettled(followers); // the cluster is going away with them
  });
  const owned = starting.move();
  return {
    harbor,
    kubernetes,
    kubesphere,
    client,
    kubeconfig,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Where HarborCertificate puts what Harbor serves; the quickstart names it. */
const harborSecret = { namespace: "harbor", name: "harbor-tls" } as const;

async function makeNamespace(client: KubernetesClient, name: string, signal: AbortSignal): Promise<void> {
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
  await client.apply(resources.namespaces, namespace, { signal, force: true });
}

async function kubesphereOn(
  options: ServerOptions,
  kubernetes: SandboxKubernetes,
): Promise<SandboxKubeSphere> {
  return startKubeSphere({
    kubernetes,
    version: "3.4.1",
    host: address,
    port: options.kubespherePort,
    tls: await servedPair(options.identity.authority),
    workspaces: Object.entries(seededWorkspaces).map(([name, projects]) => ({ name, projects })),
    clock: () => new Date(),
  });
}

async function harborOn({ data, harborPort, identity }: ServerOptions): Promise<Harbor> {
  try {
    return await startHarbor({
      directory: join(data, "harbor"),
      host: address,
      port: harborPort,
      hostname: "localhost",
      tls: await servedPair(identity.authority),
      adminPassword: identity.harborPassword,
      volume: data,
    });
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "EADDRINUSE")
      throw new MoorlineError("SANDBOX_PORT_TAKEN", { subject: `${address}:${harborPort}`, cause: thrown });
    throw fromUnknown(thrown, "the embedded Harbor");
  }
}

async function servedPair(authority: Authority): Promise<ServedPair> {
  const leaf = await issueServer(authority, {
    dnsNames: ["localhost"],
    ipAddresses: [address],
    keyType: "ECDSA_P256",
    validityDays: 90,
    now: new Date(),
  });
  return { certificatePem: leaf.chainPem, privateKeyPem: leaf.privateKeyPem };
}

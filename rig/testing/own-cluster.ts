import { spawn, type ChildProcess } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { openSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { makeAuthority } from "../../src/clients/http/testing/certificates.ts";
import { createKubernetesClient, type KubernetesClient } from "../../src/clients/kubernetes/client.ts";
import { loadKubeconfig } from "../../src/clients/kubernetes/kubeconfig.ts";
import { kubernetesBinaries } from "../kubernetes/cache.ts";
import { rigLayout } from "../layout.ts";

/** An API server with its etcd and the controllers that namespaces need, beside the rig's and without a node. */
export interface OwnCluster extends AsyncDisposable {
  readonly url: string;
  readonly caPem: string;
  /** An administrator's, by token. */
  readonly token: string;
  readonly kubeconfigPath: string;
  readonly client: KubernetesClient;
  /** A folder that goes with the cluster. */
  readonly home: string;
  /** Ends the API server without a word, and starts it again over the same data; waits until it answers. */
  killApiServer(): Promise<void>;
}

const controllers = [
  "namespace",
  "serviceaccount",
  "serviceaccount-token",
  "root-ca-cert-publisher",
  "daemonset",
  "garbagecollector",
] as const;

/** Starts it on free ports, from the rig's cached binaries; for tests that kill servers, which the rig's must not be. */
export async function startOwnCluster(): Promise<OwnCluster> {
  const binaries = await kubernetesBinaries(rigLayout().cache, () => undefined);
  const home = await mkdtemp(join(tmpdir(), "moorline-own-cluster-"));
  const at = (name: string): string => join(home, name);
  const stack = new AsyncDisposableStack();
  stack.defer(() => rm(home, { recursive: true, force: true }));
  const start = (command: readonly string[]): ChildProcess => {
    const log = openSync(at(`${(command[0] ?? "").split("/").at(-1)}.log`), "a");
    // Killed with this process, however that ends.
    return spawn("setpriv", ["--pdeathsig", "KILL", ...command], { stdio: ["ignore", log, log] });
  };
  try {
    const [etcdPort = 0, peerPort = 0, apiPort = 0, managerPort = 0] = await freePorts(4);
    const token = randomBytes(16).toString("hex");
    const caPem = await writeKeys(at, token);
    const url = `https://127.0.0.1:${apiPort}`;
    const etcdUrl = `http://127.0.0.1:${etcdPort}`;
    const kubeconfigPath = at("kubeconfig");
    await writeFile(kubeconfigPath, ownKubeconfig({ url, caPem, token }), { mode: 0o600 });

    const etcd = start(etcdCommand(at("etcd"), etcdUrl, `http://127.0.0.1:${peerPort}`));
    stack.defer(() => end(etcd));
    await answering("etcd", home, async () =>
      (await (await fetch(`${etcdUrl}/health`)).text()).includes('"true"'),
    );
    const apiCommand = apiServerCommand(join(binaries, "kube-apiserver"), at, etcdUrl, String(apiPort));
    let apiServer = start(apiCommand);
    stack.defer(() => end(apiServer));
    const config = await loadKubeconfig({ path: kubeconfigPath, environment: {} });
    const client = stack.use(createKubernetesClient(config, { fieldManager: "rig" }));
    const ready = (): Promise<void> =>
      answering(
        "kube-apiserver",
        home,
        async () => (await client.request({ method: "GET", path: "/readyz" })).text() === "ok",
      );
    await ready();
    const manager = start([
      join(binaries, "kube-controller-manager"),
      `--kubeconfig=${kubeconfigPath}`,
      "--bind-address=127.0.0.1",
      "--port=0",
      `--secure-port=${managerPort}`,
      "--leader-elect=false",
      `--controllers=${controllers.join(",")}`,
      `--service-account-private-key-file=${at("accounts.key")}`,
      `--root-ca-file=${at("ca.pem")}`,
      "--kube-api-qps=200",
      "--kube-api-burst=400",
    ]);
    stack.defer(() => end(manager));
    const held = stack.move();
    return {
      url,
      caPem,
      token,
      kubeconfigPath,
      client,
      home,
      killApiServer: async () => {
        await end(apiServer);
        apiServer = start(apiCommand);
        await ready();
      },
      [Symbol.asyncDispose]: () => held.disposeAsync(),
    };
  } catch (thrown) {
    await stack.disposeAsync();
    throw thrown;
  }
}

/** A kubeconfig for a bearer token. */
export function ownKubeconfig(of: {
  readonly url: string;
  readonly caPem: string;
  readonly token: string;
}): string {
  const certificate = Buffer.from(of.caPem).toString("base64");
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "own",
    contexts: [{ name: "own", context: { cluster: "own", user: "own" } }],
    clusters: [{ name: "own", cluster: { server: of.url, "certificate-authority-data": certificate } }],
    users: [{ name: "own", user: { token: of.token } }],
  });
}

async function writeKeys(at: (name: string) => string, token: string): Promise<string> {
  const authority = makeAuthority("Own cluster CA");
  const pair = authority.issue({ san: "DNS:localhost,IP:127.0.0.1" });
  await writeFile(at("ca.pem"), authority.certificate);
  await writeFile(at("server.pem"), pair.certificate);
  await writeFile(at("server.key"), pair.key, { mode: 0o600 });
  // PKCS #8 with an EC key is not read here by 1.20; SEC 1 is.
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  await writeFile(at("accounts.key"), privateKey.export({ format: "pem", type: "sec1" }), { mode: 0o600 });
  await writeFile(at("tokens.csv"), `${token},admin,admin,system:masters\n`, { mode: 0o600 });
  return authority.certificate;
}

const etcdCommand = (data: string, client: string, peer: string): readonly string[] => [
  "etcd",
  `--data-dir=${data}`,
  `--listen-client-urls=${client}`,
  `--advertise-client-urls=${client}`,
  `--listen-peer-urls=${peer}`,
  `--initial-advertise-peer-urls=${peer}`,
  `--initial-cluster=default=${peer}`,
  "--unsafe-no-fsync",
  "--logger=zap",
  "--log-level=warn",
];

const apiServerCommand = (
  binary: string,
  at: (name: string) => string,
  etcdUrl: string,
  port: string,
): readonly string[] => [
  binary,
  `--etcd-servers=${etcdUrl}`,
  "--bind-address=127.0.0.1",
  `--secure-port=${port}`,
  "--advertise-address=127.0.0.1",
  "--endpoint-reconciler-type=none",
  "--service-cluster-ip-range=10.96.0.0/16",
  "--authorization-mode=RBAC",
  // The agent's pods are privileged.
  "--allow-privileged=true",
  `--token-auth-file=${at("tokens.csv")}`,
  `--tls-cert-file=${at("server.pem")}`,
  `--tls-private-key-file=${at("server.key")}`,
  "--service-account-issuer=https://kubernetes.default.svc",
  `--service-account-key-file=${at("accounts.key")}`,
  `--service-account-signing-key-file=${at("accounts.key")}`,
  "--profiling=false",
];

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}

async function answering(name: string, home: string, ask: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + 180_000;
  for (;;) {
    if (await ask().catch(() => false)) return;
    if (Date.now() > until) {
      const log = await readFile(join(home, `${name}.log`), "utf8").catch(() => "");
      throw new Error(`${name} does not answer:\n${log.split("\n").slice(-10).join("\n")}`);
    }
    await sleep(100);
  }
}

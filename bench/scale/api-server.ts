import { spawn, type ChildProcess } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, openSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { rigLayout } from "../../rig/layout.ts";
import { makeAuthority } from "../../src/clients/http/testing/certificates.ts";
import { createKubernetesClient, type KubernetesClient } from "../../src/clients/kubernetes/client.ts";
import type { ClusterConfig } from "../../src/clients/kubernetes/config.ts";
import { Sensitive } from "../../src/model/sensitive.ts";

/** Where a process reaches the API server of a benchmark. */
export interface ClusterAddress {
  readonly server: string;
  readonly ca: string;
  readonly token: string;
}

export interface BenchCluster extends AsyncDisposable {
  readonly address: ClusterAddress;
  readonly client: KubernetesClient;
  readonly etcdUrl: string;
  /** Resident memory of the API server, in MiB. */
  apiServerMemory(): Promise<number>;
  /** Processor seconds of API server and etcd since they started. */
  processor(): Promise<number>;
}

export function configOf({ server, ca, token }: ClusterAddress): ClusterConfig {
  return {
    server,
    tls: { ca },
    namespace: "default",
    source: "benchmark",
    authorization: () => Promise.resolve(new Sensitive(`Bearer ${token}`)),
  };
}

/** The rig's built kube-apiserver; undefined where the rig was never built on this machine. */
async function cachedBinary(): Promise<string | undefined> {
  const { cache } = rigLayout();
  const folders = existsSync(cache) ? await readdir(cache) : [];
  return folders
    .filter((name) => name.startsWith("kubernetes-") && existsSync(join(cache, name, "complete")))
    .map((name) => join(cache, name, "kube-apiserver"))[0];
}

/**
 * A kube-apiserver and an etcd of their own, on free ports, as the peers' figures were measured: etcd without fsync, no
 * kubelet, no controllers. Both end with this process.
 * @param fill puts into etcd what there is from the beginning; the API server must not be watching while thousands of
 *   objects come in one transaction, for it resumes between revisions, and they all have one
 * @returns undefined where the rig's cache has no kube-apiserver or the machine no etcd
 */
export async function startCluster(
  fill: (etcdUrl: string) => Promise<void>,
): Promise<BenchCluster | undefined> {
  const binary = await cachedBinary();
  if (binary === undefined || !existsSync("/usr/bin/etcd")) return undefined;
  const home = await mkdtemp(join(tmpdir(), "moorline-scale-"));
  const children: ChildProcess[] = [];
  const start = (name: string, command: readonly string[]): ChildProcess => {
    // Killed with this process, however that ends.
    const rest = ["--pdeathsig", "KILL", ...command];
    const log = openSync(join(home, `${name}.log`), "a");
    const child = spawn("setpriv", rest, { stdio: ["ignore", log, log] });
    children.push(child);
    return child;
  };
  const [etcdPort, peerPort, apiPort] = await freePorts(3);
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  start("etcd", etcdCommand(home, etcdUrl, `http://127.0.0.1:${peerPort}`));
  await answering(async () => (await (await fetch(`${etcdUrl}/health`)).text()).includes('"true"'), home);
  await fill(etcdUrl);
  const token = randomBytes(16).toString("hex");
  const authority = makeAuthority("Benchmark CA");
  const pair = authority.issue({ san: "DNS:localhost,IP:127.0.0.1" });
  const at = (name: string): string => join(home, name);
  await writeFile(at("server.pem"), pair.certificate);
  await writeFile(at("server.key"), pair.key, { mode: 0o600 });
  // PKCS #8 with an EC key is not read here by 1.20; SEC 1 is.
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const signing = privateKey.export({ format: "pem", type: "sec1" });
  await writeFile(at("accounts.key"), signing, { mode: 0o600 });
  await writeFile(at("tokens.csv"), `${token},admin,admin,system:masters\n`, { mode: 0o600 });
  const server = start("kube-apiserver", apiServerCommand(binary, at, etcdUrl, String(apiPort)));
  const address = { server: `https://127.0.0.1:${apiPort}`, ca: authority.certificate, token };
  const client = createKubernetesClient(configOf(address), {
    fieldManager: "moorline",
    // A server with a hundred thousand pods on a busy machine takes its time to tell what it counted.
    timeoutMs: 600_000,
  });
  await answering(
    async () => (await client.request({ method: "GET", path: "/readyz" })).text() === "ok",
    home,
  );
  return {
    address,
    client,
    etcdUrl,
    apiServerMemory: () => residentMemory(server.pid ?? 0),
    processor: async () => {
      const all = await Promise.all(children.map((child) => processorSeconds(child.pid ?? 0)));
      return all.reduce((sum, each) => sum + each, 0);
    },
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]();
      for (const child of children.toReversed()) {
        const gone = once(child, "exit");
        child.kill("SIGKILL");
        await gone;
      }
      await rm(home, { recursive: true, force: true });
    },
  };
}

function etcdCommand(home: string, client: string, peer: string): readonly string[] {
  return [
    "etcd",
    `--data-dir=${join(home, "etcd")}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    "--unsafe-no-fsync",
    "--quota-backend-bytes=8589934592",
    // What is filled in goes a thousand objects at a time.
    "--max-txn-ops=2000",
    "--max-request-bytes=33554432",
    "--logger=zap",
    "--log-level=warn",
  ];
}

function apiServerCommand(
  binary: string,
  at: (name: string) => string,
  etcdUrl: string,
  port: string,
): readonly string[] {
  return [
    binary,
    `--etcd-servers=${etcdUrl}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${port}`,
    "--advertise-address=127.0.0.1",
    "--endpoint-reconciler-type=none",
    "--service-cluster-ip-range=10.96.0.0/16",
    "--authorization-mode=RBAC",
    `--token-auth-file=${at("tokens.csv")}`,
    `--tls-cert-file=${at("server.pem")}`,
    `--tls-private-key-file=${at("server.key")}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${at("accounts.key")}`,
    `--service-account-signing-key-file=${at("accounts.key")}`,
    "--max-requests-inflight=4000",
    "--max-mutating-requests-inflight=2000",
    "--enable-priority-and-fairness=false",
    "--profiling=false",
  ];
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((s) => once(s, "listening")));
  const ports = servers.map((s) => (s.address() as AddressInfo).port);
  await Promise.all(servers.map((s) => once(s.close(), "close")));
  return ports;
}

async function answering(ask: () => Promise<boolean>, home: string): Promise<void> {
  for (let left = 600; left > 0; left--) {
    try {
      if (await ask()) return;
    } catch {
      // Not listening yet.
    }
    await wait(100);
  }
  throw new Error(`a server of the benchmark does not answer; its log is in ${home}`);
}

/** Processor seconds of a process since it started; the kernel counts in hundredths (proc(5), stat). */
async function processorSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** MiB of a process that are in memory now. */
async function residentMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024);
}

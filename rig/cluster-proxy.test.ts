import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, connect as connectTcp, type Server } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { rigAddresses } from "./addresses.ts";
import { connectApi, type RigApi } from "./api.ts";
import { runCommand, tryCommand, type CommandResult } from "./command.ts";
import { nginxProxyImage } from "./images/nginx-proxy.ts";
import { pushToRegistry } from "./images/push.ts";
import { ports, rigLayout } from "./layout.ts";
import { ensureNamespace, runPod } from "./pods.ts";
import { administratorAccount, startRigHarbor, type RigHarbor } from "./testing/harbor.ts";

const rig = rigAddresses();
const layout = rigLayout();
/** A name of its own each time: one that is going away can not be used again at once. */
const namespace = `cluster-proxy-${Date.now().toString(36)}`;
const image = "rig/nginx-proxy:1";
/** containerd speaks plain HTTP to loopback addresses, and to those alone. */
const registry = `127.0.0.1:${ports.registry}`;

let harbor: RigHarbor;
let api: RigApi;
let folder: string;
let gateway: Server;

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly status: {
    readonly podIP?: string;
    readonly containerStatuses?: readonly { readonly restartCount: number; readonly ready: boolean }[];
  };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "moorline-rig-proxy-"));
  api = connectApi(layout);
  harbor = await startRigHarbor(rig.registryClient);
  await pushToRegistry(layout, await nginxProxyImage(), image);
  await ensureNamespace(api, namespace, "default");
  gateway = await reachableFromPods();
}, 180_000);

afterAll(async () => {
  await api?.call("DELETE", `/api/v1/namespaces/${namespace}`);
  gateway?.close();
  await harbor?.[Symbol.asyncDispose]();
  await api?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Pods see the machine by the address of their bridge, and Harbor listens on 127.0.0.1 alone. */
async function reachableFromPods(): Promise<Server> {
  // The bridge is there once a pod is.
  await runPod({ image: `${registry}/rig/busybox:1`, namespace });
  const port = harbor.harbor.port;
  const server = createServer((from) => {
    const to = connectTcp(port, "127.0.0.1");
    from.on("error", () => to.destroy()).pipe(to);
    to.on("error", () => from.destroy()).pipe(from);
  });
  server.listen(port, await bridgeAddress());
  await once(server, "listening");
  return server;
}

async function bridgeAddress(): Promise<string> {
  const said = await runCommand(["ip", "-4", "-o", "address", "show", "dev", "moorline-rig0"]);
  return /inet ([\d.]+)\//.exec(said)?.[1] ?? "";
}

/** @param extra one more name, so that the certificate is issued anew */
async function documents(extra: readonly string[] = []): Promise<string> {
  const { certificatePath, keyPath } = rig.registryClient;
  const all = [
    {
      kind: "HarborCertificate",
      metadata: { name: "proxy" },
      spec: {
        hosts: ["harbor.localtest", ...extra],
        issuer: { ownAuthority: { commonName: "Proxy CA", directory: join(folder, "ca") } },
        deliver: { secrets: [{ namespace, name: "proxy-tls" }] },
      },
    },
    {
      kind: "HarborRegistry",
      metadata: { name: "harbor" },
      spec: {
        url: `https://${harbor.host}`,
        credential: { environment: {} },
        tls: {
          ca: { file: rig.registryAuthorityPath },
          clientCertificate: { files: { certificate: certificatePath, privateKey: keyPath } },
        },
        kubesphere: { trustCa: "never" },
        clusterProxy: {
          namespace,
          image: `${registry}/${image}`,
          replicas: 1,
          upstreamAddress: await bridgeAddress(),
          certificate: { certificate: "proxy", secret: "proxy-tls" },
          allowedSources: [{ namespaces: {} }],
        },
      },
    },
  ];
  const path = join(folder, "proxy.yaml");
  const text = all.map((d) => stringify({ apiVersion: "moorline.io/v1alpha1", ...d })).join("---\n");
  await writeFile(path, text);
  return path;
}

async function moorline(command: string, path: string, ...more: readonly string[]): Promise<CommandResult> {
  const main = join(import.meta.dirname, "../src/main.ts");
  const words = [command, "-f", path, "--lang", "en", "--kubeconfig", rig.kubeconfigPath, ...more];
  const environment = {
    HARBOR_USERNAME: administratorAccount.name,
    HARBOR_PASSWORD: administratorAccount.secret,
  };
  return tryCommand([process.execPath, main, ...words], { timeout: 150_000, environment });
}

async function pod(): Promise<Pod> {
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=app.kubernetes.io%2Fname%3Dmoorline-cluster-proxy`;
  const { body } = await api.call("GET", path);
  const found = (body["items"] as readonly Pod[]).find((p) => p.metadata.deletionTimestamp === undefined);
  if (found === undefined) throw new Error("the proxy has no pod");
  return found;
}

interface Answer {
  readonly status: number;
  readonly serial: string;
  readonly text: string;
}

/** One request without any certificate, as ks-apiserver would send it. */
async function ask(address: string, port: number, path: string, ca: string): Promise<Answer> {
  const socket = connectTls({ host: address, port, servername: "harbor.localtest", ca });
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
  await once(socket, "secureConnect");
  const serial = socket.getPeerCertificate().serialNumber;
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${harbor.host}\r\nConnection: close\r\n\r\n`);
  await once(socket, "close");
  return { status: Number(text.split(" ")[1] ?? 0), serial, text };
}

const proxyAuthority = (): Promise<string> => readFile(join(folder, "ca/ca.pem"), "utf8");

describe("the proxy in the cluster", () => {
  test("lets a client without a certificate in, which Harbor itself refuses", async () => {
    const applied = await moorline("apply", await documents(), "--yes");
    expect(applied.status === 0 ? "" : `${applied.stdout}${applied.stderr}`).toBe("");
    expect(applied.stdout).toContain("answers through the proxy to a client without a certificate");
    const ca = await proxyAuthority();
    const { podIP = "" } = (await pod()).status;
    const through = await ask(podIP, 8443, "/v2/", ca);
    expect(through.status).toBe(401);
    // Harbor's own realm, by its own name: tokens are asked for through the same way.
    expect(through.text).toContain(`realm="https://${harbor.host}/service/token"`);
    const registryCa = await readFile(rig.registryAuthorityPath, "utf8");
    const direct = await ask("127.0.0.1", harbor.harbor.port, "/v2/", registryCa).catch(() => undefined);
    expect(direct?.status ?? 0).not.toBe(401);
    for (const path of ["/api/v2.0/ping", "/", "/v2/../api/v2.0/ping", "/v2/%2e%2e/api/v2.0/ping"])
      expect([path, (await ask(podIP, 8443, path, ca)).status]).toEqual([path, 403]);
    expect((await moorline("plan", await documents())).status).toBe(0);
  }, 180_000);

  test("takes up a new certificate without a restart and without one refused connection", async () => {
    const before = await pod();
    const { podIP = "" } = before.status;
    const ca = await proxyAuthority();
    const { serial } = await ask(podIP, 8443, "/v2/", ca);
    expect(await moorline("apply", await documents(["other.localtest"]), "--yes")).toMatchObject({
      status: 0,
    });
    // The kubelet looks at Secrets once a minute; a change of the pod makes it look now.
    const path = `/api/v1/namespaces/${namespace}/pods/${before.metadata.name}`;
    await api.call(
      "PATCH",
      path,
      { metadata: { annotations: { look: "now" } } },
      "application/merge-patch+json",
    );
    const failures: unknown[] = [];
    await expect
      .poll(
        async () => {
          const answer = await ask(podIP, 8443, "/v2/", ca).catch(
            (thrown: unknown) => void failures.push(thrown),
          );
          if (answer !== undefined && answer.status !== 401) failures.push(answer.status);
          return answer?.serial;
        },
        { timeout: 100_000, interval: 100 },
      )
      .not.toBe(serial);
    expect(failures).toEqual([]);
    const after = await pod();
    expect(after.metadata.name).toBe(before.metadata.name);
    expect(after.status.containerStatuses?.[0]).toMatchObject({ restartCount: 0, ready: true });
  }, 180_000);

  test("runs without rights: nobody's root, nothing writable, no token", async () => {
    const { body } = await api.call(
      "GET",
      `/api/v1/namespaces/${namespace}/pods/${(await pod()).metadata.name}`,
    );
    expect(body).toMatchObject({
      spec: {
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        containers: [{ securityContext: { readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } } }],
      },
    });
  });

  test("goes away with its document", async () => {
    expect(await moorline("destroy", await documents(), "--yes")).toMatchObject({ status: 0 });
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/harbor-proxy`;
    expect((await api.call("GET", path)).status).toBe(404);
  });
});

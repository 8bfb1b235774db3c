import { createServer } from "node:http";
import { createServer as createHttps } from "node:https";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Host } from "../../../../clients/host/host.ts";
import { makeAuthority } from "../../../../clients/http/testing/certificates.ts";
import { localHost } from "../../../../clients/host/local.ts";
import { documentOf } from "../../../../kinds/harbor-certificate/testing/world.ts";
import { harborRegistrySchema } from "../../../../kinds/harbor-registry/schema.ts";
import { testWorld } from "../../../../kinds/harbor-registry/testing/world.ts";
import { nodesOf } from "../../../../kinds/node-trust/nodes.ts";
import { nodeTrustSchema } from "../../../../kinds/node-trust/schema.ts";
import { startPlant, type Plant } from "../../../../kinds/project-binding/testing/plant.ts";
import { diagnose } from "../../diagnose.ts";
import type { Evidence } from "../../evidence.ts";
import { probeOnNode } from "./on-node.ts";

const { signal } = new AbortController();
let plant: Plant;
let proxy: { port: number; isOpen: boolean; to: number; close(): void };
beforeAll(async () => {
  plant = await startPlant();
  proxy = await startProxy();
});
afterAll(async () => {
  proxy.close();
  await plant[Symbol.asyncDispose]();
});

/** A forward proxy that lets everything through, or nothing. */
async function startProxy(): Promise<typeof proxy> {
  const server = createServer();
  const state = { port: 0, isOpen: true, to: plant.harbor.port, close: () => void server.close() };
  server.on("connect", (request, socket) => {
    if (!state.isOpen) return socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    const onward = connect(state.to, "localhost", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      socket.pipe(onward).pipe(socket);
    });
    socket.on("error", () => onward.destroy());
    return onward.on("error", () => socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  state.port = (server.address() as AddressInfo).port;
  return state;
}

interface Node {
  readonly root: string;
  readonly put: (path: string, text: string) => Promise<void>;
  /** Seconds that its clock is ahead. */
  ahead: number;
  /** What `systemctl show` says of the runtime's service; undefined where there is no systemd. */
  service: string | undefined;
  url: string;
  ca: string;
  runtimes: readonly string[];
}

let node: Node;
beforeEach(async () => {
  const root = await mkdtemp(join(tmpdir(), "moorline-on-node-"));
  const put = async (path: string, text: string): Promise<void> => {
    await mkdir(join(root, dirname(path)), { recursive: true });
    await writeFile(join(root, path), text);
  };
  proxy.isOpen = true;
  proxy.to = plant.harbor.port;
  node = {
    root,
    put,
    ahead: 0,
    service: "Environment=\n",
    url: plant.harbor.url,
    ca: plant.caPem,
    runtimes: ["containerd"],
  };
  const { host } = new URL(plant.harbor.url);
  await put("etc/containerd/config.toml", configToml);
  await put(`etc/containerd/certs.d/${host}/moorline-ca.crt`, plant.caPem);
  const level = `ca = ["/etc/containerd/certs.d/${host}/moorline-ca.crt"]`;
  await put(
    `etc/containerd/certs.d/${host}/hosts.toml`,
    `server = "https://${host}"\n${level}\n\n[host."https://${host}"]\n${level}\n`,
  );
});
afterEach(() => rm(node.root, { recursive: true, force: true }));

const configToml = `version = 2
[plugins."io.containerd.grpc.v1.cri".registry]
config_path = "/etc/containerd/certs.d"
`;
const certsD = () => `etc/containerd/certs.d/${new URL(node.url).host}`;

async function ask(): Promise<readonly Evidence[]> {
  const documents = [
    documentOf(harborRegistrySchema, "main", {
      url: node.url,
      credential: { environment: {} },
      tls: { ca: { file: "/ca.crt" } },
      kubesphere: { trustCa: "never" },
    }),
    documentOf(nodeTrustSchema, "nodes", {
      registry: "main",
      runtimes: node.runtimes,
      nodes: [{ name: "worker-1", on: { ssh: { host: "worker-1", identityFile: "id" } } }],
    }),
  ];
  await node.put("ca.crt", node.ca);
  const local = localHost({ root: node.root });
  const run: Host["run"] = async (argv, options) => {
    const says = (stdout: string) => ({ exitCode: 0, stdout, stderr: "", truncated: false });
    if (argv[0] === "date") return says(`${Math.floor(Date.now() / 1000) + node.ahead}\n`);
    return node.service === undefined || argv[0] !== "systemctl"
      ? local.run(argv, options)
      : says(node.service);
  };
  await using world = testWorld({ documents, root: node.root });
  const [listed] = nodesOf(documents);
  if (listed === undefined) throw new Error("no node is listed");
  const openHost = () => Promise.resolve({ ...local, run });
  return await probeOnNode({ node: listed, world: { ...world, openHost } }, signal);
}

const codes = async (evidence: readonly Evidence[]): Promise<readonly string[]> =>
  (await diagnose(evidence, Date.now(), signal)).map(({ cause }) => cause.code);

describe("a node seen from within", () => {
  test("is well where its files are as the documents say and the registry answers over them", async () => {
    const evidence = await ask();
    expect(evidence.map(({ probe, outcome }) => [probe, outcome])).toEqual([
      ["clock", "fine"],
      ["node-files", "fine"],
      ["node-way", "fine"],
    ]);
  });

  test("is only looked at: nothing is written", async () => {
    const before = await readdir(node.root, { recursive: true });
    await ask();
    expect((await readdir(node.root, { recursive: true })).filter((f) => f !== "ca.crt")).toEqual(before);
  });

  test.each<[string, string, () => Promise<void> | void]>([
    [
      "a hosts.toml that is no TOML",
      "HOSTS_FILE_BROKEN",
      () => node.put(`${certsD()}/hosts.toml`, "server = =\n"),
    ],
    [
      "a hosts.toml whose host is no table",
      "HOSTS_FILE_BROKEN",
      () => node.put(`${certsD()}/hosts.toml`, 'host = "https://harbor.example.com"\n'),
    ],
    [
      "a configuration that is no TOML",
      "RUNTIME_CONFIG_BROKEN",
      () => node.put("etc/containerd/config.toml", "version = = 2"),
    ],
    [
      "settings beside config_path",
      "CONFIG_PATH_CONFLICT",
      () =>
        node.put(
          "etc/containerd/config.toml",
          `${configToml}[plugins."io.containerd.grpc.v1.cri".registry.mirrors."docker.io"]\nendpoint = ["https://m"]\n`,
        ),
    ],
    [
      "a CRI that is switched off",
      "CRI_SWITCHED_OFF",
      () => node.put("etc/containerd/config.toml", `disabled_plugins = ["cri"]\n${configToml}`),
    ],
    ["a clock that is behind", "NODE_CLOCK_OFF", () => void (node.ahead = -3600)],
    ["a clock that is ahead", "NODE_CLOCK_OFF", () => void (node.ahead = 3600)],
    [
      "another CA in the bundle's place",
      "NODE_TRUST_DIFFERS",
      () => node.put(`${certsD()}/moorline-ca.crt`, makeAuthority().certificate),
    ],
    [
      "a proxy that does not let the registry through",
      "PROXY_IN_THE_WAY",
      () => {
        proxy.isOpen = false;
        node.service = `Environment="HTTPS_PROXY=http://127.0.0.1:${proxy.port}" NO_PROXY=10.0.0.0/8\n`;
        node.url = "https://registry.invalid";
      },
    ],
    [
      "a name that the node does not know",
      "NAME_NOT_RESOLVED",
      () => void (node.url = "https://harbor.invalid"),
    ],
    ["a port where nothing listens", "CONNECTION_REFUSED", () => void (node.url = "https://localhost:1")],
  ])("%s is named: %s", async (_, cause, plant_) => {
    await plant_();
    if (node.url !== plant.harbor.url) await trustFor(node.url);
    const evidence = await ask();
    expect([(await codes(evidence))[0], evidence.map(({ told }) => told)]).toEqual([
      cause,
      expect.anything(),
    ]);
  });

  test("what follows from files that differ is told as that", async () => {
    await node.put(`${certsD()}/moorline-ca.crt`, makeAuthority().certificate);
    const named = await diagnose(await ask(), Date.now(), signal);
    expect(named.map(({ cause, follows }) => [cause.code, follows?.code])).toEqual([
      ["NODE_TRUST_DIFFERS", undefined],
      ["AUTHORITY_UNKNOWN", "NODE_TRUST_DIFFERS"],
    ]);
  });

  test("a proxy that lets the registry through is told and is no fault; its password is not told", async () => {
    node.service = "EnvironmentFiles=/etc/default/containerd (ignore_errors=yes)\nEnvironment=\n";
    const setting = `HTTPS_PROXY="http://me:hunter2@127.0.0.1:${proxy.port}"`;
    await node.put("etc/default/containerd", `# proxy\n${setting}\n`);
    // Loopback never goes through a proxy, so that the registry has another name here.
    node.url = "https://registry.invalid";
    const authority = makeAuthority();
    const { certificate, key } = authority.issue({ san: "DNS:registry.invalid" });
    const registry = createHttps({ cert: certificate, key }, (_, answer) => void answer.writeHead(401).end());
    registry.listen(0, "127.0.0.1");
    await once(registry, "listening");
    proxy.to = (registry.address() as AddressInfo).port;
    node.ca = authority.certificate;
    await trustFor(node.url);
    const evidence = await ask();
    registry.close();
    const told = evidence.find(({ probe }) => probe === "node-proxy");
    expect(told).toMatchObject({
      outcome: "fine",
      told: { en: expect.stringContaining(`127.0.0.1:${proxy.port}`) },
    });
    expect(await codes(evidence)).toEqual([]);
    expect(JSON.stringify(evidence)).not.toContain("hunter2");
  });

  test("docker's own proxies count before its environment", async () => {
    node.runtimes = ["docker"];
    node.service = "Environment=HTTPS_PROXY=http://127.0.0.1:1\n";
    proxy.isOpen = false;
    const proxies = { "https-proxy": `http://127.0.0.1:${proxy.port}` };
    await node.put("etc/docker/daemon.json", JSON.stringify({ proxies }));
    node.url = "https://registry.invalid";
    await node.put("etc/docker/certs.d/registry.invalid/ca.crt", plant.caPem);
    const told = (await ask()).find(({ probe }) => probe === "node-proxy");
    expect(JSON.stringify(told?.told)).toContain("HTTP 403");
  });

  test("without systemd a proxy can not be told, and that leaves nothing open", async () => {
    node.service = undefined;
    const told = (await ask()).filter(({ outcome }) => outcome === "unknown");
    expect(told).toMatchObject([{ probe: "node-proxy", aside: true }]);
  });

  test("a node that is not reached is an open question, and no finding", async () => {
    await using world = testWorld({ root: node.root });
    const openHost = () => Promise.reject(new Error("no route to the node"));
    const evidence = await probeOnNode(
      {
        node: { name: "worker-1", on: { ssh: {} } as never, directory: "/", documents: [] },
        world: { ...world, openHost },
      },
      signal,
    );
    expect(evidence).toMatchObject([{ probe: "node", outcome: "unknown" }]);
    expect(await codes(evidence)).toEqual([]);
  });
});

/** The right files for a registry of another name. */
async function trustFor(url: string): Promise<void> {
  const { host } = new URL(url);
  const folder = `etc/containerd/certs.d/${host}`;
  const level = `ca = ["/${folder}/moorline-ca.crt"]`;
  await node.put(`${folder}/moorline-ca.crt`, node.ca);
  const hosts = `server = "https://${host}"\n${level}\n\n[host."https://${host}"]\n${level}\n`;
  await node.put(`${folder}/hosts.toml`, hosts);
}

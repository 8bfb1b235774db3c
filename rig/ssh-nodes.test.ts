import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { rigAddresses } from "./addresses.ts";
import { tryCommand, type CommandResult } from "./command.ts";
import { addUser, startSshd, type RigSshd } from "./testing/sshd.ts";
import { pullMessage } from "./testing/pulls.ts";

const rig = rigAddresses();
const { open: registryHost } = rig.registries;

let sshd: RigSshd;
let user: AsyncDisposable;
let folder: string;

beforeAll(async () => {
  user = await addUser();
  sshd = await startSshd();
  await sshd.allowSudo(true);
});
afterAll(async () => {
  await sshd?.[Symbol.asyncDispose]();
  await user?.[Symbol.asyncDispose]();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "moorline-rig-nodes-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  await rm(join(rig.certsDirectory, registryHost), { recursive: true, force: true });
  await rm(join(rig.dockerCertsDirectory, registryHost), { recursive: true, force: true });
});

interface Node {
  readonly name: string;
  readonly port: number;
  readonly sudo: boolean;
}

/** The rig's one node, as often as it is listed. */
async function documents(nodes: readonly Node[]): Promise<string> {
  await writeFile(join(folder, "known_hosts"), sshd.knownHosts);
  const registry = {
    apiVersion: "moorline.io/v1alpha1",
    kind: "HarborRegistry",
    metadata: { name: "harbor" },
    spec: {
      url: `https://${registryHost}`,
      credential: { environment: {} },
      tls: { ca: { file: rig.registryAuthorityPath } },
    },
  };
  const trust = {
    apiVersion: "moorline.io/v1alpha1",
    kind: "NodeTrust",
    metadata: { name: "nodes" },
    spec: {
      registry: "harbor",
      runtimes: ["containerd", "docker"],
      nodes: nodes.map(({ name, port, sudo }) => ({
        name,
        on: {
          ssh: {
            host: "127.0.0.1",
            port,
            user: sudo ? sshd.user : "root",
            sudo,
            identityFile: sshd.identityFile,
            knownHosts: "known_hosts",
          },
        },
      })),
      paths: {
        containerdConfig: rig.containerdConfigPath,
        containerdSocket: rig.containerdSocket,
        dockerCertsDir: rig.dockerCertsDirectory,
        dockerSocket: rig.dockerSocket,
        state: join(folder, "state"),
      },
      restart: { command: rig.restartContainerd },
      proof: { image: "rig/busybox:1" },
    },
  };
  const path = join(folder, "node.yaml");
  await writeFile(path, [registry, trust].map((document) => stringify(document)).join("---\n"));
  return path;
}

async function node(words: readonly string[], nodes: readonly Node[]): Promise<CommandResult> {
  const path = await documents(nodes);
  const main = join(import.meta.dirname, "../src/main.ts");
  return tryCommand([process.execPath, main, "node", ...words, "-f", path, "--lang", "en"], {
    timeout: 80_000,
  });
}

describe("moorline node over SSH", () => {
  test("lets the kubelet pull, as a user with sudo, and proves it from the node", async () => {
    const nodes = [{ name: "node-1", port: sshd.port, sudo: true }];
    expect(await node(["verify", "--everywhere"], nodes)).toMatchObject({ status: 1 });
    expect(await node(["plan", "--everywhere"], nodes)).toMatchObject({ status: 2 });
    const applied = await node(["apply", "--everywhere", "--yes"], nodes);
    expect(applied).toMatchObject({ status: 0, stdout: expect.stringContaining("node-1  done") as unknown });
    expect(await pullMessage(`${registryHost}/rig/busybox:1`)).toBe("pulled");
    expect(await node(["plan", "--on", "node-1"], nodes)).toMatchObject({ status: 0 });
    expect(await node(["verify", "--on", "node-1"], nodes)).toMatchObject({ status: 0 });
    const hosts = join(rig.certsDirectory, registryHost, "hosts.toml");
    expect(await readFile(hosts, "utf8")).toContain("moorline-ca.crt");
    expect(await node(["apply", "--everywhere", "--remove", "--yes"], nodes)).toMatchObject({ status: 0 });
    const ca = join(rig.certsDirectory, registryHost, "moorline-ca.crt");
    await expect(readFile(ca)).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("begins no node after one that is not reached", async () => {
    const nodes = [
      { name: "node-gone", port: 1, sudo: false },
      { name: "node-1", port: sshd.port, sudo: false },
    ];
    const applied = await node(["apply", "--everywhere", "--yes"], nodes);
    expect(applied).toMatchObject({ status: 1 });
    expect(applied.stdout).toMatch(/node-gone {2}failed/);
    expect(applied.stdout).toMatch(/node-1 {2}not begun/);
    expect(applied.stdout).toContain("HOST_SSH_UNREACHABLE");
    await expect(readFile(join(rig.certsDirectory, registryHost, "hosts.toml"))).rejects.toMatchObject({
      code: "ENOENT",
    });
  });
});

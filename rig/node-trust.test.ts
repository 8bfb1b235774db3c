import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { rigAddresses } from "./addresses.ts";
import { tryCommand, type CommandResult } from "./command.ts";
import { failurePrefix, pullMessage } from "./testing/pulls.ts";

const rig = rigAddresses();
const { open, mutualTls } = rig.registries;

/** What a user would write for this node: the registry, and where the rig's runtimes keep their files. */
function documents(host: string, state: string): string {
  const { certificatePath, keyPath } = rig.registryClient;
  const pair = { clientCertificate: { files: { certificate: certificatePath, privateKey: keyPath } } };
  const registry = {
    apiVersion: "moorline.io/v1alpha1",
    kind: "HarborRegistry",
    metadata: { name: "harbor" },
    spec: {
      url: `https://${host}`,
      credential: { environment: {} },
      tls: { ca: { file: rig.registryAuthorityPath }, ...(host === mutualTls ? pair : {}) },
    },
  };
  const trust = {
    apiVersion: "moorline.io/v1alpha1",
    kind: "NodeTrust",
    metadata: { name: "node" },
    spec: {
      registry: "harbor",
      runtimes: ["containerd", "docker"],
      paths: {
        containerdConfig: rig.containerdConfigPath,
        containerdSocket: rig.containerdSocket,
        dockerCertsDir: rig.dockerCertsDirectory,
        dockerSocket: rig.dockerSocket,
        state,
      },
      restart: { command: rig.restartContainerd },
      proof: { image: "rig/busybox:1" },
    },
  };
  return [registry, trust].map((document) => stringify(document)).join("---\n");
}

describe("moorline node apply", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "moorline-rig-node-"));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
    for (const host of [open, mutualTls]) {
      await rm(join(rig.certsDirectory, host), { recursive: true, force: true });
      await rm(join(rig.dockerCertsDirectory, host), { recursive: true, force: true });
    }
  });

  async function nodeApply(host: string, ...options: readonly string[]): Promise<CommandResult> {
    const path = join(folder, "node.yaml");
    await writeFile(path, documents(host, join(folder, "state")));
    const main = join(import.meta.dirname, "../src/main.ts");
    return tryCommand(
      [process.execPath, main, "node", "apply", "-f", path, "--yes", "--lang", "en", ...options],
      {
        timeout: 80_000,
      },
    );
  }

  async function dockerPull(image: string): Promise<CommandResult> {
    return tryCommand([
      "/usr/bin/docker",
      "--config",
      folder,
      "--host",
      `unix://${rig.dockerSocket}`,
      "pull",
      image,
    ]);
  }

  for (const [host, name] of [
    [open, "server TLS"],
    [mutualTls, "mutual TLS"],
  ] as const) {
    test(`over ${name}, lets the kubelet and docker pull, and skopeo read, by the files it wrote`, async () => {
      const image = `${host}/rig/busybox:1`;
      expect(await nodeApply(host)).toMatchObject({ status: 0 });
      expect(await pullMessage(image)).toBe("pulled");
      const absent = `${host}/rig/busybox:absent`;
      expect(await pullMessage(absent)).toBe(`${failurePrefix(absent, "NotFound")}${absent}: not found`);
      expect(await dockerPull(image)).toMatchObject({ status: 0 });
      const certificates = join(rig.dockerCertsDirectory, host);
      const inspected = [
        "skopeo",
        "inspect",
        "--no-creds",
        "--no-tags",
        "--cert-dir",
        certificates,
        `docker://${image}`,
      ];
      expect(await tryCommand(inspected)).toMatchObject({ status: 0 });
    });
  }

  test("leaves containerd's configuration alone where config_path is set, and finds nothing to do the second time", async () => {
    const before = await readFile(rig.containerdConfigPath, "utf8");
    expect(await nodeApply(open)).toMatchObject({ status: 0 });
    expect(await readFile(rig.containerdConfigPath, "utf8")).toBe(before);
    const written = join(rig.certsDirectory, open, "hosts.toml");
    const first = await readFile(written, "utf8");
    expect(await nodeApply(open)).toMatchObject({ status: 0 });
    expect(await readFile(written, "utf8")).toBe(first);
  });

  test("with --remove, takes the trust away again", async () => {
    expect(await nodeApply(open)).toMatchObject({ status: 0 });
    expect(await nodeApply(open, "--remove")).toMatchObject({ status: 0 });
    const image = `${open}/rig/busybox:1`;
    expect(await pullMessage(image)).toContain("x509: certificate signed by unknown authority");
  });
});

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { rigAddresses } from "./addresses.ts";
import { tryCommand, type CommandResult } from "./command.ts";
import { copyDockerLayout, dockerHost } from "./testing/node-files.ts";

const rig = rigAddresses();
const { open, mutualTls, authenticated } = rig.registries;

async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "moorline-rig-test-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Debian's docker, with a configuration folder of its own, so that no login of the machine's is used. */
async function docker(configuration: string, ...command: readonly string[]): Promise<CommandResult> {
  return tryCommand(
    ["/usr/bin/docker", "--config", configuration, "--host", `unix://${rig.dockerSocket}`, ...command],
    { timeout: 60_000 },
  );
}

async function dockerPull(image: string): Promise<CommandResult> {
  return withFolder(async (configuration) => {
    const result = await docker(configuration, "pull", image);
    if (result.status === 0) await docker(configuration, "image", "rm", image);
    return result;
  });
}

/** The digest that skopeo finds, trusting what is in the folder and nothing else of ours. */
async function skopeoInspect(certificates: string, image: string): Promise<CommandResult> {
  const options = ["--no-creds", "--no-tags", "--format", "{{.Digest}}", "--cert-dir", certificates];
  return tryCommand(["skopeo", "inspect", ...options, `docker://${image}`], { timeout: 60_000 });
}

describe("docker, by what is in its certs.d", () => {
  test("does not pull from a registry whose authority it does not have", async () => {
    const { status, stderr } = await dockerPull(`${open}/rig/busybox:1`);
    expect(status).not.toBe(0);
    expect(stderr).toContain("x509: certificate signed by unknown authority");
  });

  test("pulls with ca.crt, and tells a missing tag as missing", async () => {
    await using _ = await dockerHost(open);
    expect(await dockerPull(`${open}/rig/busybox:1`)).toMatchObject({ status: 0 });
    const absent = await dockerPull(`${open}/rig/busybox:absent`);
    expect(absent.status).not.toBe(0);
    expect(absent.stderr).toContain("manifest for harbor.localtest");
    expect(absent.stderr).toContain("not found");
  });

  test("pulls over mutual TLS only with client.cert and client.key", async () => {
    const image = `${mutualTls}/rig/busybox:1`;
    {
      await using _ = await dockerHost(mutualTls);
      const refused = await dockerPull(image);
      expect(refused.status).not.toBe(0);
      expect(refused.stderr).toContain("No required SSL certificate was sent");
    }
    await using _ = await dockerHost(mutualTls, rig.registryClient);
    expect(await dockerPull(image)).toMatchObject({ status: 0 });
  });

  test("logs in with the password, and not with another", async () => {
    await using _ = await dockerHost(authenticated.host);
    const password = await readFile(authenticated.passwordPath, "utf8");
    const login = async (secret: string): Promise<number> =>
      withFolder(async (folder) => {
        const { status } = await docker(
          folder,
          "login",
          "--username",
          authenticated.user,
          "--password",
          secret,
          authenticated.host,
        );
        return status;
      });
    expect(await login("not-the-password")).not.toBe(0);
    expect(await login(password)).toBe(0);
  });
});

describe("skopeo, by the same files in its certificate folder", () => {
  test("reads with ca.crt and not without", async () => {
    await withFolder(async (folder) => {
      const refused = await skopeoInspect(folder, `${open}/rig/busybox:1`);
      expect(refused.status).not.toBe(0);
      expect(refused.stderr).toContain("x509: certificate signed by unknown authority");
      await copyDockerLayout(folder);
      const read = await skopeoInspect(folder, `${open}/rig/busybox:1`);
      expect(read.stdout.trim()).toMatch(/^sha256:[0-9a-f]{64}$/);
      const absent = await skopeoInspect(folder, `${open}/rig/busybox:absent`);
      expect(absent.stderr).toContain("manifest unknown");
    });
  });

  test("reads over mutual TLS only with client.cert and client.key", async () => {
    await withFolder(async (folder) => {
      await copyDockerLayout(folder);
      const refused = await skopeoInspect(folder, `${mutualTls}/rig/busybox:1`);
      expect(refused.status).not.toBe(0);
      expect(refused.stderr).toContain("400");
      await copyDockerLayout(folder, { client: rig.registryClient });
      expect(await skopeoInspect(folder, `${mutualTls}/rig/busybox:1`)).toMatchObject({ status: 0 });
    });
  });
});

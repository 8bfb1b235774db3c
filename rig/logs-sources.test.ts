import { randomBytes } from "node:crypto";
import { appendFile, copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { moorline, type Answer } from "../src/faces/cli/testing/test-io.ts";
import { rigAddresses } from "./addresses.ts";
import { connectApi } from "./api.ts";
import { tryCommand } from "./command.ts";
import { rigLayout } from "./layout.ts";
import { runPod } from "./pods.ts";
import { containerdHost, dockerHost, hostsToml } from "./testing/node-files.ts";
import { startSshd, type RigSshd } from "./testing/sshd.ts";

const rig = rigAddresses();
const expired =
  '2026-11-22T19:08:42Z [ERROR] [/server/middleware/security/robot.go:67][requestID="r1"]: the robot account is expired: robot$ci';
const image = `${rig.registries.open}/rig/busybox:1`;
const namespace = `logs-${randomBytes(3).toString("hex")}`;

let sshd: RigSshd;
let home = "";
beforeAll(async () => {
  // The docker of this rig is not where docker is looked for.
  sshd = await startSshd(`SetEnv DOCKER_HOST=unix://${rig.dockerSocket}`);
  home = await mkdtemp(join(tmpdir(), "moorline-rig-logs-"));
  await mkdir(join(home, ".ssh"));
  await writeFile(join(home, ".ssh", "known_hosts"), sshd.knownHosts);
  await copyFile(sshd.identityFile, join(home, ".ssh", "id_ed25519"));
});
afterAll(async () => {
  await sshd?.[Symbol.asyncDispose]();
  await rm(home, { recursive: true, force: true });
  await using api = connectApi(rigLayout());
  await api.call("DELETE", `/api/v1/namespaces/${namespace}`);
});

const report = z.object({
  sources: z.number(),
  causes: z.array(z.object({ code: z.string(), count: z.number() })),
});

async function causesIn(words: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const answer = await moorline(["logs", ...words, "-o", "json"], { environment: { HOME: home } });
  expect(answer.err).toBe("");
  const { causes } = report.parse(JSON.parse(answer.out));
  return Object.fromEntries(causes.map(({ code, count }) => [code, count]));
}

const address = (): string => `ssh://root@127.0.0.1:${sshd.port}`;
const cluster = ["--kubeconfig", rig.kubeconfigPath];

/** Follows until a cause is told, then asks it to stop. */
async function followUntil(
  code: string,
  words: readonly string[],
  then: () => void = () => undefined,
): Promise<Answer> {
  const stop = new AbortController();
  const limit = setTimeout(() => stop.abort(), 60_000);
  then();
  const answer = await moorline(["logs", ...words, "--follow"], {
    environment: { HOME: home },
    stopping: stop.signal,
    onOut: (text) => {
      if (text.includes(code)) stop.abort();
    },
  });
  clearTimeout(limit);
  expect(answer.out).toContain(code);
  return answer;
}

test("over a real sshd: a folder as Harbor's installer has it, and a file that grows", async () => {
  const folder = join(home, "harbor");
  await mkdir(folder);
  const file = join(folder, "core.log");
  await writeFile(file, `Nov 22 19:08:42 172.18.0.1 core[15038]: ${expired}\n`.repeat(50_000));
  expect(await causesIn(["--on", address(), folder])).toEqual({ ROBOT_EXPIRED: 50_000 });
  await writeFile(file, "");
  await followUntil("ROBOT_EXPIRED", ["--on", address(), file], () => {
    appendFile(file, `${expired}\n`).catch(() => undefined);
  });
});

test("over a real sshd: what docker keeps of a container, standard error too", async () => {
  const name = `moorline-logs-${randomBytes(3).toString("hex")}`;
  const docker = (...words: string[]) =>
    tryCommand(["docker", "--host", `unix://${rig.dockerSocket}`, ...words], { timeout: 60_000 });
  await using _ = await dockerHost(rig.registries.open);
  const pulled = await docker("pull", image);
  expect(pulled.stderr).toBe("");
  try {
    const script = `echo '${expired}'; echo '${expired}' >&2`;
    const run = await docker(
      "run",
      "--name",
      name,
      "--network",
      "none",
      "--entrypoint",
      "/bin/sh",
      image,
      "-c",
      script,
    );
    expect(run).toMatchObject({ status: 0 });
    expect(await causesIn(["--on", address(), `docker:${name}`])).toEqual({ ROBOT_EXPIRED: 2 });
  } finally {
    await docker("rm", "--force", name);
  }
});

test("from the real kubelet: the logs of pods, and the events of a pull that fails", async () => {
  const script = `for i in 1 2 3; do echo '${expired}'; done; echo '${expired}' >&2`;
  const command = ["/bin/sh", "-c", script];
  {
    await using _ = await containerdHost(rig.registries.open, {
      "hosts.toml": hostsToml(rig.registries.open),
    });
    const pod = await runPod({ image, namespace, command, keep: true });
    expect(["Running", "Succeeded"]).toContain(pod.phase);
  }
  await expect
    .poll(() => causesIn(["--pods", namespace, ...cluster]), { timeout: 60_000 })
    .toEqual({ ROBOT_EXPIRED: 4 });
  expect(await causesIn(["--pods", namespace, "--since", "2099-01-01T00:00:00Z", ...cluster])).toEqual({});
  const failed = await runPod({ image, namespace, keep: true });
  expect(failed.phase).toBe("Pending");
  expect(Object.keys(await causesIn(["--events", namespace, ...cluster]))).toContain("AUTHORITY_UNKNOWN");
  await followUntil("ROBOT_EXPIRED", ["--pods", namespace, ...cluster]);
  await followUntil("AUTHORITY_UNKNOWN", ["--events", namespace, ...cluster]);
});

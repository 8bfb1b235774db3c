import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { tryCommand } from "./command.ts";
import { removeDockerLoopback } from "./docker-loopback.ts";
import { readIfPresent } from "./files.ts";
import { dockerCommand } from "./images/docker.ts";
import type { RigLayout } from "./layout.ts";
import { setLoopbackNames } from "./names.ts";
import { ensureRunning, recordedNames, runningProcess, stopProcess } from "./processes.ts";
import { bridgeName, containerdPaths, containerdService } from "./services/containerd.ts";

/** Stops everything that the rig started, the pods' containers too, and takes back what it changed outside its folders. */
export async function bringDown(layout: RigLayout, log: (line: string) => void): Promise<void> {
  const stop = async (name: string): Promise<void> => {
    if (await stopProcess(layout, name)) log(`${name}: stopped`);
  };
  await stop("kubelet");
  await removeContainers(layout);
  await removeDockerContainers(layout);
  const remaining = await recordedNames(layout);
  // etcd last, so that nobody spends their end on looking for it.
  await Promise.all(remaining.filter((name) => name !== "etcd").map(stop));
  await stop("etcd");
  await stopDockersContainerd(layout);
  await unmountBelow([layout.home, layout.runtime]);
  await tryCommand(["ip", "link", "delete", bridgeName]);
  await rm(join(layout.runtime, "cni"), { recursive: true, force: true });
  await removeDockerLoopback();
  await setLoopbackNames([]);
}

/** After `bringDown`: deletes the rig's data, and keeps only the cache of what is costly to build. */
export async function purge(layout: RigLayout): Promise<void> {
  for (const folder of [layout.home, layout.runtime]) await rm(folder, { recursive: true, force: true });
}

// Containers outlive containerd, each under a shim of its own: only containerd knows them all.
async function removeContainers(layout: RigLayout): Promise<void> {
  const { socket, configuration } = containerdPaths(layout);
  if ((await readIfPresent(configuration)) === undefined) return;
  if ((await runningProcess(layout, "containerd")) === undefined) {
    await ensureRunning(layout, containerdService(layout));
  }
  const ctr = ["ctr", "--address", socket, "--namespace", "k8s.io"];
  const { stdout } = await tryCommand([...ctr, "containers", "list", "--quiet"]);
  for (const id of stdout.split("\n").filter((line) => line !== "")) {
    await tryCommand([...ctr, "tasks", "delete", "--force", id]);
    await tryCommand([...ctr, "containers", "delete", id]);
  }
}

// Those of a test that was killed: docker would start them again with itself.
async function removeDockerContainers(layout: RigLayout): Promise<void> {
  if ((await runningProcess(layout, "dockerd")) === undefined) return;
  const docker = dockerCommand(layout);
  const { stdout } = await tryCommand([...docker, "ps", "--all", "--quiet", "--no-trunc"]);
  const ids = stdout.split("\n").filter((line) => line !== "");
  if (ids.length > 0) await tryCommand([...docker, "rm", "--force", ...ids]);
}

// dockerd starts a containerd and stops it again, unless dockerd itself was killed.
async function stopDockersContainerd(layout: RigLayout): Promise<void> {
  const folder = join(layout.runtime, "docker");
  const pid = (await readIfPresent(join(folder, "containerd", "containerd.pid")))?.trim();
  if (pid === undefined || pid === "") return;
  const argv = (await readIfPresent(`/proc/${pid}/cmdline`)) ?? "";
  if (argv.includes(folder)) process.kill(Number(pid), "SIGKILL");
}

async function unmountBelow(folders: readonly string[]): Promise<void> {
  const mounts = (await readFile("/proc/self/mountinfo", "utf8"))
    .split("\n")
    .flatMap((line) => line.split(" ")[4] ?? []);
  const ours = mounts.filter((path) => folders.some((folder) => path.startsWith(`${folder}/`)));
  // The last mounted first: a mount may stand on another.
  for (const path of ours.reverse()) await tryCommand(["umount", "--lazy", path]);
}

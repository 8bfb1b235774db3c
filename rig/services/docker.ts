import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { tryCommand } from "../command.ts";
import { dockerHostsPath, ensureDockerLoopback } from "../docker-loopback.ts";
import type { RigLayout } from "../layout.ts";
import type { MachineAbilities } from "../machine.ts";
import type { Service } from "./service.ts";

/** Where the rig's docker is met. */
export interface DockerPaths {
  readonly socket: string;
  /** What this dockerd sees as /etc/docker/certs.d. */
  readonly certificates: string;
}

/** The paths of the rig's docker. */
export function dockerPaths(layout: RigLayout): DockerPaths {
  return {
    socket: join(layout.runtime, "docker.sock"),
    certificates: join(layout.home, "docker", "etc", "certs.d"),
  };
}

// dockerd reads certificates from /etc/docker/certs.d and cannot be told otherwise, so it gets a /etc/docker of its own
// in a mount namespace, and a hosts file (docker-loopback.ts says why); the machine's docker, if there is one, is not
// touched. Its containers' network is none: what the rig asks of docker is to pull.
const withOwnFiles =
  'mkdir -p /etc/docker && mount --bind "$1" /etc/docker && mount --bind "$2" /etc/hosts && shift 2 && exec "$@"';

/** dockerd, with its containerd inside. */
export async function docker(layout: RigLayout, machine: MachineAbilities): Promise<Service> {
  const { socket, certificates } = dockerPaths(layout);
  const home = join(layout.home, "docker");
  await mkdir(certificates, { recursive: true });
  await ensureDockerLoopback(layout);
  return {
    name: "dockerd",
    command: [
      "unshare",
      "--mount",
      "sh",
      "-c",
      withOwnFiles,
      "sh",
      join(home, "etc"),
      dockerHostsPath(layout),
      "dockerd",
      `--host=unix://${socket}`,
      `--data-root=${join(home, "data")}`,
      `--exec-root=${join(layout.runtime, "docker")}`,
      `--pidfile=${join(layout.runtime, "docker.pid")}`,
      `--storage-driver=${machine.overlay ? "overlay2" : "vfs"}`,
      "--bridge=none",
      "--iptables=false",
      "--ip6tables=false",
    ],
    configuration: [dockerHostsPath(layout)],
    ready: async () =>
      (await tryCommand(["docker", "--host", `unix://${socket}`, "version"], { timeout: 5000 })).status === 0,
  };
}

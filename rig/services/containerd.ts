import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand, tryCommand } from "../command.ts";
import { writeAtomically } from "../files.ts";
import { busyboxImage } from "../images/busybox.ts";
import { writeImageArchive } from "../images/oci.ts";
import type { RigLayout } from "../layout.ts";
import type { MachineAbilities } from "../machine.ts";
import type { Service } from "./service.ts";

/** The image of the container that holds a pod's namespaces; it is in no registry. */
export const pauseImage = "rig.localtest/pause:1";

/** The network interface that the pods' network hangs on. */
export const bridgeName = "moorline-rig0";

/** Where the rig's containerd is met. */
export interface ContainerdPaths {
  readonly configuration: string;
  /** `config_path`: one folder per registry host below it. */
  readonly certificates: string;
  readonly socket: string;
}

/** The paths of the rig's containerd. */
export function containerdPaths(layout: RigLayout): ContainerdPaths {
  return {
    configuration: join(layout.home, "containerd", "config.toml"),
    certificates: join(layout.home, "containerd", "certs.d"),
    socket: join(layout.runtime, "containerd.sock"),
  };
}

/** Writes containerd's configuration and the one network of the pods, and returns the service. */
export async function containerd(layout: RigLayout, machine: MachineAbilities): Promise<Service> {
  const { configuration } = containerdPaths(layout);
  await writeAtomically(configuration, configurationText(layout, machine));
  await writeAtomically(join(layout.home, "cni", "10-moorline-rig.conflist"), networkText(layout));
  return containerdService(layout);
}

/** The service, with the configuration file as it is. */
export function containerdService(layout: RigLayout): Service {
  const { configuration, socket } = containerdPaths(layout);
  return {
    name: "containerd",
    command: ["containerd", "--config", configuration],
    configuration: [configuration],
    ready: async () =>
      (await tryCommand(["ctr", "--address", socket, "version"], { timeout: 5000 })).status === 0,
  };
}

function configurationText(layout: RigLayout, machine: MachineAbilities): string {
  const { certificates, socket } = containerdPaths(layout);
  return `version = 2
root = "${join(layout.home, "containerd", "root")}"
state = "${join(layout.runtime, "containerd")}"
disabled_plugins = ["io.containerd.internal.v1.opt"]

[grpc]
  address = "${socket}"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  restrict_oom_score_adj = ${!machine.mayLowerOomScore}
  netns_mounts_under_state_dir = true

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${join(layout.home, "cni")}"

  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "${machine.overlay ? "overlayfs" : "native"}"

    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"

      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        Root = "${join(layout.runtime, "runc")}"

  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "${certificates}"
`;
}

// A bridge of our own whose range stays on this machine: pods reach each other and the host, nothing is masqueraded.
function networkText(layout: RigLayout): string {
  const bridge = {
    type: "bridge",
    bridge: bridgeName,
    isGateway: true,
    ipMasq: false,
    hairpinMode: true,
    ipam: {
      type: "host-local",
      ranges: [[{ subnet: "10.213.0.0/20" }]],
      routes: [{ dst: "0.0.0.0/0" }],
      dataDir: join(layout.runtime, "cni"),
    },
  };
  return JSON.stringify({ cniVersion: "0.4.0", name: "moorline-rig", plugins: [bridge] }, undefined, 2);
}

/** Gives containerd the pause image, unless it has it. */
export async function importPauseImage(layout: RigLayout): Promise<void> {
  const ctr = ["ctr", "--address", containerdPaths(layout).socket, "--namespace", "k8s.io", "images"];
  const present = await runCommand([...ctr, "list", "--quiet", `name==${pauseImage}`]);
  if (present.trim() !== "") return;
  const folder = await mkdtemp(join(tmpdir(), "moorline-rig-pause-"));
  try {
    const archive = join(folder, "pause.tar");
    await writeFile(archive, writeImageArchive(await busyboxImage(), pauseImage, "1"));
    await runCommand([...ctr, "import", archive]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

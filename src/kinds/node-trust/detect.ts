import { dirname } from "node:path/posix";
import type { Host } from "../../clients/host/host.ts";
import { readConfig } from "./containerd.ts";
import { readRegistryConfig } from "./containerd-config.ts";
import { runtimeNames, type NodeTrustSpec, type RuntimeName } from "./schema.ts";

const binaries: Readonly<Record<RuntimeName, readonly string[]>> = {
  containerd: ["/usr/bin/containerd", "/usr/local/bin/containerd"],
  docker: ["/usr/bin/dockerd", "/usr/local/bin/dockerd", "/usr/sbin/dockerd"],
  crio: ["/usr/bin/crio", "/usr/local/bin/crio"],
};

/**
 * Finds the runtimes of a machine: by socket, configuration or binary. Docker brings a containerd of its own, whose
 * CRI nobody uses: without a configuration, or with a CRI that is switched off, it does not count beside another.
 */
export async function detect({ paths }: NodeTrustSpec, host: Host): Promise<readonly RuntimeName[]> {
  const anyOf = async (candidates: readonly string[]): Promise<boolean> =>
    (await Promise.all(candidates.map((path) => host.stat(path)))).some((found) => found !== undefined);
  const docker = await anyOf([paths.dockerSocket, dirname(paths.dockerCertsDir), ...binaries.docker]);
  const crio = await anyOf([paths.crioSocket, "/etc/crio", ...binaries.crio]);
  const containerdSigns = [paths.containerdConfig, paths.containerdCertsDir];
  const bare = [paths.containerdSocket, ...binaries.containerd];
  const isContainerd = await anyOf(docker ? containerdSigns : [...containerdSigns, ...bare]);
  const isSwitchedOff = async (): Promise<boolean> =>
    readRegistryConfig(await readConfig(paths.containerdConfig, host)).criDisabledBy !== undefined;
  const containerd = isContainerd && !((docker || crio) && (await isSwitchedOff()));
  const found: Record<RuntimeName, boolean> = { containerd, docker, crio };
  return runtimeNames.filter((name) => found[name]);
}

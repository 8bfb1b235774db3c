import { chmod, rename, rm } from "node:fs/promises";
import { runCommand, tryCommand } from "./command.ts";
import { readIfPresent, writeAtomically } from "./files.ts";

/** What the rig runs, by Debian package. */
export const runtimePackages = [
  "bind9",
  "busybox-static",
  "ca-certificates",
  "conntrack",
  "containerd",
  "containernetworking-plugins",
  "docker-compose",
  "docker-registry",
  "docker.io",
  "etcd-server",
  "gnutls-bin",
  "iproute2",
  "iptables",
  "libfaketime",
  "mount",
  "nginx",
  "openssh-server",
  "openssl",
  "pebble",
  "runc",
  "skopeo",
  "socat",
  "sudo",
  "testssl.sh",
  "util-linux",
] as const;

/** What building Kubernetes needs besides. */
export const buildPackages = [
  "ca-certificates",
  "debian-archive-keyring",
  "dpkg-dev",
  "golang-1.19-go",
] as const;

const policyPath = "/usr/sbin/policy-rc.d";
const keptPolicyPath = `${policyPath}.before-moorline-rig`;
const policyMarker = "# moorline-rig: no service starts while the rig installs packages";

/** Installs those of the packages that are missing; none of the services in them is started. Needs root. */
export async function installPackages(wanted: readonly string[]): Promise<readonly string[]> {
  await allowServices();
  const missing = await missingPackages(wanted);
  if (missing.length === 0) return [];
  const environment = { DEBIAN_FRONTEND: "noninteractive" };
  await forbidServices();
  try {
    // Finishes what an interrupted installation left half done; does nothing otherwise.
    await runCommand(["dpkg", "--configure", "-a"], { environment });
    await runCommand(["apt-get", "update", "-qq"], { environment });
    await runCommand(
      [
        "apt-get",
        "install",
        "-qq",
        "--yes",
        "--no-install-recommends",
        "-o",
        "DPkg::Lock::Timeout=300",
        ...missing,
      ],
      { environment },
    );
  } finally {
    await allowServices();
  }
  return missing;
}

async function missingPackages(wanted: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await tryCommand([
    "dpkg-query",
    "--show",
    "--showformat",
    "${Package} ${db:Status-Status}\\n",
    ...wanted,
  ]);
  const installed = new Set(
    stdout.split("\n").flatMap((line) => (line.endsWith(" installed") ? [line.split(" ")[0]] : [])),
  );
  return wanted.filter((name) => !installed.has(name));
}

// Debian's maintainer scripts ask policy-rc.d before they start a service; 101 means "not allowed" (invoke-rc.d(8)).
async function forbidServices(): Promise<void> {
  if ((await readIfPresent(policyPath)) !== undefined) await rename(policyPath, keptPolicyPath);
  await writeAtomically(policyPath, `#!/bin/sh\n${policyMarker}\nexit 101\n`, 0o755);
  await chmod(policyPath, 0o755);
}

// Also the first thing done, in case an earlier run was killed between the two.
async function allowServices(): Promise<void> {
  const current = await readIfPresent(policyPath);
  if (current?.includes(policyMarker) === true) await rm(policyPath);
  if ((await readIfPresent(keptPolicyPath)) !== undefined) await rename(keptPolicyPath, policyPath);
}

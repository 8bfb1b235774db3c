import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { runCommand, tryCommand } from "../command.ts";
import { readIfPresent, writeAtomically } from "../files.ts";
import { buildPackages, installPackages } from "../packages.ts";

const recipe = join(import.meta.dirname, "build.sh");
const doneName = "complete";

// In a process namespace of its own, which the kernel ends when the rig's process does, however that ended: no compiler goes on
// writing into a folder that the next run wants to remove.
const dieTogether = [
  "setpriv",
  "--pdeathsig",
  "KILL",
  "unshare",
  "--pid",
  "--fork",
  "--kill-child",
  "--mount-proc",
];

/**
 * The folder that holds kube-apiserver, kube-controller-manager, kube-scheduler and kubelet; builds them (eight minutes on
 * two cores) unless the cache has them. The key is Debian's version of the package and the recipe, so that a
 * security update or a changed recipe builds anew. The folder appears under its name by one rename, when complete.
 */
export async function kubernetesBinaries(cache: string, log: (line: string) => void): Promise<string> {
  const version = await sourceVersion();
  const key = createHash("sha256")
    .update(version)
    .update(await readFile(recipe))
    .digest("hex")
    .slice(0, 16);
  const folder = join(cache, `kubernetes-${key}`);
  if ((await readIfPresent(join(folder, doneName))) !== undefined) return folder;

  log(`building Kubernetes ${version} into ${folder}; this takes about eight minutes on two cores`);
  await installPackages(buildPackages);
  await mkdir(cache, { recursive: true });
  await removeAbandoned(cache);
  const work = await mkdtemp(join(cache, "building-"));
  try {
    const output = join(work, "output");
    await runCommand([...dieTogether, recipe, version, join(work, "work"), output], {
      show: true,
      timeout: 60 * 60_000,
    });
    await writeAtomically(join(output, doneName), `${version}\n`);
    await rm(folder, { recursive: true, force: true });
    await rename(output, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return folder;
}

// Debian's kubectl, which need not be installed, names the source that it was built from.
async function sourceVersion(): Promise<string> {
  const show = ["apt-cache", "show", "--no-all-versions", "kubernetes-client"];
  if ((await tryCommand(show)).status !== 0) await runCommand(["apt-get", "update", "-qq"]);
  const shown = await runCommand(show);
  const version = /^Source: \S+ \((.+)\)$/m.exec(shown)?.[1] ?? /^Version: (.+)$/m.exec(shown)?.[1];
  if (version === undefined) throw new Error("apt tells no version of kubernetes-client");
  return version;
}

// What killed builds left. Only one build runs at a time: the caller holds the rig's lock.
async function removeAbandoned(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (name.startsWith("building-")) await rm(join(cache, name), { recursive: true, force: true });
  }
}

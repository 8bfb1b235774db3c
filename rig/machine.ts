import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { tryCommand } from "./command.ts";

const capSysResource = 24n;

/** What this machine lets a root process do. */
export interface MachineAbilities {
  /** Without it, containers start only where the runtime does not lower their OOM score (facts/container-runtimes.md). */
  readonly mayLowerOomScore: boolean;
  /** Overlay mounts work in the given folder; they do not on top of another overlay, as in most containers. */
  readonly overlay: boolean;
}

/** Finds out what the machine permits, by trying it in `folder`. */
export async function probeMachine(folder: string): Promise<MachineAbilities> {
  const status = await readFile("/proc/self/status", "utf8");
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? "0"}`);
  return { mayLowerOomScore: ((effective >> capSysResource) & 1n) === 1n, overlay: await canOverlay(folder) };
}

async function canOverlay(folder: string): Promise<boolean> {
  await mkdir(folder, { recursive: true });
  const trial = await mkdtemp(join(folder, "overlay-trial-"));
  try {
    const [lower, upper, work, merged] = ["lower", "upper", "work", "merged"].map((name) =>
      join(trial, name),
    ) as [string, string, string, string];
    for (const path of [lower, upper, work, merged]) await mkdir(path);
    const options = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
    const { status } = await tryCommand(["mount", "-t", "overlay", "overlay", "-o", options, merged]);
    if (status === 0) await tryCommand(["umount", merged]);
    return status === 0;
  } finally {
    await rm(trial, { recursive: true, force: true });
  }
}

import { join } from "node:path/posix";
import { z } from "zod";
import type { Host } from "../../../../clients/host/host.ts";
import { MoorlineError } from "../../../../model/errors.ts";
import type { World } from "../../../world.ts";
import { backupsOf } from "./backup.ts";

const owner = z.object({
  /** Of the machine that Moorline runs on, since its last start. */
  boot: z.string(),
  pid: z.int(),
  token: z.string(),
});

type Owner = z.infer<typeof owner>;

/** How often a lock may be met without its owner: that is written right after, unless the power failed in between. */
const longestWithoutOwner = 5;

/** What a run may take at the longest, with every limit reached: prepare, down, up, and as much again to undo. */
const longest = { attempts: 750, pause: 2000 };

/**
 * Does something while nobody else does the same to one Harbor's folder. A folder is the lock: making it succeeds once.
 * A lock whose process is gone is broken; one of another machine after it was held longer than any run can take.
 * @throws COMPOSE_DELIVERY_BUSY
 */
export async function withLock<T>(
  host: Host,
  directory: string,
  world: World,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const lock = join(backupsOf(directory), "lock");
  const file = join(lock, "owner.json");
  const mine: Owner = {
    boot: await bootOf(world),
    pid: process.pid,
    token: Buffer.from(world.random.bytes(12)).toString("hex"),
  };
  await host.makeDirectory(backupsOf(directory), 0o700);
  let withoutOwner = 0;
  for (let attempt = 1; !(await take(host, lock, signal)); attempt++) {
    const other = await readOwner(host, file);
    withoutOwner = other === undefined ? withoutOwner + 1 : 0;
    if (withoutOwner > longestWithoutOwner || (await isGone(other, mine.boot, world)))
      await release(host, lock, file);
    else if (attempt >= longest.attempts)
      throw new MoorlineError("COMPOSE_DELIVERY_BUSY", { subject: directory, parameters: { lock } });
    else await world.clock.sleep(longest.pause, signal);
  }
  try {
    await host.writeFile(file, JSON.stringify(mine), { mode: 0o600 });
    return await work();
  } finally {
    await release(host, lock, file);
  }
}

async function take(host: Host, lock: string, signal: AbortSignal): Promise<boolean> {
  const { exitCode, stderr } = await host.run(["mkdir", "-m", "0700", lock], { timeoutMs: 30_000, signal });
  if (exitCode === 0) return true;
  if ((await host.stat(lock)) !== undefined || /exist/i.test(stderr)) return false;
  throw new MoorlineError("HOST_COMMAND_FAILED", {
    subject: `mkdir ${lock}`,
    parameters: { exitCode, reason: stderr.trim().slice(-300) || "–" },
  });
}

async function release(host: Host, lock: string, file: string): Promise<void> {
  await host.remove(file);
  await host.remove(lock);
}

async function readOwner(host: Host, file: string): Promise<Owner | undefined> {
  const found = await host.readFile(file);
  try {
    return owner.parse(JSON.parse(found?.bytes.toString("utf8") ?? ""));
  } catch {
    return undefined; // between the folder and the file, or cut off there
  }
}

/** Whether the process that holds a lock has ended, as far as can be told from here. */
async function isGone(other: Owner | undefined, boot: string, { documentsHost }: World): Promise<boolean> {
  if (other === undefined || other.boot !== boot || boot === "") return false;
  return (await documentsHost.stat(`/proc/${other.pid}`)) === undefined;
}

async function bootOf({ documentsHost }: World): Promise<string> {
  const file = await documentsHost.readFile("/proc/sys/kernel/random/boot_id").catch(() => undefined);
  return file?.bytes.toString("utf8").trim() ?? "";
}

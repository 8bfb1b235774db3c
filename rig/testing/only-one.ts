import { open, rm } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readIfPresent } from "../files.ts";
import { rigLayout } from "../layout.ts";

/**
 * Waits until no other process holds the name, and holds it until disposed of. A holder that was killed holds nothing any more.
 * @throws Error after ten minutes
 */
export async function onlyOne(name: string): Promise<AsyncDisposable> {
  const path = join(rigLayout().runtime, `${name}.lock`);
  const ours = `${process.pid} ${startTime(process.pid)}`;
  for (let waited = 0; waited < 600_000; waited += 250) {
    try {
      const file = await open(path, "wx");
      await file.writeFile(ours);
      await file.close();
      return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const [pid = "", start] = ((await readIfPresent(path)) ?? "").split(" ");
    // A file without words is one that is being written.
    if (start !== undefined && startTime(Number(pid)) !== start) await rm(path, { force: true });
    else await sleep(250);
  }
  throw new Error(`${path} is held by process ${(await readIfPresent(path)) ?? "?"}`);
}

/** Field 22 of proc(5)'s stat; with the id it names one process and no later one. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(") ") + 2).split(" ")[19];
  } catch {
    return undefined; // it has ended
  }
}

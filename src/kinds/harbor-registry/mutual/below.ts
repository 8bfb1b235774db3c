import { join } from "node:path/posix";
import { harborPaths, nginxInProxy } from "../../../clients/harbor-compose/client.ts";
import type { ComposeService } from "../../../clients/harbor-compose/services.ts";
import type { Host } from "../../../clients/host/host.ts";
import { isError } from "../../../model/errors.ts";
import { differing, digestsOf, readPartsIn, writePartsIn } from "./compose-files.ts";
import { entryTexts } from "./nginx.ts";
import type { Way } from "./observed.ts";
import { entries, insideLogs, parts, type Places } from "./places.ts";
import { rotatedOf } from "./rotation.ts";

/** @param harbor the installer's folder */
export function wayInto(proxy: ComposeService | undefined, places: Places, harbor: string): Way {
  if (proxy?.state !== "running") return "neither";
  if (proxy.writable[insideLogs] === places.logs) return "mounts";
  return proxy.writable[nginxInProxy] === harborPaths(harbor).nginxConfig ? "folder" : "neither";
}

/** Everyone in Harbor's container of nginx is this user (facts: harbor §3.1). */
const harborUser = 10_000;

/** Makes a log that nginx may write to, where there is none. */
export async function makeLog(host: Host, path: string): Promise<void> {
  if ((await host.stat(path)) === undefined)
    await host.writeFile(path, "", { mode: 0o640, uid: harborUser, gid: harborUser });
}

/** Puts into Harbor's own folder what ours holds. What includes a file comes after it. */
export async function placeBelow(host: Host, places: Places): Promise<void> {
  const { below } = places;
  await host.makeDirectory(below.entries, 0o755);
  await writePartsIn(host, below.nginx, await readPartsIn(host, places.nginx));
  await host.makeDirectory(below.logs, 0o755);
  await makeLog(host, below.log);
  for (const [name, text] of Object.entries(entryTexts)) {
    const path = join(below.entries, name);
    const known = await host.readFile(path, 65_536);
    if (known?.bytes.toString("utf8") !== text) await host.writeFile(path, text, { mode: 0o644 });
  }
}

/** Whether nginx finds our files in Harbor's own folder, where no mount hides it. */
export async function isBelowUsed(host: Host, { below }: Places): Promise<boolean> {
  const known = await host.readFile(join(below.entries, entries.server), 65_536);
  return known?.bytes.toString("utf8") === entryTexts[entries.server];
}

/** Whether Harbor's own folder holds what ours does, and ours is as the next container needs it. */
export async function isSameBelow(host: Host, { nginx, entries: own, below }: Places): Promise<boolean> {
  for (const [name, text] of Object.entries(entryTexts))
    if ((await host.readFile(join(own, name), 65_536))?.bytes.toString("utf8") !== text) return false;
  const [ours, theirs] = [await readPartsIn(host, nginx), await readPartsIn(host, below.nginx)];
  return differing(digestsOf(ours), digestsOf(theirs)).length === 0;
}

/** Takes everything of ours out of Harbor's own folder, and what docker made there to mount ours at. */
export async function clearBelow(host: Host, { below }: Places): Promise<void> {
  for (const [name, text] of Object.entries(entryTexts).toReversed()) {
    const path = join(below.entries, name);
    const known = (await host.readFile(path, 65_536))?.bytes.toString("utf8");
    if (known === text || known === "") await host.remove(path);
  }
  for (const part of Object.values(parts)) await host.remove(join(below.nginx, part));
  for (const path of [below.log, rotatedOf(below.log)]) await host.remove(path);
  for (const folder of [below.nginx, below.logs]) await removeIfEmpty(host, folder);
}

export async function removeIfEmpty(host: Host, folder: string): Promise<void> {
  try {
    await host.remove(folder);
  } catch (thrown) {
    // Something of somebody else's is in it.
    if (!isError(thrown, "HOST_DIRECTORY_NOT_EMPTY")) throw thrown;
  }
}

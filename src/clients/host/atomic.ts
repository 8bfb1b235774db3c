import { constants } from "node:fs";
import { open, readdir, rename, stat, unlink, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path/posix";
import { systemCode } from "./failures.ts";
import type { WriteAttributes } from "./host.ts";

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;

/** Temporary files of this process that are being written now; others that bear its id are an earlier process's. */
const underWay = new Set<string>();

/** The name must end in nothing that a runtime reads: docker loads every `*.crt` of a certs.d folder. */
function temporaryName(path: string, attempt: number): string {
  return join(dirname(path), `.${basename(path)}.moorline-${process.pid}-${attempt}`);
}

/** Writes a file as `Host.writeFile` promises; `path` holds no links. Throws the system's errors. */
export async function writeAtomically(
  path: string,
  bytes: Uint8Array | string,
  attributes: WriteAttributes,
): Promise<void> {
  await removeLeftovers(path);
  const owner = await ownerOf(path, attributes);
  const { temporary, handle } = await openTemporary(path);
  try {
    try {
      if (owner) await handle.chown(owner.uid, owner.gid);
      await handle.chmod(attributes.mode);
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (thrown) {
    await unlink(temporary).catch(() => undefined); // the first failure is the one to tell
    throw thrown;
  } finally {
    underWay.delete(temporary);
  }
  await syncDirectory(dirname(path));
}

async function openTemporary(path: string): Promise<{ temporary: string; handle: FileHandle }> {
  for (let attempt = 0; ; attempt++) {
    const temporary = temporaryName(path, attempt);
    if (underWay.has(temporary)) continue;
    underWay.add(temporary);
    try {
      return { temporary, handle: await open(temporary, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600) };
    } catch (thrown) {
      underWay.delete(temporary);
      if (systemCode(thrown) !== "EEXIST" || attempt > 100) throw thrown;
    }
  }
}

async function ownerOf(
  path: string,
  wanted: WriteAttributes,
): Promise<{ uid: number; gid: number } | undefined> {
  const old = wanted.keepOwner === true ? await stat(path).catch(() => undefined) : undefined;
  const uid = wanted.uid ?? old?.uid;
  const gid = wanted.gid ?? old?.gid;
  // chown(2): -1 leaves an id as it is.
  return uid === undefined && gid === undefined ? undefined : { uid: uid ?? -1, gid: gid ?? -1 };
}

/** What killed writers of this file left behind; it may hold keys. */
async function removeLeftovers(path: string): Promise<void> {
  const prefix = `.${basename(path)}.moorline-`;
  const folder = dirname(path);
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix)) continue;
    const [pid, ...rest] = name.slice(prefix.length).split("-");
    if (rest.length !== 1 || !/^\d+$/.test(pid ?? "")) continue;
    const file = join(folder, name);
    const inUse = Number(pid) === process.pid ? underWay.has(file) : isAlive(Number(pid));
    if (!inUse) await unlink(file).catch(() => undefined); // another writer may have been faster
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return systemCode(thrown) !== "ESRCH";
  }
}

/** Makes a rename survive a power cut. */
export async function syncDirectory(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Overwrites as `Host.overwriteInPlace` promises; `path` holds no links. Throws the system's errors. */
export async function overwrite(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, constants.O_RDWR | O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!(await handle.stat()).isFile())
      throw Object.assign(new Error("not a regular file"), { code: "EISDIR" });
    const old = await handle.readFile();
    try {
      // The part that grows comes first: a full disk shows before an old byte is gone.
      if (bytes.length > old.length) {
        await writeAt(handle, bytes.subarray(old.length), old.length);
        await handle.sync();
      }
      await writeAt(handle, bytes.subarray(0, old.length), 0);
      await handle.truncate(bytes.length);
      await handle.sync();
    } catch (thrown) {
      await handle.truncate(old.length);
      await writeAt(handle, old, 0);
      throw thrown;
    }
  } finally {
    await handle.close();
  }
}

async function writeAt(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

import { chmod, lstat, mkdir, open, readdir, rmdir, stat, unlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path/posix";
import { MoorlineError } from "../../model/errors.ts";
import { overwrite, syncDirectory, writeAtomically } from "./atomic.ts";
import { runCommand } from "./commands.ts";
import { dialFromHere } from "./dial.ts";
import { absentOr, fileFailure, systemCode } from "./failures.ts";
import type { FileType, Host, HostEntry, HostFile } from "./host.ts";
import { resolveForWriting, resolvePath } from "./paths.ts";

export interface LocalHostOptions {
  /** Folder that stands for `/`, for tests and for building images; default `/`. */
  readonly root?: string;
  readonly name?: string;
  /** What commands inherit; none by default but PATH of the usual folders. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /**
   * Commands always run on this machine, never inside `root`; so with a root of its own they are refused, unless this
   * says that they may.
   */
  readonly commands?: "allow";
}

const usualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const usualFile = 16 * 1024 * 1024;

interface Kinded {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

const typeOf = (entry: Kinded): FileType =>
  entry.isFile() ? "file" : entry.isDirectory() ? "directory" : entry.isSymbolicLink() ? "link" : "other";

/** This machine, or a folder of it that stands for one. Keeps every promise of {@link Host}. */
export function localHost(options: LocalHostOptions = {}): Host {
  const root = options.root ?? "/";
  const at = (path: string) => resolvePath(root, path, "follow");
  return {
    name: options.name ?? (root === "/" ? "localhost" : root),
    readFile: async (path, maxBytes = usualFile) => readWhole(await at(path), path, maxBytes),
    stat: async (path) => {
      const found = await stat(await at(path)).catch((thrown: unknown) => absentOr(thrown, path));
      if (!found) return undefined;
      const { uid, gid, size, ino: inode } = found;
      return { type: typeOf(found), mode: found.mode & 0o7777, uid, gid, size, inode };
    },
    list: async (path) => listFolder(await at(path), path),
    writeFile: async (path, bytes, attributes) => {
      const file = await resolveForWriting(root, path);
      await writeAtomically(file, bytes, attributes).catch((thrown: unknown) => {
        throw fileFailure(thrown, path);
      });
    },
    overwriteInPlace: async (path, bytes) => {
      const file = await resolveForWriting(root, path);
      await overwrite(file, Buffer.from(bytes as Uint8Array)).catch((thrown: unknown) => {
        throw fileFailure(thrown, path);
      });
    },
    remove: async (path) => removeOne(await resolvePath(root, path, "keep"), path),
    makeDirectory: async (path, mode) => makeFolders(root, await at(path), path, mode),
    run: async (argv, run) => {
      if (root !== "/" && options.commands !== "allow") {
        throw new MoorlineError("HOST_COMMANDS_UNAVAILABLE", { subject: argv[0], parameters: { root } });
      }
      const environment = { PATH: usualPath, ...options.environment, LC_ALL: "C", ...run.environment };
      return runCommand(argv, { ...run, environment });
    },
    dial: dialFromHere,
  };
}

async function readWhole(file: string, path: string, maxBytes: number): Promise<HostFile | undefined> {
  try {
    await using handle = await open(file, "r");
    const { mode, uid, gid, ...found } = await handle.stat();
    if ((mode & 0o170000) !== 0o100000) throw new MoorlineError("HOST_NOT_A_FILE", { subject: path });
    const tooLarge = () =>
      new MoorlineError("HOST_FILE_TOO_LARGE", { subject: path, parameters: { limit: maxBytes } });
    if (found.size > maxBytes) throw tooLarge();
    const bytes = await handle.readFile();
    if (bytes.length > maxBytes) throw tooLarge();
    return { bytes, mode: mode & 0o7777, uid, gid };
  } catch (thrown) {
    return absentOr(thrown, path);
  }
}

async function listFolder(folder: string, path: string): Promise<readonly HostEntry[] | undefined> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .map((entry) => ({ name: entry.name, type: typeOf(entry) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (thrown) {
    if (systemCode(thrown) === "ENOENT") return undefined;
    throw fileFailure(thrown, path);
  }
}

async function removeOne(file: string, path: string): Promise<void> {
  try {
    if ((await lstat(file)).isDirectory()) await rmdir(file);
    else await unlink(file);
    await syncDirectory(dirname(file));
  } catch (thrown) {
    if (systemCode(thrown) !== "ENOENT") throw fileFailure(thrown, path);
  }
}

async function makeFolders(root: string, folder: string, path: string, mode: number): Promise<void> {
  const made: string[] = [];
  try {
    let here = root;
    for (const part of relative(root, folder).split("/")) {
      here = join(here, part);
      if (await makeOne(here)) made.push(here);
    }
    if (made.at(-1) === folder) await chmod(folder, mode);
    for (const each of made) await syncDirectory(dirname(each));
  } catch (thrown) {
    for (const each of made.reverse()) await rmdir(each).catch(() => undefined); // the first failure is the one to tell
    throw fileFailure(thrown, path);
  }
}

/** @returns whether it was missing */
async function makeOne(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, 0o755);
    await chmod(folder, 0o755);
    return true;
  } catch (thrown) {
    const isThere = ["EEXIST", "EISDIR", "EROFS", "EACCES", "EPERM"].includes(systemCode(thrown));
    if (isThere && (await stat(folder).catch(() => undefined))?.isDirectory()) return false;
    throw thrown;
  }
}

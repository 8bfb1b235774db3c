import { dirname, join } from "node:path/posix";
import { z } from "zod";
import { MoorlineError } from "../../../../model/errors.ts";
import type { Host } from "../../../../clients/host/host.ts";

/** How many are kept besides the one in use. */
const keep = 5;
const largestTree = { files: 2000, bytes: 64 * 1024 * 1024 };

const manifest = z.object({
  files: z.array(
    z.object({
      path: z.string(),
      /** Name of the copy; absent where there was no such file, or where it was a key and the backup has served. */
      copy: z.string().optional(),
      isKey: z.boolean().default(false),
      mode: z.int(),
      uid: z.int(),
      gid: z.int(),
    }),
  ),
  /** Folders of which every file was copied: one that is not listed was not there. */
  trees: z.array(z.string()),
});

export type Manifest = z.infer<typeof manifest>;

const journalSchema = z.object({
  kind: z.enum(["renewal", "configuration"]),
  backup: z.string(),
  /** Digest of the certificate that clients were shown; absent where it was none. */
  leaf: z.string().optional(),
  /** The port of plain HTTP took connections. */
  http: z.boolean(),
});

/** Says that writing has begun and not ended, and what was there before. */
export type Journal = z.infer<typeof journalSchema>;

/** Ours in Harbor's folder: root alone may look into it. */
export const backupsOf = (directory: string): string => join(directory, "moorline-backups");
const journalOf = (directory: string): string => join(backupsOf(directory), "pending.json");
const manifestOf = (directory: string, backup: string): string =>
  join(backupsOf(directory), backup, "manifest.json");

/** @returns undefined where every earlier run has ended, or its backup is gone */
export async function readJournal(host: Host, directory: string): Promise<Journal | undefined> {
  const file = await host.readFile(journalOf(directory));
  const parsed = journalSchema.safeParse(safeJson(file?.bytes.toString("utf8") ?? ""));
  if (!parsed.success) return undefined;
  return (await readManifest(host, directory, parsed.data.backup)) === undefined ? undefined : parsed.data;
}

export async function readManifest(
  host: Host,
  directory: string,
  backup: string,
): Promise<Manifest | undefined> {
  const file = await host.readFile(manifestOf(directory, backup));
  const parsed = manifest.safeParse(safeJson(file?.bytes.toString("utf8") ?? ""));
  return parsed.success ? parsed.data : undefined;
}

export const hasBackups = async (host: Host, directory: string): Promise<boolean> =>
  (await host.list(backupsOf(directory))) !== undefined;

export interface BackedUp {
  /** Whether they are there or not. */
  readonly files: readonly string[];
  /** Those of them that hold a private key. */
  readonly keys: readonly string[];
  /** Folders, with all that is in them. */
  readonly trees: readonly string[];
}

/**
 * Copies files and whole folders into a dated folder of ours, the manifest last; then notes in the journal that what
 * follows changes them. From there on the backup tells how to get back.
 */
export async function beginJournal(
  host: Host,
  directory: string,
  what: BackedUp,
  journal: Omit<Journal, "backup">,
  now: Date,
): Promise<Journal> {
  await host.makeDirectory(backupsOf(directory), 0o700);
  const taken = (await host.list(backupsOf(directory))) ?? [];
  const stamp = now
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(":", "-");
  let backup = stamp;
  for (let n = 2; taken.some((entry) => entry.name === backup); n++) backup = `${stamp}-${n}`;
  const folder = join(backupsOf(directory), backup);
  await host.makeDirectory(folder, 0o700);
  const paths = [...new Set(what.files)];
  for (const tree of what.trees) paths.push(...(await filesBelow(host, tree)));
  const files: Manifest["files"] = [];
  let bytes = 0;
  for (const [index, path] of paths.entries()) {
    const file = await host.readFile(path);
    const isKey = what.keys.includes(path);
    if (file === undefined) {
      files.push({ path, isKey, mode: 0, uid: 0, gid: 0 });
      continue;
    }
    bytes += file.bytes.length;
    if (bytes > largestTree.bytes) throw tooLarge(directory);
    const copy = String(index).padStart(4, "0");
    await host.writeFile(join(folder, copy), file.bytes, { mode: 0o600 });
    files.push({ path, copy, isKey, mode: file.mode, uid: file.uid, gid: file.gid });
  }
  const text = JSON.stringify({ files, trees: [...what.trees] } satisfies Manifest, null, 1);
  await host.writeFile(manifestOf(directory, backup), text, { mode: 0o600 });
  const begun = { ...journal, backup };
  await host.writeFile(journalOf(directory), JSON.stringify(begun), { mode: 0o600 });
  return begun;
}

/** Notes that a renewal which was cut off becomes more: should this be cut off too, everything is made anew. */
export async function goFurther(host: Host, directory: string, journal: Journal): Promise<Journal> {
  const further: Journal = { ...journal, kind: "configuration" };
  await host.writeFile(journalOf(directory), JSON.stringify(further), { mode: 0o600 });
  return further;
}

/** The bytes of one file as they were; undefined where it was not there. */
export async function backedUp(
  host: Host,
  directory: string,
  backup: string,
  file: Manifest["files"][number],
): Promise<Buffer | undefined> {
  if (file.copy === undefined) return undefined;
  return (await host.readFile(join(backupsOf(directory), backup, file.copy)))?.bytes;
}

/**
 * Puts every file back as it was: bytes, owner, mode, in place where it is still there; what has come since goes.
 * @throws HOST_*; HOST_NOT_FOUND where a copy is gone
 */
export async function putBack(host: Host, directory: string, { backup }: Journal): Promise<void> {
  const read = await readManifest(host, directory, backup);
  if (read === undefined)
    throw new MoorlineError("HOST_NOT_FOUND", { subject: manifestOf(directory, backup) });
  for (const file of read.files) {
    const { path, mode, uid, gid } = file;
    if (file.copy === undefined) {
      await host.remove(path);
      continue;
    }
    const bytes = await backedUp(host, directory, backup, file);
    if (bytes === undefined) throw new MoorlineError("HOST_NOT_FOUND", { subject: `${backup}: ${path}` });
    const found = await host.readFile(path);
    const hasAttributes = found?.mode === mode && found.uid === uid && found.gid === gid;
    if (hasAttributes && found.bytes.equals(bytes)) continue;
    if (hasAttributes) await host.overwriteInPlace(path, bytes);
    else {
      await host.makeDirectory(dirname(path), 0o755);
      await host.writeFile(path, bytes, { mode, uid, gid });
    }
  }
  const known = new Set(read.files.map((f) => f.path));
  for (const tree of read.trees)
    for (const path of await filesBelow(host, tree)) if (!known.has(path)) await host.remove(path);
}

/**
 * Ends the journal: what was written is proved, or what was there is back. Keys of backups go with it: they have
 * served, and an old key that lies about is a risk. What else is in them stays, for people.
 */
export async function endJournal(host: Host, directory: string): Promise<void> {
  await host.remove(journalOf(directory));
  const backups = (await host.list(backupsOf(directory))) ?? [];
  const dated = backups.filter((entry) => entry.type === "directory" && /^\d{4}-/.test(entry.name));
  for (const [index, { name }] of dated.entries()) {
    if (index < dated.length - keep) await removeFolder(host, join(backupsOf(directory), name));
    else await forgetKeys(host, directory, name);
  }
}

async function forgetKeys(host: Host, directory: string, backup: string): Promise<void> {
  const read = await readManifest(host, directory, backup);
  const keys = read?.files.filter((f) => f.copy !== undefined && f.isKey) ?? [];
  for (const { copy } of keys) await host.remove(join(backupsOf(directory), backup, copy ?? ""));
}

/** Removes every backup, and the folder. */
export const removeBackups = (host: Host, directory: string): Promise<void> =>
  removeFolder(host, backupsOf(directory));

async function removeFolder(host: Host, folder: string): Promise<void> {
  for (const entry of (await host.list(folder)) ?? []) {
    const path = join(folder, entry.name);
    if (entry.type === "directory") await removeFolder(host, path);
    else await host.remove(path);
  }
  await host.remove(folder);
}

async function filesBelow(host: Host, folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for (const entry of (await host.list(next)) ?? []) {
      const path = join(next, entry.name);
      if (entry.type === "directory") folders.push(path);
      else if (entry.type === "file") files.push(path);
      if (files.length > largestTree.files) throw tooLarge(folder);
    }
  }
  return files.sort();
}

const tooLarge = (subject: string): MoorlineError =>
  new MoorlineError("HOST_FILE_TOO_LARGE", { subject, parameters: { limit: largestTree.bytes } });

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a journal that can not be read is none
  }
}

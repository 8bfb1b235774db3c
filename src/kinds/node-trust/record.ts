import { join } from "node:path/posix";
import { z } from "zod";
import type { Host } from "../../clients/host/host.ts";
import { MoorlineError } from "../../model/errors.ts";

/**
 * What Moorline wrote on this machine for one document, kept outside the runtimes' folders because docker and CRI-O
 * read every file in theirs. It is written before the files that it speaks of: what is there without a record is
 * somebody else's.
 */
const record = z.object({
  version: z.literal(1),
  /** By path; `backup` is where the file that was replaced is kept, absent where there was none. */
  files: z.record(z.string(), z.object({ backup: z.string().optional() })),
  /** Fingerprints of the authorities that were written. */
  authorities: z.array(z.string()),
  /** config_path was changed, and containerd has not been restarted since. */
  restartPending: z.boolean(),
});

export type NodeRecord = z.infer<typeof record>;

const emptyRecord: NodeRecord = { version: 1, files: {}, authorities: [], restartPending: false };

const pathOf = (state: string, document: string): string => join(state, `${document}.json`);

/** @throws NODE_FILE_UNREADABLE where it is damaged: guessing could remove what is not ours */
export async function readRecord(host: Host, state: string, document: string): Promise<NodeRecord> {
  const path = pathOf(state, document);
  const file = await host.readFile(path);
  if (file === undefined) return emptyRecord;
  try {
    return record.parse(JSON.parse(file.bytes.toString("utf8")));
  } catch (thrown) {
    const reason = { en: "it is not a record of Moorline's", zh: "不是 Moorline 的记录文件" };
    throw new MoorlineError("NODE_FILE_UNREADABLE", { subject: path, parameters: { reason }, cause: thrown });
  }
}

export async function writeRecord(
  host: Host,
  state: string,
  document: string,
  content: NodeRecord,
): Promise<void> {
  await host.makeDirectory(state, 0o700);
  await host.writeFile(pathOf(state, document), `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
}

/** Forgets everything about a document, and the folder when it is empty. */
export async function removeRecord(host: Host, state: string, document: string): Promise<void> {
  await host.remove(pathOf(state, document));
}

/** Keeps a copy of a file that is about to be replaced. */
export async function keepBackup(
  host: Host,
  state: string,
  document: string,
  path: string,
): Promise<string | undefined> {
  const file = await host.readFile(path);
  if (file === undefined) return undefined;
  const folder = join(state, "backup", document);
  await host.makeDirectory(folder, 0o700);
  const backup = join(folder, path.slice(1).replaceAll("/", "+"));
  const { bytes, mode, uid, gid } = file;
  await host.writeFile(backup, bytes, { mode, uid, gid });
  return backup;
}

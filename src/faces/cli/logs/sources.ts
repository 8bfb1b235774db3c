import { glob, open, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { LogSource } from "../../../diagnosis/logs/analysis.ts";
import { MoorlineError } from "../../../model/errors.ts";
import type { Io } from "../command.ts";
import { unpacked } from "./unpack.ts";

/** Files that one run may read. */
const mostFiles = 10_000;
/** Bytes read at a time. */
const chunkBytes = 1 << 20;

/**
 * The logs that words name: files, folders (all files below them), patterns with `*`, and `-` for standard input.
 * Nothing is opened before it is read.
 * @throws LOGS_NOT_FOUND where a word names nothing, LOGS_TOO_MANY
 */
export async function logSources(words: readonly string[], io: Io): Promise<readonly LogSource[]> {
  const sources: LogSource[] = [];
  for (const word of words) {
    if (word === "-") sources.push(standardInput(io));
    else for (const path of await filesOf(word, io)) sources.push(fileSource(path, io));
    if (sources.length > mostFiles)
      throw new MoorlineError("LOGS_TOO_MANY", { subject: word, parameters: { limit: mostFiles } });
  }
  return sources;
}

async function filesOf(word: string, { workingDirectory }: Io): Promise<readonly string[]> {
  const found = await stat(resolve(workingDirectory, word)).catch(() => undefined);
  if (found?.isFile() === true) return [word];
  const pattern = found?.isDirectory() === true ? join(word, "**", "*") : word;
  const paths: string[] = [];
  if (found === undefined && !/[*?[{]/.test(word))
    throw new MoorlineError("LOGS_NOT_FOUND", { subject: word });
  for await (const path of glob(pattern, { cwd: workingDirectory })) {
    if ((await stat(resolve(workingDirectory, path))).isFile()) paths.push(path);
    if (paths.length > mostFiles)
      throw new MoorlineError("LOGS_TOO_MANY", { subject: word, parameters: { limit: mostFiles } });
  }
  if (paths.length === 0) throw new MoorlineError("LOGS_NOT_FOUND", { subject: word });
  return paths.sort();
}

const standardInput = (io: Io): LogSource => ({
  name: "-",
  read: () => readable("-", unpacked(io.stdin), io.stopping),
});

/** A file, unpacked where its first bytes say that it is packed. */
const fileSource = (path: string, { workingDirectory }: Io): LogSource => ({
  name: path,
  read: async function* (signal) {
    const file = resolve(workingDirectory, path);
    yield* readable(path, unpacked(readFile(file, signal)), signal);
  },
});

/** The same bytes, and what goes wrong with them in words. @throws LOGS_UNREADABLE, CANCELLED */
async function* readable(
  name: string,
  bytes: AsyncIterable<Buffer>,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  try {
    yield* bytes;
  } catch (thrown) {
    if (signal.aborted) throw new MoorlineError("CANCELLED", { subject: name, cause: thrown });
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new MoorlineError("LOGS_UNREADABLE", { subject: name, parameters: { reason }, cause: thrown });
  }
}

/** Reads a file through one buffer: streams allocate a new one for each chunk, which a large log feels. */
export async function* readFile(file: string, signal: AbortSignal): AsyncIterable<Buffer> {
  await using handle = await open(file, "r");
  const buffer = Buffer.allocUnsafe(chunkBytes);
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead } = await handle.read(buffer, 0, buffer.length);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { LogSource } from "../../../diagnosis/logs/analysis.ts";
import { MoorlineError } from "../../../model/errors.ts";
import type { Io } from "../command.ts";

const pauseMs = 500;

/**
 * Sources that do not end: a file is read on as it grows, and from its beginning when it was replaced or emptied (as
 * logrotate does). Ends when the process is asked to stop.
 * @throws LOGS_FOLLOW for what is packed
 */
export function followFiles(sources: readonly LogSource[], io: Io): readonly LogSource[] {
  return sources.map((source) => {
    // Standard input does not end by itself either.
    if (source.name === "-") return source;
    if (/\.(?:gz|zst)$/.test(source.name)) throw new MoorlineError("LOGS_FOLLOW", { subject: source.name });
    const file = resolve(io.workingDirectory, source.name);
    return { name: source.name, read: (signal) => grow(file, io, signal) };
  });
}

async function* grow(file: string, io: Io, signal: AbortSignal): AsyncIterable<Buffer> {
  let at = 0;
  let inode: number | undefined;
  while (!signal.aborted) {
    const found = await stat(file).catch(() => undefined);
    if (found !== undefined) {
      if (inode !== undefined && (found.ino !== inode || found.size < at)) at = 0;
      inode = found.ino;
      if (found.size > at)
        for await (const chunk of createReadStream(file, { start: at, end: found.size - 1 })) {
          at += (chunk as Buffer).length;
          yield chunk as Buffer;
        }
    }
    // A pause that is cut short is the end.
    await io.clock.sleep(pauseMs, signal).catch(() => undefined);
  }
}

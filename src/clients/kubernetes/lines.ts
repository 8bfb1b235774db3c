import type { Readable } from "node:stream";

/** Larger than any object that etcd keeps (1.5 MiB), with its JSON escapes. */
const longestLine = 16 * 1024 * 1024;

/**
 * The lines of a stream, as bytes are cut into them by line feeds alone; a rest without one is half an event and dropped.
 * @throws RangeError for a line without end
 */
export async function* linesOf(stream: Readable): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      const line = Buffer.concat([...rest, chunk.subarray(from, at)]).toString("utf8");
      rest = [];
      size = 0;
      from = at + 1;
      if (line.trim() !== "") yield line;
    }
    if (from === chunk.length) continue;
    rest.push(chunk.subarray(from));
    size += chunk.length - from;
    if (size > longestLine) throw new RangeError(`a line of more than ${longestLine} bytes`);
  }
}

/** The text of a short answer, cut at 64 KiB. */
export async function beginningOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= 64 * 1024) break;
  }
  return Buffer.concat(chunks).toString("utf8");
}

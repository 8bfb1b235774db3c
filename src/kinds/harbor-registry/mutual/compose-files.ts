import { join } from "node:path/posix";
import { z } from "zod";
import type { Host } from "../../../clients/host/host.ts";
import { addUp, readStored, type Client } from "./clients.ts";
import { readLines } from "./client-log.ts";
import { digestOf, serialsIn, type Material } from "./material.ts";
import { httpAdditions, serverAdditions } from "./nginx.ts";
import type { PartDigests } from "./observed.ts";
import { parts, type Part, type Places } from "./places.ts";
import { rotatedOf } from "./rotation.ts";
import type { MutualTls } from "./schema.ts";

/** Texts of the folder that nginx reads; a missing file has none. */
export type PartTexts = Readonly<Partial<Record<Part, string>>>;

/** The order of writing: what is referred to comes before what refers to it. Taking away goes the other way. */
const writingOrder: readonly Part[] = [parts.authority, parts.list, parts.http, parts.server];

const largestPart = 16 * 1024 * 1024;

/** The files as they should be. Pure. */
export function wantedParts(
  mode: "observe" | "enforce",
  settings: MutualTls,
  { authority, list }: Material,
): PartTexts {
  const wanted = { mode, settings, ...(list !== undefined && { revoked: serialsIn(list) }) };
  return {
    [parts.authority]: authority,
    ...(list !== undefined && { [parts.list]: list }),
    [parts.http]: httpAdditions(wanted),
    [parts.server]: serverAdditions(wanted),
  };
}

export function digestsOf(texts: PartTexts): PartDigests {
  const pairs = writingOrder.flatMap((part) =>
    texts[part] === undefined ? [] : [[part, digestOf(texts[part])] as const],
  );
  return Object.fromEntries(pairs);
}

export const digestOfAll = (digests: PartDigests): string =>
  digestOf(...writingOrder.map((part) => digests[part]));

/** Parts that differ between two states, in the order of writing. */
export const differing = (a: PartDigests, b: PartDigests): readonly Part[] =>
  writingOrder.filter((part) => a[part] !== b[part]);

export const readParts = (host: Host, { nginx }: Places): Promise<PartTexts> => readPartsIn(host, nginx);

export async function readPartsIn(host: Host, folder: string): Promise<PartTexts> {
  const texts: Partial<Record<Part, string>> = {};
  for (const part of writingOrder) {
    const path = join(folder, part);
    // docker makes a folder where the source of a mount is missing.
    if ((await host.stat(path))?.type !== "file") continue;
    const file = await host.readFile(path, largestPart);
    if (file !== undefined) texts[part] = file.bytes.toString("utf8");
  }
  return texts;
}

/** Makes a folder hold these texts and nothing else of ours. Each file is whole at each moment. */
export async function writePartsIn(host: Host, folder: string, texts: PartTexts): Promise<void> {
  await host.makeDirectory(folder, 0o755);
  const before = await readPartsIn(host, folder);
  for (const part of writingOrder.toReversed())
    if (texts[part] === undefined) await host.remove(join(folder, part));
  for (const part of writingOrder) {
    const text = texts[part];
    if (text !== undefined && text !== before[part])
      await host.writeFile(join(folder, part), text, { mode: 0o644 });
  }
}

const loaded = z.object({ digest: z.string() });

/** Digest of what nginx was last told to load; undefined where nobody knows. */
export async function readLoaded(host: Host, places: Places): Promise<string | undefined> {
  const file = await host.readFile(places.loaded, 4096);
  try {
    return file && loaded.parse(JSON.parse(file.bytes.toString("utf8"))).digest;
  } catch {
    return undefined; // it is loaded once more, which does no harm
  }
}

export const writeLoaded = (host: Host, places: Places, digests: PartDigests): Promise<void> =>
  host.writeFile(places.loaded, `${JSON.stringify({ digest: digestOfAll(digests) })}\n`, { mode: 0o644 });

/** Bytes after which the log of clients is emptied, and what it told is kept in short. */
const longLog = 4 * 1024 * 1024;
/** Bytes that are read of a log that nobody has emptied for long: its end. */
const mostLog = 16 * 1024 * 1024;

/** Everybody who was seen, from the log and from those before it. Memory is bounded, however long the log. */
export async function readClients(
  host: Host,
  places: Places,
  signal: AbortSignal,
): Promise<readonly Client[]> {
  const kept = await host.readFile(places.clients, mostLog);
  const known = kept === undefined ? [] : readStored(kept.bytes.toString("utf8"));
  let clients: readonly Client[] = known;
  for (const path of logsOf(places)) clients = addUp(clients, readLines(await readLog(host, path, signal)));
  return clients;
}

/** The container that runs writes to one of them; logrotate keeps what was before beside it (see rotation.ts). */
export const logsOf = ({ log, below }: Places): readonly string[] =>
  [log, below.log].flatMap((path) => [rotatedOf(path), path]);

async function readLog(host: Host, path: string, signal: AbortSignal): Promise<string> {
  const size = (await host.stat(path))?.size ?? 0;
  // nginx goes on writing in between.
  if (size < mostLog) return (await host.readFile(path, mostLog * 2))?.bytes.toString("utf8") ?? "";
  const argv = ["tail", "-c", String(mostLog), path] as const;
  const { stdout } = await host.run(argv, { timeoutMs: 60_000, signal, maxOutputBytes: mostLog });
  return stdout;
}

/** Bytes of all logs after which they are told to be nobody's work. */
const hugeLog = 64 * 1024 * 1024;

export async function lengthOfLog(host: Host, places: Places): Promise<"short" | "long" | "huge"> {
  let bytes = 0;
  for (const path of logsOf(places)) bytes += (await host.stat(path))?.size ?? 0;
  return bytes > hugeLog ? "huge" : bytes > longLog ? "long" : "short";
}

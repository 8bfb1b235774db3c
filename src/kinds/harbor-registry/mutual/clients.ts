import { z } from "zod";
import type { ClientLine } from "./client-log.ts";
import { coverable, type Coverable } from "./schema.ts";

/** Requests of one kind from one client. */
const client = z.object({
  address: z.string().max(64),
  /** The program, without its version: `containerd`, `docker`, `Mozilla`. */
  program: z.string().max(100),
  path: z.enum(coverable),
  verified: z.enum(["success", "none", "failed"]),
  reason: z.string().max(500),
  subject: z.string().max(1200),
  issuer: z.string().max(1200),
  serial: z.string().max(200),
  exempt: z.string().max(63),
  /** Lines of the log: at least so many requests. */
  count: z.number().int(),
  refused: z.number().int(),
  /** Seconds since 1970. */
  first: z.number(),
  last: z.number(),
});

/** Who came, how, and with what. Texts in it came from clients, without control characters. */
export type Client = Readonly<z.infer<typeof client>>;

/** Kinds of requests that are kept; those that were seen last. */
export const mostClients = 5000;

/** One entry for each client, program, path and certificate. */
const keyOf = (c: Client): string =>
  [c.address, c.program, c.path, c.verified, c.reason, c.serial, c.issuer, c.exempt].join("\n");

/** `containerd/1.6.20~ds1` and all its like are `containerd`. */
const programOf = (agent: string): string => /^[^/\s(]{1,60}/.exec(agent)?.[0] ?? "-";

function clientOf(line: ClientLine): Client {
  return {
    address: line.address,
    program: programOf(line.agent),
    path: line.path,
    verified: line.verified,
    reason: line.reason,
    subject: line.subject,
    issuer: line.issuer,
    serial: line.serial,
    exempt: line.exempt,
    count: 1,
    refused: line.status === 400 && line.verified !== "success" ? 1 : 0,
    first: line.at,
    last: line.at,
  };
}

/** Adds up: the same requests become one entry, and those seen last are kept. Pure. */
export function addUp(known: readonly Client[], lines: Iterable<ClientLine>): readonly Client[] {
  const clients = new Map<string, Client>();
  const add = (one: Client): void => {
    const key = keyOf(one);
    const before = clients.get(key);
    clients.set(key, before === undefined ? one : joined(before, one));
    // Somebody who comes from ever new addresses must not fill the memory.
    if (clients.size > mostClients * 2) keepLatest(clients);
  };
  for (const one of known) add(one);
  for (const line of lines) add(clientOf(line));
  keepLatest(clients);
  return [...clients.values()].sort(byName);
}

const joined = (a: Client, b: Client): Client => ({
  ...a,
  count: a.count + b.count,
  refused: a.refused + b.refused,
  first: Math.min(a.first, b.first),
  last: Math.max(a.last, b.last),
});

/** Those with a certificate are nodes and count for more than whoever knocks without one. */
function keepLatest(clients: Map<string, Client>): void {
  if (clients.size <= mostClients) return;
  const rank = (c: Client): number => c.last + (c.verified === "success" ? 1e6 : 0);
  const ordered = [...clients].sort(([, a], [, b]) => rank(b) - rank(a));
  for (const [key] of ordered.slice(mostClients)) clients.delete(key);
}

function byName(a: Client, b: Client): number {
  const [x, y] = [keyOf(a), keyOf(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

const stored = z.object({ clients: z.array(client).max(mostClients) });

/** The file that remembers what emptied logs told. */
export const storedText = (clients: readonly Client[]): string => `${JSON.stringify({ clients })}\n`;

/** @returns nothing for a file that is damaged: what is forgotten is learnt again */
export function readStored(text: string): readonly Client[] {
  try {
    return stored.parse(JSON.parse(text)).clients;
  } catch {
    return [];
  }
}

/** Those that came since a time. @param since seconds since 1970 */
export const seenSince = (clients: readonly Client[], since: number): readonly Client[] =>
  clients.filter((c) => c.last >= since);

/** Whether a request of that kind would be refused if so much were covered. */
export const wouldBeRefused = (c: Client, covers: readonly Coverable[]): boolean =>
  c.verified !== "success" && c.exempt === "" && covers.includes(c.path);

/**
 * Clients that showed a certificate which is not among those expected (say, of the new CA), and have shown none that is
 * since. Empty: every client that was seen has moved. Judged by address and program, for one node may run two runtimes. Pure.
 * @param expected by serial number (lower-case hexadecimal digits as nginx logs them) and issuer (RFC 2253 as nginx logs it)
 * @param since seconds since 1970
 */
export function clientsLeftBehind(
  clients: readonly Client[],
  expected: (certificate: Pick<Client, "serial" | "issuer" | "subject">) => boolean,
  since: number,
): readonly Client[] {
  const shown = seenSince(clients, since).filter((c) => c.serial !== "");
  return shown.filter((c) => {
    if (expected(c)) return false;
    const sameClient = shown.filter((o) => o.address === c.address && o.program === c.program);
    return !sameClient.some((o) => expected(o) && o.last >= c.last);
  });
}

/** One spelling for a name, whatever the order of its parts: nginx and certificates turn it round. */
const partsOfName = (name: string): string =>
  name
    .split(/(?<!\\),\s*/)
    .map((part) => part.trim().toLowerCase())
    .sort()
    .join(",");

/** Clients that were let in with a certificate of one CA, and have shown none of another since. Pure. */
export function clientsOfAuthority(
  clients: readonly Client[],
  authority: string,
  since: number,
): readonly Client[] {
  const name = partsOfName(authority);
  const holding = clients.filter((c) => c.verified === "success");
  return clientsLeftBehind(holding, (c) => partsOfName(c.issuer) !== name, since);
}

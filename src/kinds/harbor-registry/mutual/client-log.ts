import { z } from "zod";
import { coverable } from "./schema.ts";

/** A line of the log of clients, as nginx writes it (see nginx.ts). Every text in it was chosen by a client. */
export interface ClientLine {
  /** Seconds since 1970. */
  readonly at: number;
  readonly address: string;
  /** `SUCCESS`, `NONE`, or why a certificate does not hold. */
  readonly verified: "success" | "none" | "failed";
  /** OpenSSL's words, for `failed`. */
  readonly reason: string;
  readonly subject: string;
  readonly issuer: string;
  readonly serial: string;
  readonly path: (typeof coverable)[number];
  /** Name of the exemption that lets it in; empty for none. */
  readonly exempt: string;
  readonly status: number;
  readonly agent: string;
}

/** Characters of a line; nginx cuts what clients choose, so that longer ones are not its own. */
const longestLine = 4096;

const line = z.object({
  t: z.number().min(0).max(1e11),
  a: z.string().max(64),
  v: z.string().max(400),
  s: z.string().max(1200),
  i: z.string().max(1200),
  n: z.string().max(200),
  p: z.enum(coverable),
  x: z.string().max(63),
  c: z.number().int().min(0).max(999),
  u: z.string().max(1000),
});

/** Control characters, and marks that turn the direction of text: they never get further than here. */
// oxlint-disable-next-line no-control-regex -- the control characters are what this replaces
const controls = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
const safe = (text: string): string => text.replaceAll(controls, "\ufffd");

/** Reads one line; undefined for what is none: cut off by a full disk, or put there by somebody else. */
export function readLine(text: string): ClientLine | undefined {
  if (text.length > longestLine || !text.startsWith("{")) return undefined;
  const parsed = line.safeParse(jsonOf(text));
  if (!parsed.success) return undefined;
  const { t, a, v, s, i, n, p, x, c, u } = parsed.data;
  const verified = v === "SUCCESS" ? "success" : v.startsWith("FAILED") ? "failed" : "none";
  // An address is an address: it is compared with those of nodes.
  if (!/^[0-9a-fA-F.:]+$/.test(a)) return undefined;
  return {
    at: t,
    address: a,
    verified,
    reason: verified === "failed" ? safe(v.slice("FAILED:".length)) : "",
    subject: safe(s),
    issuer: safe(i),
    serial: /^[0-9A-Fa-f]*$/.test(n) ? n.toLowerCase() : "",
    path: p,
    exempt: safe(x),
    status: c,
    agent: safe(u),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no line of ours is an answer
  }
}

/** Every readable line of a log, in its order. Half lines at both ends are passed over. */
export function* readLines(log: string): Generator<ClientLine> {
  for (let from = 0; from < log.length;) {
    const end = log.indexOf("\n", from);
    const text = log.slice(from, end < 0 ? log.length : end);
    from = end < 0 ? log.length : end + 1;
    const read = readLine(text);
    if (read !== undefined) yield read;
  }
}

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { MoorlineError } from "../../../model/errors.ts";
import type { Io } from "../command.ts";

/** A server to look at. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

const mostTargets = 100_000;

/**
 * Reads the servers that words and a list name; each once.
 * @throws TLS_TARGET for what names no server, TLS_TARGET_NONE, TLS_TARGET_TOO_MANY,
 *   TLS_TARGETS_UNREADABLE
 */
export async function parseTargets(
  words: readonly string[],
  list: string | undefined,
  io: Io,
): Promise<readonly Target[]> {
  const listed = list === undefined ? "" : await readList(list, io);
  const lines = listed.split(/\r?\n/).map((line) => line.replace(/#.*/, "").trim());
  const all = [...words, ...lines.filter((line) => line !== "")];
  const subject = "moorline tls";
  if (all.length === 0) throw new MoorlineError("TLS_TARGET_NONE", { subject });
  if (all.length > mostTargets)
    throw new MoorlineError("TLS_TARGET_TOO_MANY", {
      subject,
      parameters: { count: all.length, limit: mostTargets },
    });
  const targets = new Map(all.map(parseTarget).map((t) => [`${t.host}:${t.port}`, t]));
  return [...targets.values()];
}

/** `harbor.example.com`, `harbor.example.com:8443`, `[::1]:8443` or an https:// URL. @throws TLS_TARGET */
export function parseTarget(text: string): Target {
  const address = /^https:\/\//i.test(text) ? text : `https://${text}`;
  // A password in it is not repeated.
  const wrong = new MoorlineError("TLS_TARGET", { subject: text.replace(/[^/@]*@/, "***@") });
  if (/^[a-z]+:\/\//i.test(text) && !/^https:/i.test(text)) throw wrong;
  if (!URL.canParse(address)) throw wrong;
  const { hostname, port, username, password } = new URL(address);
  if (hostname === "" || username !== "" || password !== "") throw wrong;
  return { host: hostname.replace(/^\[(.*)\]$/, "$1"), port: port === "" ? 443 : Number(port) };
}

async function readList(path: string, io: Io): Promise<string> {
  try {
    if (path !== "-") return await readFile(resolve(io.workingDirectory, path), "utf8");
    const chunks: Uint8Array[] = [];
    for await (const chunk of io.stdin) chunks.push(chunk);
    return Buffer.concat(chunks).toString("utf8");
  } catch (thrown) {
    throw new MoorlineError("TLS_TARGETS_UNREADABLE", { subject: path, cause: thrown });
  }
}

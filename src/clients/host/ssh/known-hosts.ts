import { createHmac } from "node:crypto";
import { MoorlineError } from "../../../model/errors.ts";
import { fingerprintOf, keyTypeOf } from "./host-key.ts";

/** One line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export interface KnownHost {
  readonly marker: "none" | "revoked" | "cert-authority";
  /** Comma-separated patterns, or one hashed name, as they stand there. */
  readonly hosts: string;
  readonly type: string;
  readonly key: Buffer;
}

/** What one machine may show. */
export interface ExpectedKeys {
  /** Where they stand, for messages: a file, or `hostKey` of a document. */
  readonly place: string;
  readonly good: readonly Buffer[];
  readonly revoked: readonly Buffer[];
  /** A line vouches for the machine only through a certificate. */
  readonly byCertificate: boolean;
}

/**
 * Reads a known_hosts file. Lines without a marker that can not be read know no machine and are passed over, as OpenSSH
 * does it; a damaged line with a marker may revoke a key, so it is an error.
 * @throws HOST_SSH_KNOWN_HOSTS_UNREADABLE
 */
export function parseKnownHosts(text: string, place: string): readonly KnownHost[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const words = line.trim().split(/[ \t]+/);
    if (words[0] === undefined || words[0] === "" || words[0].startsWith("#")) return [];
    const marker = words[0].startsWith("@") ? words.shift() : undefined;
    const [hosts, type, key] = words;
    const parsed = hosts !== undefined && type !== undefined ? keyOf(type, key) : undefined;
    const known = { undefined: "none", "@revoked": "revoked", "@cert-authority": "cert-authority" } as const;
    const named = known[String(marker) as keyof typeof known] as KnownHost["marker"] | undefined;
    if (hosts !== undefined && type !== undefined && parsed !== undefined && named !== undefined)
      return [{ marker: named, hosts, type, key: parsed }];
    if (marker === undefined) return [];
    const reason = {
      en: `line ${index + 1} begins with ${marker} and can not be read`,
      zh: `第 ${index + 1} 行以 ${marker} 开头，但无法解析`,
    };
    throw new MoorlineError("HOST_SSH_KNOWN_HOSTS_UNREADABLE", { subject: place, parameters: { reason } });
  });
}

/** A key of which the outer type is the inner one (RFC 4253 §6.6). */
function keyOf(type: string, base64: string | undefined): Buffer | undefined {
  if (base64 === undefined || !/^[A-Za-z0-9+/]+=*$/.test(base64)) return undefined;
  const key = Buffer.from(base64, "base64");
  return keyTypeOf(key) === type ? key : undefined;
}

/** The keys that a file gives for one machine. @param port 22 stands without its number in the file */
export function keysFor(
  host: string,
  port: number,
  known: readonly KnownHost[],
  place: string,
): ExpectedKeys {
  const name = (port === 22 ? host : `[${host}]:${port}`).toLowerCase();
  const matching = known.filter((line) => namesHost(line.hosts, name));
  const keys = (marker: KnownHost["marker"]): readonly Buffer[] =>
    matching.filter((line) => line.marker === marker).map((line) => line.key);
  const good = keys("none");
  return {
    place,
    good,
    revoked: keys("revoked"),
    byCertificate: good.length === 0 && keys("cert-authority").length > 0,
  };
}

/** @param pinned `ssh-ed25519 AAAA…`, perhaps with a comment @throws HOST_SSH_KNOWN_HOSTS_UNREADABLE */
export function pinnedKey(pinned: string, place: string): ExpectedKeys {
  const [type = "", base64] = pinned.trim().split(/[ \t]+/);
  const key = keyOf(type, base64);
  if (key === undefined) {
    const reason = { en: "the public key can not be read", zh: "无法解析该公钥" };
    throw new MoorlineError("HOST_SSH_KNOWN_HOSTS_UNREADABLE", { subject: place, parameters: { reason } });
  }
  return { place, good: [key], revoked: [], byCertificate: false };
}

function namesHost(hosts: string, name: string): boolean {
  if (hosts.startsWith("|")) return isHashOf(hosts, name);
  const patterns = hosts.toLowerCase().split(",");
  // A negated pattern that matches wins, wherever it stands (ssh_config(5), PATTERNS).
  if (patterns.some((p) => p.startsWith("!") && matches(p.slice(1), name))) return false;
  return patterns.some((p) => !p.startsWith("!") && matches(p, name));
}

/** `|1|salt|HMAC-SHA1(salt, name)` (ssh-keygen -H). */
function isHashOf(hosts: string, name: string): boolean {
  const [, version, salt, hash, rest] = hosts.split("|");
  if (version !== "1" || salt === undefined || hash === undefined || rest !== undefined) return false;
  return createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64") === hash;
}

/** `*` is any text, `?` any one character; without a backtracking engine, which a hostile file could keep busy. */
function matches(pattern: string, name: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  let p = 0;
  while (at < name.length) {
    if (p < pattern.length && pattern[p] === "*") {
      star = p++;
      resume = at;
    } else if (p < pattern.length && (pattern[p] === "?" || pattern[p] === name[at])) {
      p++;
      at++;
    } else if (star >= 0) {
      p = star + 1;
      at = ++resume;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(p));
}

/**
 * Why the key that a machine showed is not accepted; undefined where it is.
 * @param subject the machine, as messages call it
 */
export function refusalOf(shown: Buffer, expected: ExpectedKeys, subject: string): MoorlineError | undefined {
  const { place, good, revoked, byCertificate } = expected;
  const isIn = (keys: readonly Buffer[]): boolean => keys.some((key) => key.equals(shown));
  const seen = { type: keyTypeOf(shown), seen: fingerprintOf(shown), place };
  const refuse = (code: MoorlineError["code"], more: Readonly<Record<string, string>> = {}): MoorlineError =>
    new MoorlineError(code, { subject, parameters: { ...seen, ...more } });
  if (isIn(revoked)) return refuse("HOST_SSH_HOST_KEY_REVOKED");
  if (isIn(good)) return undefined;
  if (byCertificate) return refuse("HOST_SSH_CERTIFICATE_UNSUPPORTED");
  if (good.length === 0) return refuse("HOST_SSH_HOST_KEY_UNKNOWN");
  const expectedKeys = good.map((key) => `${keyTypeOf(key)} ${fingerprintOf(key)}`).join(", ");
  return refuse("HOST_SSH_HOST_KEY_CHANGED", { expected: expectedKeys });
}

import { parse, patch } from "@decimalturn/toml-patch";
import { MoorlineError } from "../../model/errors.ts";
import { isTable, readToml, strings, tableAt, type Table } from "./toml.ts";

/** What a hosts.toml must say for one registry. */
export interface HostTrust {
  /** `host[:port]` */
  readonly host: string;
  /** Absolute path of the CA bundle. */
  readonly ca?: string;
  readonly client?: { readonly certificate: string; readonly privateKey: string };
  /** Files of ours from before, which are no longer named. */
  readonly obsolete: readonly string[];
}

/** Which authorities and client pairs a level of hosts.toml names. */
function wantedAt(level: Table, trust: HostTrust): Record<string, unknown> {
  const kept = strings(level.ca).filter((path) => !trust.obsolete.includes(path));
  const ca = trust.ca === undefined || kept.includes(trust.ca) ? kept : [...kept, trust.ca];
  const pairs = pairsOf(level.client).filter((pair) => !pair.some((path) => trust.obsolete.includes(path)));
  const { client } = trust;
  const isNamed = pairs.some(([certificate]) => certificate === client?.certificate);
  const wanted =
    client === undefined || isNamed ? pairs : [...pairs, [client.certificate, client.privateKey]];
  return { ca, client: wanted };
}

/** containerd takes one path, a list of paths, or a list of pairs. */
function pairsOf(value: unknown): readonly (readonly string[])[] {
  if (typeof value === "string") return [[value]];
  if (!Array.isArray(value)) return [];
  return value.map((each) => strings(each));
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/**
 * Puts our CA and client pair at both levels of a hosts.toml, because either alone fails for tags that exist or for
 * those that do not (facts/container-runtimes.md). Other hosts, capabilities, headers and comments stay.
 * @param text what is there
 * @throws NODE_FILE_UNREADABLE
 */
export function mergeHosts(text: string | undefined, trust: HostTrust, path: string): string {
  if (text === undefined || text.trim() === "") return freshHosts(trust);
  const before = readToml(text, path);
  checkHosts(before, path);
  const url = `https://${trust.host}`;
  const document = parse(text) as Record<string, unknown>;
  document.server ??= url;
  setLevel(document, before, trust);
  const hosts = tableAt(document, "host") ?? {};
  const key = Object.keys(hosts).find((name) => name.replace(/\/$/, "") === url);
  const own = key === undefined ? undefined : hosts[key];
  if (isTable(own)) {
    setLevel(own, tableAt(before, "host", key ?? url) ?? {}, trust);
    return patch(text, document);
  }
  // containerd tries hosts in the order of the file: those of others stay before ours.
  const patched = patch(text, document);
  const level = levelLines(trust);
  if (level.length === 0) return patched;
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const section = ["", `[host.${JSON.stringify(url)}]`, ...level.map((line) => `  ${line}`), ""].join(eol);
  return `${patched}${patched.endsWith("\n") ? "" : eol}${section}`;
}

/** containerd puts the whole file away where `host` is no table of tables. */
function checkHosts({ host = {} }: Table, path: string): void {
  if (isTable(host) && Object.values(host).every(isTable)) return;
  const reason = "`host` is no table of hosts";
  throw new MoorlineError("NODE_FILE_UNREADABLE", { subject: path, parameters: { reason } });
}

function setLevel(level: Record<string, unknown>, before: Table, trust: HostTrust): void {
  for (const [key, wanted] of Object.entries(wantedAt(before, trust))) {
    const current = key === "ca" ? strings(before.ca) : pairsOf(before.client);
    if (same(current, wanted)) continue;
    if ((wanted as readonly unknown[]).length === 0) delete level[key];
    else level[key] = wanted;
  }
}

function levelLines({ ca, client }: HostTrust): readonly string[] {
  const pair =
    client && [client.certificate, client.privateKey].map((path) => JSON.stringify(path)).join(", ");
  return [
    ...(ca === undefined ? [] : [`ca = [${JSON.stringify(ca)}]`]),
    ...(pair === undefined ? [] : [`client = [[${pair}]]`]),
  ];
}

function freshHosts(trust: HostTrust): string {
  const level = levelLines(trust);
  const url = JSON.stringify(`https://${trust.host}`);
  return [`server = ${url}`, ...level, "", `[host.${url}]`, ...level.map((line) => `  ${line}`), ""].join(
    "\n",
  );
}

/** Takes our files out again. @returns undefined where nothing is left that says anything */
export function withoutOurs(
  text: string,
  host: string,
  ours: readonly string[],
  path: string,
): string | undefined {
  const merged = mergeHosts(text, { host, obsolete: ours }, path);
  const document = parse(merged) as Record<string, unknown>;
  const hosts = (document.host ?? {}) as Record<string, unknown>;
  const key = `https://${host}`;
  if (isTable(hosts[key]) && Object.keys(hosts[key]).length === 0) delete hosts[key];
  const isEmpty =
    Object.keys(hosts).length === 0 && Object.keys(document).every((k) => k === "server" || k === "host");
  return isEmpty ? undefined : patch(merged, document);
}

/** The registry's own table, or the top, which containerd asks after it. */
export type HostsLevel = "host" | "server";

/** What containerd would read of a hosts.toml for the registry itself. */
export function readHosts(
  text: string,
  host: string,
  path: string,
  level: HostsLevel,
): { ca: readonly string[]; clients: readonly (readonly string[])[] } {
  const document = readToml(text, path);
  const own = (level === "host" ? tableAt(document, "host", `https://${host}`) : undefined) ?? document;
  return { ca: strings(own.ca), clients: pairsOf(own.client) };
}

/** Whether two texts say the same, whatever their spacing. */
export const saysTheSame = (a: string, b: string, path: string): boolean =>
  same(readToml(a, path), readToml(b, path));

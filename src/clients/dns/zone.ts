import { lookup } from "node:dns/promises";
import { MoorlineError } from "../../model/errors.ts";
import { serverName, type DnsServer } from "./exchange.ts";
import { ask, type Asking } from "./query.ts";
import { canonicalName } from "./wire.ts";

const longestAliasChain = 8;

/**
 * Where a name really is: aliases (CNAME) that the server itself knows are followed, so that `_acme-challenge` may be
 * delegated to another zone.
 */
export async function followAlias(server: DnsServer, name: string, asking: Asking): Promise<string> {
  let current = canonicalName(name);
  for (let i = 0; i < longestAliasChain; i++) {
    const { answers } = await ask(server, current, "CNAME", asking);
    const alias = answers.find((a) => a.type === "CNAME" && canonicalName(a.name) === current);
    if (alias?.type !== "CNAME") return current;
    current = canonicalName(alias.data);
  }
  return current;
}

/**
 * The zone of a name, as the server has it: its SOA record stands at the zone's top.
 * @throws DNS_ZONE_UNKNOWN
 */
export async function findZone(server: DnsServer, name: string, asking: Asking): Promise<string> {
  const labels = canonicalName(name).split(".");
  for (let i = 0; i < labels.length - 1; i++) {
    const candidate = labels.slice(i).join(".");
    const { answers } = await ask(server, candidate, "SOA", asking);
    if (answers.some((a) => a.type === "SOA" && canonicalName(a.name) === candidate)) return candidate;
  }
  throw new MoorlineError("DNS_ZONE_UNKNOWN", { subject: serverName(server), parameters: { name } });
}

/**
 * The servers that a zone says are its own, at the DNS port. Their addresses are asked of the server itself first.
 * @returns none where none of the names leads anywhere
 */
export async function zoneServers(
  server: DnsServer,
  zone: string,
  asking: Asking,
): Promise<readonly DnsServer[]> {
  const { answers } = await ask(server, zone, "NS", asking);
  const names = answers.flatMap((a) => (a.type === "NS" ? [canonicalName(a.data)] : []));
  const found = await Promise.all(names.map((name) => addressOf(server, name, asking)));
  return found.flatMap((host) => (host === undefined ? [] : [{ host, port: 53 }]));
}

async function addressOf(server: DnsServer, name: string, asking: Asking): Promise<string | undefined> {
  const { answers } = await ask(server, name, "A", asking);
  const own = answers.find((a) => a.type === "A");
  if (own?.type === "A") return own.data;
  // A name server that this machine can not resolve is one that it can not ask either.
  return lookup(name).then(
    (found) => found.address,
    () => undefined,
  );
}

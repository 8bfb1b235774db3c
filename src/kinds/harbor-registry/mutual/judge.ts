import { seenSince, type Client } from "./clients.ts";

/** A node that must be let in. */
export interface KnownNode {
  readonly name: string;
  /** As Harbor's machine sees them. Empty where they are not known. */
  readonly addresses: readonly string[];
}

/** What a node was seen to do. */
export type NodeVerdict =
  | { readonly node: string; readonly state: "proved" }
  | { readonly node: string; readonly state: "unseen" | "address-unknown" }
  | { readonly node: string; readonly state: "without"; readonly program: string; readonly address: string }
  | {
      readonly node: string;
      readonly state: "failed";
      readonly program: string;
      readonly address: string;
      readonly reason: string;
    };

/**
 * The programs that pull images on a node. Others that come from its address may be pods, whose traffic bears it too, or
 * Moorline itself with a pair of its own: they prove nothing of the node, and speak not against it.
 */
const runtimes = /^(?:containerd|docker|cri-o|libpod|podman|buildah|nerdctl)/i;

/**
 * What each node's runtimes were seen to do at the registry's paths. A node is proved when one was seen with a valid
 * certificate, and none came last without. Pure.
 * @param since seconds since 1970: what is older does not count
 */
export function judgeNodes(
  nodes: readonly KnownNode[],
  clients: readonly Client[],
  since: number,
): readonly NodeVerdict[] {
  const recent = seenSince(clients, since).filter((c) => c.path === "registry" && runtimes.test(c.program));
  const byAddress = Map.groupBy(recent, (c) => canonical(c.address));
  return nodes.map((node) => {
    const seen = node.addresses.flatMap((a) => byAddress.get(canonical(a)) ?? []);
    return judgeNode(node, seen);
  });
}

/** Listed at most. */
const mostHidden = 5;

/**
 * The addresses that runtimes come from, where several nodes are expected and none of them is seen by its own: something on the way
 * puts its address in place of theirs. Pure.
 * @returns none where a node is seen by its own address, or no runtime at all
 */
export function hiddenSources(
  nodes: readonly KnownNode[],
  clients: readonly Client[],
  since: number,
): readonly string[] {
  const own = new Set(nodes.flatMap((n) => n.addresses.map(canonical)));
  const known = nodes.filter((n) => n.addresses.length > 0);
  const recent = seenSince(clients, since).filter((c) => c.path === "registry" && runtimes.test(c.program));
  const seen = [...new Set(recent.map((c) => canonical(c.address)))].sort();
  const isHidden = known.length > 1 && seen.length < known.length && !seen.some((a) => own.has(a));
  return isHidden ? seen.slice(0, mostHidden) : [];
}

/** What each runtime of a node did last at the registry's paths. Pure. */
export function latestOfRuntimes({ addresses }: KnownNode, clients: readonly Client[]): readonly Client[] {
  const own = new Set(addresses.map(canonical));
  return latestOf(
    clients.filter((c) => c.path === "registry" && runtimes.test(c.program) && own.has(canonical(c.address))),
  );
}

const latestOf = (seen: readonly Client[]): readonly Client[] =>
  [...Map.groupBy(seen, (c) => `${c.address} ${c.program}`).values()].map((of) =>
    of.reduce((a, b) => (isLater(b, a) ? b : a)),
  );

function judgeNode({ name: node, addresses }: KnownNode, seen: readonly Client[]): NodeVerdict {
  const latest = latestOf(seen);
  const bad = latest.find((c) => c.verified !== "success");
  if (bad === undefined) {
    if (latest.length > 0) return { node, state: "proved" };
    return { node, state: addresses.length === 0 ? "address-unknown" : "unseen" };
  }
  const { program, address, reason } = bad;
  if (bad.verified === "failed") return { node, state: "failed", program, address, reason };
  return { node, state: "without", program, address };
}

/** At the same moment, the worse counts. */
const isLater = (a: Client, b: Client): boolean =>
  a.last > b.last || (a.last === b.last && a.verified !== "success");

/** One spelling for each address: IPv4 in IPv6 clothes is IPv4. */
function canonical(address: string): string {
  return address.toLowerCase().replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, "");
}

import { isIP } from "node:net";
import type { Host } from "../../../clients/host/host.ts";
import type { KubernetesObject } from "../../../clients/kubernetes/object.ts";
import { resources } from "../../../clients/kubernetes/resources.ts";
import { isError } from "../../../model/errors.ts";
import type { Document } from "../../../model/document.ts";
import type { NodeTrustSpec } from "../../node-trust/schema.ts";
import type { World } from "../../world.ts";
import type { KnownNode } from "./judge.ts";

interface Node extends KubernetesObject {
  readonly status?: {
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
  };
}

/** The nodes that pull from a registry, as far as they are known. */
export interface GatheredNodes {
  /** Names of the NodeTrust documents that refer to the registry. */
  readonly trusts: readonly string[];
  readonly nodes: readonly KnownNode[];
}

/**
 * Every node of every NodeTrust that refers to a registry: those that the documents list, and those of the cluster where one is
 * at hand.
 * @param at Harbor's machine, whose names for hosts count
 */
export async function gatherNodes(
  registry: string,
  at: Host,
  world: World,
  signal: AbortSignal,
): Promise<GatheredNodes> {
  const trusts = (world.documents.ordered ?? [])
    .filter(isNodeTrust)
    .filter((d) => d.spec.registry === registry);
  if (trusts.length === 0) return { trusts: [], nodes: [] };
  const nodes = new Map<string, Set<string>>();
  const add = (name: string, addresses: readonly string[]): void => {
    const known = nodes.get(name) ?? new Set();
    for (const address of addresses) known.add(address);
    nodes.set(name, known);
  };
  for (const node of await clusterNodes(world, signal)) add(node.name, node.addresses);
  for (const trust of trusts)
    for (const { name, on } of trust.spec.nodes ?? [])
      add(name, await resolve(on?.ssh.host ?? name, at, signal));
  return {
    trusts: trusts.map((d) => d.metadata.name),
    nodes: [...nodes]
      .map(([name, addresses]) => ({ name, addresses: [...addresses].sort() }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

const isNodeTrust = (document: Document): document is Document<NodeTrustSpec> =>
  document.kind === "NodeTrust";

async function clusterNodes(world: World, signal: AbortSignal): Promise<readonly KnownNode[]> {
  try {
    const client = await world.kubernetes();
    const { items } = await client.list<Node>(resources.nodes, { signal });
    return items.map(({ metadata, status }) => ({
      name: metadata.name ?? "",
      addresses: (status?.addresses ?? []).map((a) => a.address).filter((a) => isIP(a) !== 0),
    }));
  } catch (thrown) {
    // Without a cluster, the documents' own lists are what there is.
    if (isError(thrown, "KUBECONFIG_MISSING", "KUBERNETES_FORBIDDEN")) return [];
    throw thrown;
  }
}

/** The addresses of a name as Harbor's machine knows them; none where it knows none. */
async function resolve(name: string, at: Host, signal: AbortSignal): Promise<readonly string[]> {
  if (isIP(name) !== 0) return [name];
  try {
    const { exitCode, stdout } = await at.run(["getent", "ahosts", name], { timeoutMs: 10_000, signal });
    if (exitCode !== 0) return [];
    const addresses = stdout.split("\n").map((line) => line.split(/\s+/)[0] ?? "");
    return [...new Set(addresses.filter((a) => isIP(a) !== 0))];
  } catch (thrown) {
    if (isError(thrown, "HOST_COMMANDS_UNAVAILABLE", "HOST_COMMAND_NOT_FOUND", "HOST_COMMAND_TIMEOUT"))
      return [];
    throw thrown;
  }
}

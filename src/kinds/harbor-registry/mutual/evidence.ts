import type { Document } from "../../../model/document.ts";
import { serialOf } from "../../../pki/revocation-record.ts";
import type { World } from "../../world.ts";
import type { HarborRegistrySpec } from "../schema.ts";
import { seenSince, type Client } from "./clients.ts";
import { readClients } from "./compose-files.ts";
import { openScene } from "./compose-observe.ts";
import { latestOfRuntimes, type KnownNode } from "./judge.ts";
import { gatherNodes } from "./nodes.ts";

/** What the log of clients of one Harbor tells of client certificates. */
export interface ClientEvidence {
  readonly nodes: readonly KnownNode[];
  readonly clients: readonly Client[];
}

/** Reads the log of clients of a registry; undefined where none is kept: no mutual TLS, or none at a docker-compose Harbor. */
export async function readEvidence(
  document: Document<HarborRegistrySpec>,
  world: World,
  signal: AbortSignal,
): Promise<ClientEvidence | undefined> {
  const { deployment, tls } = document.spec;
  if (deployment?.compose === undefined || tls.mutual === undefined || tls.mutual === "off") return undefined;
  const { host, places } = await openScene(document, deployment.compose, world);
  if ((await host.stat(places.log)) === undefined) return undefined;
  const clients = await readClients(host, places, signal);
  const { nodes } = await gatherNodes(document.metadata.name, host, world, signal);
  return { nodes, clients };
}

/**
 * Nodes whose runtimes came last with one of these certificates, each of them, and were let in. That proves that the node
 * holds the certificate; and, since a client shows its own only after it took the server's, that it trusts the
 * server's CA. A node of which any runtime came last with another, or none, is not among them. Pure.
 * @param serials of the new certificates
 */
export function nodesCarrying(
  { nodes, clients }: ClientEvidence,
  serials: readonly string[],
): ReadonlyMap<string, Client> {
  const wanted = new Set(serials.map(serialOf));
  const found = new Map<string, Client>();
  for (const node of nodes) {
    const latest = latestOfRuntimes(node, clients);
    const [one] = latest;
    if (one !== undefined && latest.every((c) => c.verified === "success" && wanted.has(serialOf(c.serial))))
      found.set(node.name, one);
  }
  return found;
}

/**
 * Clients that came since a time with one of these certificates. Pure.
 * @param since seconds since 1970
 */
export function clientsShowing(
  { clients }: ClientEvidence,
  serials: readonly string[],
  since: number,
): readonly Client[] {
  const old = new Set(serials.map(serialOf));
  return seenSince(clients, since).filter((c) => c.serial !== "" && old.has(serialOf(c.serial)));
}

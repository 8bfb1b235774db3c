import type { Document } from "../../../model/document.ts";
import { nameOf } from "../../../model/document.ts";
import { MoorlineError } from "../../../model/errors.ts";
import type { World } from "../../world.ts";
import type { HarborRegistrySpec } from "../schema.ts";
import { seenSince, type Client } from "./clients.ts";
import { readClients, readParts } from "./compose-files.ts";
import { openScene } from "./compose-observe.ts";
import { judgeNodes, type NodeVerdict } from "./judge.ts";
import { modeIn } from "./nginx.ts";
import { gatherNodes } from "./nodes.ts";
import { parts } from "./places.ts";
import type { MutualTls } from "./schema.ts";

/** Who came to one Harbor, and how. */
export interface ClientReport {
  readonly registry: string;
  readonly url: string;
  readonly mode: "off" | "observe" | "enforce";
  readonly settings: Pick<MutualTls, "covers" | "exempt" | "seenWithinDays">;
  readonly nodes: readonly NodeVerdict[];
  /** Those seen within the document's days, the latest first. */
  readonly clients: readonly Client[];
}

/**
 * Reads the log of clients of one registry. Its texts came from clients; control characters are replaced already.
 * @throws MUTUAL_TLS_NO_LOG where none is kept
 */
export async function reportClients(
  document: Document<HarborRegistrySpec>,
  world: World,
  signal: AbortSignal,
): Promise<ClientReport> {
  const { deployment, tls, url } = document.spec;
  if (deployment?.compose === undefined || tls.mutual === undefined)
    throw new MoorlineError("MUTUAL_TLS_NO_LOG", { subject: nameOf(document) });
  const { host, places } = await openScene(document, deployment.compose, world);
  if ((await host.stat(places.log)) === undefined)
    throw new MoorlineError("MUTUAL_TLS_NO_LOG", { subject: nameOf(document) });
  const texts = await readParts(host, places);
  const all = await readClients(host, places, signal);
  const since = world.clock.now().getTime() / 1000 - tls.mutualTls.seenWithinDays * 86_400;
  const { nodes } = await gatherNodes(document.metadata.name, host, world, signal);
  return {
    registry: nameOf(document),
    url,
    mode: texts[parts.server] === undefined ? "off" : (modeIn(texts[parts.http] ?? "") ?? "observe"),
    settings: tls.mutualTls,
    nodes: judgeNodes(nodes, all, since),
    clients: seenSince(all, since).toSorted((a, b) => b.last - a.last),
  };
}

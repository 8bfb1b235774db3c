import type { ClientCertificate } from "../../clients/http/tls-options.ts";
import { nameOf, type Document } from "../../model/document.ts";
import { MoorlineError } from "../../model/errors.ts";
import { findRegistry } from "../harbor-registry/connect.ts";
import { resolveClientCertificate } from "../shared/client-certificate-source.ts";
import { resolveTrust } from "../shared/trust-source.ts";
import type { World } from "../world.ts";
import { containerd } from "./containerd.ts";
import { detect } from "./detect.ts";
import { folderRuntime } from "./folder-runtime.ts";
import { readRecord, type NodeRecord } from "./record.ts";
import type { Runtime, Wish } from "./runtime.ts";
import type { NodeTrustSpec } from "./schema.ts";

export type NodeDocument = Document<NodeTrustSpec>;

export interface Gathered {
  readonly url: string;
  readonly host: string;
  readonly ca: string | undefined;
  readonly client: ClientCertificate | undefined;
  readonly record: NodeRecord;
  readonly runtimes: readonly Runtime[];
}

/** What nodes must trust, wherever it is asked. */
export interface GatheredTrust {
  readonly url: string;
  /** Name of the HarborRegistry. */
  readonly registry: string;
  readonly ca: string | undefined;
  readonly client: ClientCertificate | undefined;
}

/** Reads the CA and the client pair that a document names, here or through its registry. */
export async function gatherTrust(
  document: NodeDocument,
  world: World,
  signal: AbortSignal,
): Promise<GatheredTrust> {
  const { spec, source } = document;
  const registry = findRegistry(spec.registry, nameOf(document), world);
  const { tls } = registry.spec;
  const ca = spec.ca ?? tls.ca;
  const client = spec.clientCertificate ?? tls.clientCertificate;
  const directoryOf = (own: unknown): string => (own === undefined ? registry.source : source).directory;
  return {
    url: registry.spec.url,
    registry: spec.registry,
    ca: ca && (await resolveTrust(ca, directoryOf(spec.ca), world, signal)),
    client:
      client && (await resolveClientCertificate(client, directoryOf(spec.clientCertificate), world, signal)),
  };
}

/** Reads what the node must trust, and what its runtimes read now. */
export async function gather(document: NodeDocument, world: World, signal: AbortSignal): Promise<Gathered> {
  const { spec } = document;
  const { url, ca, client } = await gatherTrust(document, world, signal);
  const record = await readRecord(world.host, spec.paths.state, document.metadata.name);
  const { host } = new URL(url);
  const wish: Wish = { host, ca, client, record };
  const names = spec.runtimes ?? (await detect(spec, world.host));
  if (names.length === 0) throw new MoorlineError("NODE_NO_RUNTIME", { subject: world.host.name });
  const runtimes: Runtime[] = [];
  for (const name of names)
    runtimes.push(
      name === "containerd"
        ? await containerd(spec, wish, world.host)
        : await folderRuntime(name, spec, wish, world.host),
    );
  return { url: new URL(url).origin, host, ca, client, record, runtimes };
}

import type { Proof } from "../../engine/kind.ts";
import type { Document } from "../../model/document.ts";
import { readCertificates } from "../../pki/certificate.ts";
import { serialOf } from "../../pki/revocation-record.ts";
import { message } from "../../text/message.ts";
import { gather } from "../harbor-certificate/gather.ts";
import type { CertificateDocument } from "../harbor-certificate/gathered.ts";
import { clientsShowing, nodesCarrying, readEvidence } from "../harbor-registry/mutual/evidence.ts";
import type { HarborRegistrySpec } from "../harbor-registry/schema.ts";
import type { NodeTrustSpec } from "../node-trust/schema.ts";
import type { ClientCertificateSource } from "../shared/client-certificate-source.ts";
import type { World } from "../world.ts";
import type { RotationContext } from "./stages.ts";

const registriesOf = (documents: readonly Document[]): readonly Document<HarborRegistrySpec>[] =>
  documents.filter((d): d is Document<HarborRegistrySpec> => d.kind === "HarborRegistry");

/** Sources of client certificates whose use is proved: by a registry's own handshake, and on every node. Pure. */
function provedSources(documents: readonly Document[]): readonly ClientCertificateSource[] {
  const trusts = documents.filter((d): d is Document<NodeTrustSpec> => d.kind === "NodeTrust");
  return [
    ...registriesOf(documents).map((d) => d.spec.tls.clientCertificate),
    ...trusts.map((d) => d.spec.clientCertificate),
  ].filter((source) => source !== undefined);
}

/** Whether something among the documents shows that a client's new certificate is in use. Pure. */
export const isUseProved = (
  documents: readonly Document[],
  certificate: CertificateDocument,
  client: string,
): boolean =>
  provedSources(documents).some((s) => s.certificate === certificate.metadata.name && s.client === client);

/** Serial numbers of the client certificates that documents hold now. */
async function currentSerials(
  certificates: readonly CertificateDocument[],
  world: World,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const serials: string[] = [];
  for (const document of certificates) {
    const { pairs } = await gather(document, world, signal);
    for (const { name } of document.spec.clients) {
      const [leaf] = readCertificates(pairs.get(name)?.certificate ?? "");
      if (leaf !== undefined) serials.push(serialOf(leaf.serialNumber));
    }
  }
  return serials;
}

/**
 * What the registries' logs of clients prove of nodes that are not reached from here: by node, that all its runtimes came
 * last with a new certificate. Only such nodes are in the answer.
 */
export async function provedByLog(
  certificates: readonly CertificateDocument[],
  documents: readonly Document[],
  world: World,
  signal: AbortSignal,
): Promise<{ readonly known: readonly string[]; readonly proofs: ReadonlyMap<string, Proof> }> {
  const serials = await currentSerials(certificates, world, signal);
  const known = new Set<string>();
  const proofs = new Map<string, Proof>();
  for (const registry of registriesOf(documents)) {
    const evidence = await readEvidence(registry, world, signal);
    if (evidence === undefined) continue;
    for (const node of evidence.nodes) known.add(node.name);
    for (const [node, { program, serial, last }] of nodesCarrying(evidence, serials))
      proofs.set(node, {
        title: message("rotation.proofLog"),
        subject: node,
        ok: true,
        detail: message("rotation.seenInLog", { program, serial, at: new Date(last * 1000).toISOString() }),
      });
  }
  return { known: [...known], proofs };
}

/** A pull that began before its node had the new certificate ends in the first of them. */
const graces = 3;

/**
 * Waits for a time of grace in which nobody came with one of these certificates.
 * @returns who came in the last of several; empty once nobody did
 */
export async function untilNobodyShows(
  serials: readonly string[],
  graceMs: number,
  {
    documents,
    world,
    stopping,
    signal,
  }: Pick<RotationContext, "documents" | "world" | "stopping" | "signal">,
): Promise<readonly string[]> {
  let showing: readonly string[] = [];
  for (let turn = 0; turn < graces; turn++) {
    const since = world.clock.now();
    await world.clock.sleep(graceMs, signal);
    showing = await stillShowing(serials, since, documents, world, stopping);
    if (showing.length === 0) break;
  }
  return showing;
}

/** Whoever came since a time with one of these certificates, as far as the registries keep logs of clients. */
async function stillShowing(
  serials: readonly string[],
  since: Date,
  documents: readonly Document[],
  world: World,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const registry of registriesOf(documents)) {
    const evidence = await readEvidence(registry, world, signal);
    if (evidence === undefined) continue;
    for (const { address, program } of clientsShowing(evidence, serials, since.getTime() / 1000))
      found.add(`${address} (${program})`);
  }
  return [...found].toSorted((a, b) => a.localeCompare(b));
}

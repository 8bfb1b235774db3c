import { nameOf } from "../../model/document.ts";
import { MoorlineError } from "../../model/errors.ts";
import { authorityCertificate } from "../../pki/authority.ts";
import { readCertificates } from "../../pki/certificate.ts";
import type { RecordedRevocation } from "../../pki/revocation-record.ts";
import type { World } from "../world.ts";
import { gather } from "./gather.ts";
import type { CertificateDocument, Gathered } from "./gathered.ts";
import { issuerOf } from "./issuers/catalogue.ts";
import { askForRenewal } from "./issuers/cert-manager/renew.ts";
import { othersInUse, stageOf, type RolloverStage } from "./issuers/rollover.ts";
import { observe } from "./observe.ts";
import { digestOf } from "./pair.ts";
import {
  readPairsRequest,
  readRolloverRequest,
  writePairsRequest,
  writeRolloverRequest,
} from "./rotation-request.ts";
import { keyDigest, readReplaced, type ReplacedCertificate } from "./replaced.ts";
import { readRecord, recordRevocation } from "./revoke.ts";
import type { Store } from "./store.ts";

const namesOf = ({ spec }: CertificateDocument, which: "server" | "clients"): readonly string[] =>
  which === "server" ? ["server"] : spec.clients.map((c) => c.name);

/** Whether a replacement of pairs was asked for and is not ended yet. */
export async function isRotatingPairs(
  document: CertificateDocument,
  which: "server" | "clients",
  world: World,
  signal: AbortSignal,
): Promise<boolean> {
  const { store } = await gather(document, world, signal);
  if (store === undefined) return false;
  const known = await readPairsRequest(store, document.metadata.name);
  return namesOf(document, which).some((of) => known[of] !== undefined);
}

/**
 * Asks for new pairs in place of those that there are.
 * @param which `server`, or all clients
 * @throws ROTATION_NOT_OURS where somebody else issues
 */
export async function requestPairs(
  document: CertificateDocument,
  which: "server" | "clients",
  world: World,
  signal: AbortSignal,
): Promise<void> {
  const names = namesOf(document, which);
  const { certManager } = document.spec.issuer;
  if (certManager !== undefined) {
    for (const of of names) await askForRenewal(certManager, document, of, world, signal);
    return;
  }
  const gathered = await gather(document, world, signal);
  const store = requireStore(gathered, document);
  const known = await readPairsRequest(store, document.metadata.name);
  const replace = Object.fromEntries(
    names.flatMap((of) => {
      const pair = gathered.pairs.get(of);
      return pair === undefined ? [] : [[of, digestOf(pair.certificate)]];
    }),
  );
  await writePairsRequest(store, document.metadata.name, { ...known, ...replace });
}

/** Ends a replacement of pairs, which is done and proved. */
export async function endPairs(
  document: CertificateDocument,
  which: "server" | "clients",
  world: World,
  signal: AbortSignal,
): Promise<void> {
  const { store } = await gather(document, world, signal);
  if (store === undefined) return;
  const known = await readPairsRequest(store, document.metadata.name);
  const names = namesOf(document, which);
  if (!names.some((of) => known[of] !== undefined)) return;
  const left = Object.fromEntries(Object.entries(known).filter(([of]) => !names.includes(of)));
  await writePairsRequest(store, document.metadata.name, left);
}

/** Certificates of clients that their successors replaced, and that are to be revoked. */
export interface Superseded {
  readonly client: string;
  readonly serials: readonly string[];
}

/**
 * What of a document's clients was replaced, lasts, and is not revoked yet. CAs that are trusted no more count for
 * nothing. Empty where no list is kept: then nobody would read of it.
 */
export async function supersededClients(
  document: CertificateDocument,
  world: World,
  signal: AbortSignal,
): Promise<readonly Superseded[]> {
  const { store } = await gather(document, world, signal);
  if (store === undefined || document.spec.crl === undefined) return [];
  const found: Superseded[] = [];
  for (const { name: client } of document.spec.clients) {
    const open = await openReplaced(document, client, world, signal);
    if (open.length > 0) found.push({ client, serials: open.map((r) => r.serialNumber) });
  }
  return found;
}

async function openReplaced(
  document: CertificateDocument,
  of: string,
  world: World,
  signal: AbortSignal,
): Promise<readonly ReplacedCertificate[]> {
  const { store, trust = "", authority } = await gather(document, world, signal);
  if (store === undefined) return [];
  const trusted = new Set(
    [
      ...(authority === undefined ? [] : [authorityCertificate(authority)]),
      ...(trust === "" ? [] : readCertificates(trust)),
    ].map(keyDigest),
  );
  const known = new Set((await readRecord(store)).filter((r) => r.waits !== true).map((r) => r.serialNumber));
  const now = world.clock.now().getTime();
  return (await readReplaced(store, document.metadata.name, of)).filter(
    (r) => !known.has(r.serialNumber) && Date.parse(r.notAfter) > now && trusted.has(r.authority),
  );
}

/**
 * Records the revocation of what a pair's successors replaced; the next list says it.
 * @returns serial numbers that were not revoked before
 */
export async function revokeReplaced(
  document: CertificateDocument,
  of: string,
  reason: RecordedRevocation["reason"],
  world: World,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { store } = await gather(document, world, signal);
  if (store === undefined) return [];
  const open = await openReplaced(document, of, world, signal);
  for (const { serialNumber, notAfter, authority } of open)
    await recordRevocation(store, {
      serialNumber,
      at: world.clock.now().toISOString(),
      reason,
      notAfter,
      of,
      authority,
    });
  return open.map((r) => r.serialNumber);
}

/** Names of other documents that still use what the previous CA issued, as the store tells. */
export async function othersOfPrevious(
  document: CertificateDocument,
  world: World,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { rollover } = await observe(document, world, signal);
  return rollover === undefined ? [] : othersInUse(rollover, world.clock.now());
}

/** Where the rollover of a document's CA stands. @throws ROTATION_NOT_OURS */
export async function rolloverStage(
  document: CertificateDocument,
  world: World,
  signal: AbortSignal,
): Promise<RolloverStage> {
  requireRollover(document);
  return stageOf((await observe(document, world, signal)).rollover);
}

/**
 * Permits the next stage of the rollover of a document's CA: its successor, that one's taking over, or the end of the
 * trust in the previous one. The permission is for the CA that is there now, and for no other.
 * @throws ROTATION_NOT_OURS, CERTIFICATE_STORE_CHANGED where there is no CA yet
 */
export async function permitRollover(
  stage: "introduce" | "switch" | "retire",
  document: CertificateDocument,
  world: World,
  signal: AbortSignal,
): Promise<void> {
  requireRollover(document);
  const gathered = await gather(document, world, signal);
  const store = requireStore(gathered, document);
  const observed = await observe(document, world, signal);
  const known = await readRolloverRequest(store);
  const { authority, rollover } = observed;
  if (stage === "introduce" && authority !== undefined)
    await writeRolloverRequest(store, { replace: authority.digest });
  if (stage === "switch" && rollover?.next !== undefined)
    await writeRolloverRequest(store, { ...known, switchTo: rollover.next });
  if (stage === "retire" && rollover?.previous !== undefined)
    await writeRolloverRequest(store, { ...known, retire: rollover.previous });
}

function requireStore({ store }: Gathered, document: CertificateDocument): Store {
  if (store === undefined || issuerOf(document.spec).issue === undefined)
    throw new MoorlineError("ROTATION_NOT_OURS", { subject: nameOf(document) });
  return store;
}

function requireRollover(document: CertificateDocument): void {
  const own = document.spec.issuer.ownAuthority;
  if (own === undefined || own.intermediate)
    throw new MoorlineError("ROTATION_NOT_OURS", { subject: nameOf(document) });
}

import { createHash } from "node:crypto";
import type { Document } from "../../../model/document.ts";
import { nameOfReference } from "../../../model/document.ts";
import { MoorlineError, fromUnknown } from "../../../model/errors.ts";
import {
  certificatePem,
  readCertificates,
  sameCertificate,
  type Certificate,
} from "../../../pki/certificate.ts";
import { readCrl } from "../../../pki/crl.ts";
import { sameName } from "../../../pki/names.ts";
import { crlLimits, pemBlocks } from "../../../pki/pem.ts";
import { verifyChain } from "../../../pki/verify.ts";
import { readAdditionalLists } from "../../harbor-certificate/additional-lists.ts";
import type { HarborCertificateSpec } from "../../harbor-certificate/schema.ts";
import { issuerOf } from "../../harbor-certificate/issuers/catalogue.ts";
import { joinLists, readOtherLists } from "../../harbor-certificate/issuers/rollover-lists.ts";
import { entries } from "../../harbor-certificate/store.ts";
import { readSource } from "../../shared/source.ts";
import { resolveClientCertificate } from "../../shared/client-certificate-source.ts";
import { resolveTrust } from "../../shared/trust-source.ts";
import type { World } from "../../world.ts";
import type { HarborRegistrySpec } from "../schema.ts";
import type { MutualTls, RevocationListSource } from "./schema.ts";

/** What nginx is to be given, besides its configuration. */
export interface Material {
  /** PEM: the CAs that sign clients. */
  readonly authority: string;
  /** PEM: their revocation lists, where they may be used. */
  readonly list?: string;
  /** Why lists that the document names are not used. */
  readonly listProblem?: ListProblem;
  /** Names of CAs that stay although the document names them no more. */
  readonly held?: readonly string[];
}

/** What nginx has now, as far as it counts for what it is given next. */
export interface Deployed {
  readonly list?: string | undefined;
  readonly authority?: string | undefined;
  /** Whether clients of a CA, by its name, were seen lately and have not moved to another. */
  readonly isInUse?: (authority: string) => boolean;
}

/** What would be wrong with a list: nginx refuses every client with it (facts: harbor §3.3). */
export type ListProblem =
  | { readonly problem: "missing" | "unreadable"; readonly reason: string }
  | { readonly problem: "expired" | "incomplete"; readonly authority: string; readonly nextUpdate?: string };

type RegistryDocument = Document<HarborRegistrySpec>;

/**
 * Reads what the document names.
 * @param deployed its list goes on where the new one can not be used; its CAs stay while their clients have no other
 * @throws TRUST_SOURCE_MISSING, PKI_*, CERTIFICATE_NOT_ISSUED_YET for the CAs; never for the lists
 */
export async function gatherMaterial(
  document: RegistryDocument,
  settings: MutualTls,
  deployed: Deployed,
  world: World,
  signal: AbortSignal,
): Promise<Material> {
  const { spec, source } = document;
  const sources = settings.clientAuthority.length > 0 ? settings.clientAuthority : [spec.tls.ca];
  const bundles: Certificate[] = [];
  for (const each of sources) {
    if (each === undefined) continue;
    for (const certificate of readCertificates(await resolveTrust(each, source.directory, world, signal)))
      if (!bundles.some((known) => sameCertificate(known, certificate))) bundles.push(certificate);
  }
  const held = heldOf(bundles, deployed);
  bundles.push(...held);
  const authority = bundles.map(certificatePem).join("");
  const base = { authority, ...(held.length > 0 && { held: held.map((c) => c.subject.text) }) };
  if (settings.revocationList === undefined) return base;
  return {
    ...base,
    ...(await chooseList(settings.revocationList, bundles, deployed.list, document, world, signal)),
  };
}

/** CAs of one name can not be told apart by what nginx logs: whoever renews one under its own name vouches for its clients. */
function heldOf(wanted: readonly Certificate[], { authority, isInUse }: Deployed): readonly Certificate[] {
  if (authority === undefined || isInUse === undefined) return [];
  return readDeployed(authority).filter(
    (old) => !wanted.some((w) => sameName(w.subject, old.subject)) && isInUse(old.subject.text),
  );
}

function readDeployed(pem: string): readonly Certificate[] {
  try {
    return readCertificates(pem);
  } catch {
    return []; // a damaged file holds nothing worth keeping
  }
}

async function chooseList(
  source: RevocationListSource,
  authorities: readonly Certificate[],
  deployed: string | undefined,
  document: RegistryDocument,
  world: World,
  signal: AbortSignal,
): Promise<Pick<Material, "list" | "listProblem">> {
  const now = world.clock.now();
  let listProblem: ListProblem;
  try {
    const pem = await readList(source, document, world, signal);
    const problem = problemOf(pem, authorities, now);
    if (problem === undefined) return { list: normalised(pem) };
    listProblem = problem;
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    const { message: reason, code } = fromUnknown(thrown, nameOfSource(source));
    listProblem = { problem: code.startsWith("PKI_") ? "unreadable" : "missing", reason };
  }
  const stillGood = deployed !== undefined && problemOf(deployed, authorities, now) === undefined;
  return { ...(stillGood && { list: deployed }), listProblem };
}

const nameOfSource = (source: RevocationListSource): string =>
  source.file ?? `HarborCertificate/${source.certificate ?? ""}`;

async function readList(
  source: RevocationListSource,
  document: RegistryDocument,
  world: World,
  signal: AbortSignal,
): Promise<string> {
  if (source.file !== undefined)
    return (await readSource(source.file, document.source.directory, world)).text;
  const reference = { kind: "HarborCertificate", name: source.certificate ?? "" };
  const missing = new MoorlineError("TRUST_SOURCE_MISSING", { subject: nameOfReference(reference) });
  const found = world.documents.find(reference);
  if (found === undefined) throw missing;
  // Documents of a kind were parsed by that kind's schema.
  const certificate = found as Document<HarborCertificateSpec>;
  const { spec } = certificate;
  const store = await issuerOf(spec).openStore?.(certificate, world, signal);
  const kept = await store?.read(entries.crl);
  if (store !== undefined && kept !== undefined) {
    const trust = (await issuerOf(spec).trust(certificate, world, signal)) ?? "";
    const authorities = trust === "" ? [] : readCertificates(trust);
    const { pem } = await readAdditionalLists(certificate, authorities, world);
    return joinLists(kept.reveal(), (await readOtherLists(store)) + pem);
  }
  for (const { crl } of spec.deliver.files) {
    const file = crl === undefined ? undefined : await world.host.readFile(crl);
    if (file !== undefined) return file.bytes.toString("utf8");
  }
  throw missing;
}

const listBlocks = (pem: string): readonly string[] =>
  pemBlocks(pem, "the CRL", crlLimits)
    .filter((b) => /^(X509 )?CRL$/.test(b.label))
    .map((b) => b.text);

/** Serial numbers of everybody on the lists, in order. */
export const serialsIn = (pem: string): readonly string[] =>
  [...new Set(listBlocks(pem).flatMap((text) => readCrl(text).revoked.map((r) => r.serialNumber)))].sort();

const normalised = (pem: string): string =>
  listBlocks(pem)
    .map((text) => `${text.trim()}\n`)
    .join("");

/**
 * What makes lists unusable for nginx: OpenSSL wants one that is valid now for every CA of a chain. Pure.
 * @throws PKI_CRL_UNREADABLE, PKI_NOT_PEM
 */
function problemOf(pem: string, authorities: readonly Certificate[], now: Date): ListProblem | undefined {
  const lists = listBlocks(pem).map((text) => readCrl(text));
  for (const authority of authorities) {
    const own = lists.filter((l) => l.isSignedBy(authority));
    if (own.length === 0) return { problem: "incomplete", authority: authority.subject.text };
    const isValid = (l: (typeof own)[number]): boolean =>
      l.thisUpdate <= now && (l.nextUpdate === undefined || l.nextUpdate > now);
    if (own.some(isValid)) continue;
    const nextUpdate = own[0]?.nextUpdate?.toISOString();
    return {
      problem: "expired",
      authority: authority.subject.text,
      ...(nextUpdate !== undefined && { nextUpdate }),
    };
  }
  return undefined;
}

/** Whether Moorline itself would be let in: `none` without a certificate, `untrusted` with one that these CAs did not sign. */
export async function ownStanding(
  document: RegistryDocument,
  { authority, list }: Material,
  world: World,
  signal: AbortSignal,
): Promise<"good" | "none" | "untrusted"> {
  const { spec, source } = document;
  if (spec.tls.clientCertificate === undefined) return "none";
  const pair = await resolveClientCertificate(spec.tls.clientCertificate, source.directory, world, signal);
  const { ok } = verifyChain({
    chainPem: pair.certificate,
    trustedPem: authority,
    purpose: "client",
    ...(list !== undefined && { crlPems: listBlocks(list) }),
    now: world.clock.now(),
  });
  return ok ? "good" : "untrusted";
}

/** A short digest of texts, in their order. */
export const digestOf = (...texts: readonly (string | undefined)[]): string =>
  createHash("sha256").update(JSON.stringify(texts)).digest("hex").slice(0, 16);

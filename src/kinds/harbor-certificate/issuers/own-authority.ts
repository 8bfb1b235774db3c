import { isError, MoorlineError } from "../../../model/errors.ts";
import { nameOf } from "../../../model/document.ts";
import type { Sensitive } from "../../../model/sensitive.ts";
import { authorityCertificate, loadAuthority, type Authority } from "../../../pki/authority.ts";
import { certificatePem, readCertificates } from "../../../pki/certificate.ts";
import { issueClient, issueServer } from "../../../pki/leaf.ts";
import { message } from "../../../text/message.ts";
import type { World } from "../../world.ts";
import { day, type CertificateContext, type CertificateStep } from "../action.ts";
import type { CertificateDocument, Gathered } from "../gathered.ts";
import type { ObservedCertificate } from "../observed.ts";
import type { IssuedPair } from "../pair.ts";
import { readPassphrase } from "../passphrase.ts";
import type { OwnAuthority } from "../schema-issuer.ts";
import { entries, openStore, type Store } from "../store.ts";
import { readPair, readPairs } from "../store-pairs.ts";
import { withRootOffline } from "./intermediate.ts";
import type { Issuer } from "./issuer.ts";
import { makeAuthority } from "./make-authority.ts";
import { withRollover } from "./rollover.ts";

/** A CA of our own, kept in a folder or a Secret. */
export function ownAuthorityIssuer(own: OwnAuthority): Issuer {
  const open = (document: CertificateDocument, world: World, signal: AbortSignal): Promise<Store> =>
    openStore(own, document.source.directory, world, signal);
  const issuer: Issuer = {
    openStore: open,
    gather: (document, world, signal) => gatherIssued(own, document, world, signal),
    trust: async (document, world, signal) => {
      const store = await open(document, world, signal);
      const kept = (await store.read(entries.authority)) ?? (await store.read(entries.certificate));
      // The CA's key may stand in the same entry: only certificates leave here.
      return kept && readCertificates(kept.reveal(), store.name).map(certificatePem).join("");
    },
    pair: async (document, of, world, signal) =>
      readPair(await open(document, world, signal), document.metadata.name, of),
    prepare: (document, observed, now) => prepare(own, document, observed, now),
    runPreparation: async (_action, context) =>
      makeAuthority(
        own,
        await open(context.document, context.world, context.signal),
        entries.authority,
        context,
      ),
    issue: (of, context) => issue(of, context),
  };
  return own.intermediate ? withRootOffline(own, issuer) : withRollover(own, issuer);
}

/** A CA at its end can certify nothing that lasts a day; what is there stays. */
function prepare(
  own: OwnAuthority,
  _document: CertificateDocument,
  observed: ObservedCertificate,
  now: Date,
): { readonly steps: readonly CertificateStep[]; readonly isStuck: boolean } {
  const { authority } = observed;
  if (authority === undefined) return { steps: [createStep(own, observed)], isStuck: false };
  return { steps: [], isStuck: Date.parse(authority.notAfter) - now.getTime() < day };
}

function createStep(own: OwnAuthority, observed: ObservedCertificate): CertificateStep {
  return {
    id: "authority",
    change: "create",
    title: message("harborCertificate.createAuthority", { name: own.commonName, days: own.validityDays }),
    target: observed.store,
    reason: message("harborCertificate.becauseNoAuthority"),
    after: [],
    action: { type: "create-authority" },
  };
}

async function gatherIssued(
  own: OwnAuthority,
  document: CertificateDocument,
  world: World,
  signal: AbortSignal,
): Promise<Gathered> {
  const store = await openStore(own, document.source.directory, world, signal);
  const passphrase = own.passphrase && (await readPassphrase(own.passphrase, document, world));
  const authority = await readAuthority(store, passphrase);
  const pairs = await readPairs(store, document);
  const crl = document.spec.crl && (await store.read(entries.crl))?.reveal();
  return {
    store,
    pairs,
    ...(authority !== undefined && { authority, trust: authority.rootPem ?? authority.certificatePem }),
    ...(crl !== undefined && { crl }),
  };
}

/** The CA as Moorline keeps it, in one entry, or as `ca.crt` and `ca.key` that somebody put there. */
async function readAuthority(
  store: Store,
  passphrase: Sensitive | undefined,
): Promise<Authority | undefined> {
  const kept = await store.read(entries.authority);
  const certificate = kept ?? (await store.read(entries.certificate));
  const key = kept ?? (await store.read(entries.key));
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined) {
    const missing = certificate === undefined ? entries.certificate : entries.key;
    const reason = { en: `${missing} is missing`, zh: `缺少 ${missing}` };
    throw new MoorlineError("CERTIFICATE_AUTHORITY_BROKEN", { subject: store.name, parameters: { reason } });
  }
  try {
    return await loadAuthority(certificate.reveal(), key, passphrase);
  } catch (thrown) {
    if (
      !isError(
        thrown,
        "PKI_NOT_PEM",
        "PKI_CERTIFICATE_UNREADABLE",
        "PKI_CERTIFICATE_MISSING",
        "PKI_KEY_MISMATCH",
        "PKI_KEY_MISSING",
        "PKI_KEY_UNREADABLE",
      )
    )
      throw thrown;
    throw new MoorlineError("CERTIFICATE_AUTHORITY_BROKEN", {
      subject: store.name,
      parameters: { reason: thrown.message },
      cause: thrown,
    });
  }
}

/** The CA, which a step before this one made. @throws CERTIFICATE_STORE_CHANGED */
export function requireAuthority({ authority }: Gathered, document: CertificateDocument): Authority {
  if (authority === undefined)
    throw new MoorlineError("CERTIFICATE_STORE_CHANGED", { subject: nameOf(document) });
  return authority;
}

async function issue(of: string, context: CertificateContext): Promise<IssuedPair> {
  const { document, world } = context;
  const { spec } = document;
  const gathered = await context.gather();
  const authority = requireAuthority(gathered, document);
  const now = world.clock.now();
  const client = spec.clients.find((c) => c.name === of);
  const common = {
    keyType: spec.keyType,
    validityDays: lifeWithin(authority, client?.validityDays ?? spec.validityDays, now),
    now,
    crlUrls: (spec.crl?.urls ?? []).map((url) => url.replaceAll("{authority}", keyIdOf(authority))),
    randomBytes: (length: number) => world.random.bytes(length),
  };
  const leaf =
    of === "server"
      ? await issueServer(authority, { ...common, dnsNames: spec.hosts, ipAddresses: spec.ipAddresses })
      : await issueClient(authority, { ...common, commonName: client?.commonName ?? of });
  return { certificate: leaf.chainPem, privateKey: leaf.privateKeyPem };
}

/** By which lists of several CAs are told apart at one server; a CA of ours always has it (RFC 5280 §4.2.1.2). */
const keyIdOf = (authority: Authority): string =>
  authorityCertificate(authority).extensions.subjectKeyId ?? "ca";

/** A certificate can not outlive its CA: near the CA's end it lives shorter. */
function lifeWithin(authority: Authority, days: number, now: Date): number {
  const left = authorityCertificate(authority).notAfter.getTime() - now.getTime();
  return Math.max(1, Math.min(days, Math.floor(left / 86_400_000)));
}

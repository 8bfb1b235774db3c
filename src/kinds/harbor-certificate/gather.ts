import { isError, MoorlineError } from "../../model/errors.ts";
import { nameOf, type Document } from "../../model/document.ts";
import { describeFinding } from "../../model/finding.ts";
import { Sensitive } from "../../model/sensitive.ts";
import type { Secret } from "../../clients/kubernetes/object.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import { loadAuthority, type Authority } from "../../pki/authority.ts";
import { certificatePem, readCertificates } from "../../pki/certificate.ts";
import { verifyChain } from "../../pki/verify.ts";
import { readSource } from "../shared/source.ts";
import type { World } from "../world.ts";
import { requirePair, unpackPair, type IssuedPair } from "./pair.ts";
import { readPassphrase } from "./passphrase.ts";
import type { HarborCertificateSpec } from "./schema.ts";
import type { OwnAuthority, Provided } from "./schema-issuer.ts";
import { entries, openStore, type Store } from "./store.ts";

export type CertificateDocument = Document<HarborCertificateSpec>;

/** What exists of a document's certificates, with its secrets: it never leaves a step. */
export interface Gathered {
  /** Where the CA lives; absent for certificates that were brought along. */
  readonly store?: Store;
  readonly authority?: Authority;
  /** PEM of the CA that clients are to trust; absent before the CA is made. */
  readonly trust?: string;
  readonly pairs: ReadonlyMap<string, IssuedPair>;
  readonly crl?: string;
}

/** `server` and the names of the clients. */
export const pairNames = ({ clients }: Pick<HarborCertificateSpec, "clients">): readonly string[] => [
  "server",
  ...clients.map((c) => c.name),
];

/**
 * Reads the CA and what it issued, or what was brought along.
 * @throws CERTIFICATE_AUTHORITY_BROKEN, CERTIFICATE_NOT_USABLE, PASSPHRASE_MISSING, TRUST_SOURCE_MISSING, PKI_*
 */
export async function gather(
  document: CertificateDocument,
  world: World,
  signal: AbortSignal,
): Promise<Gathered> {
  const { ownAuthority, provided } = document.spec.issuer;
  if (provided !== undefined) return gatherProvided(provided, document, world, signal);
  return gatherIssued(ownAuthority as OwnAuthority, document, world, signal);
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
  const pairs = new Map<string, IssuedPair>();
  for (const of of pairNames(document.spec)) {
    const entry = entries.pair(document.metadata.name, of);
    const packed = await store.read(entry);
    const pair = packed && readable(() => unpackPair(packed, `${store.name}: ${entry}`));
    if (pair !== undefined) pairs.set(of, pair);
  }
  const crl = document.spec.crl && (await store.read(entries.crl))?.reveal();
  return {
    store,
    pairs,
    ...(authority !== undefined && { authority, trust: authority.rootPem ?? authority.certificatePem }),
    ...(crl !== undefined && { crl }),
  };
}

/** What is damaged counts as missing: it can be issued anew, unlike a CA. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof MoorlineError && thrown.code.startsWith("PKI_")) return undefined;
    throw thrown;
  }
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

async function gatherProvided(
  provided: Provided,
  document: CertificateDocument,
  world: World,
  signal: AbortSignal,
): Promise<Gathered> {
  const { certificate, key, authority, subject } = await readProvided(provided, document, world, signal);
  const passphrase = provided.passphrase && (await readPassphrase(provided.passphrase, document, world));
  const pair = requirePair(certificate, key, subject, passphrase);
  const trust = readCertificates(authority, subject).map(certificatePem).join("");
  requireUsable(document, "server", pair, trust, world.clock.now());
  return { pairs: new Map([["server", pair]]), trust };
}

async function readProvided(
  { files, secretRef }: Provided,
  document: CertificateDocument,
  world: World,
  signal: AbortSignal,
): Promise<{ certificate: string; key: Sensitive; authority: string; subject: string }> {
  if (files !== undefined) {
    const { directory } = document.source;
    const [certificate, key, authority] = await Promise.all([
      readSource(files.certificate, directory, world),
      readSource(files.privateKey, directory, world),
      readSource(files.authority, directory, world),
    ]);
    return {
      certificate: certificate.text,
      key: new Sensitive(key.text),
      authority: authority.text,
      subject: certificate.subject,
    };
  }
  const at = secretRef as NonNullable<Provided["secretRef"]>;
  const subject = `Secret/${at.namespace}/${at.name}`;
  const client = await world.kubernetes();
  const secret = await client.get<Secret>(resources.secrets, at, signal);
  const value = (key: string): string => {
    const encoded = secret?.data?.[key];
    if (encoded === undefined)
      throw new MoorlineError("TRUST_SOURCE_MISSING", { subject: `${subject} (${key})` });
    return Buffer.from(encoded, "base64").toString("utf8");
  };
  return {
    certificate: value("tls.crt"),
    key: new Sensitive(value("tls.key")),
    authority: value("ca.crt"),
    subject,
  };
}

/** The places that a certificate is for: each host and address of a server, and nothing of a client. */
const namesOf = ({ spec }: CertificateDocument, of: string): readonly Record<string, string>[] =>
  of !== "server"
    ? [{}]
    : [
        ...spec.hosts.map((hostname) => ({ hostname })),
        ...spec.ipAddresses.map((ipAddress) => ({ ipAddress })),
      ];

/**
 * Verifies a pair as its users will, for every name.
 * @throws CERTIFICATE_NOT_USABLE with everything that is wrong
 */
export function requireUsable(
  document: CertificateDocument,
  of: string,
  pair: IssuedPair,
  trust: string,
  now: Date,
): void {
  const findings = namesOf(document, of).flatMap((name) => {
    const verdict = verifyChain({
      ...name,
      chainPem: pair.certificate,
      privateKeyPem: pair.privateKey,
      trustedPem: trust,
      purpose: of === "server" ? "server" : "client",
      now,
    });
    return verdict.findings.filter(
      (f) => f.severity === "error" || f.code === "CERTIFICATE_CHAIN_WRONG_ORDER",
    );
  });
  if (findings.length === 0) return;
  const inWords = (language: "en" | "zh-CN"): string =>
    [...new Set(findings.map((f) => describeFinding(f, language)))].join(" ");
  throw new MoorlineError("CERTIFICATE_NOT_USABLE", {
    subject: nameOf(document),
    parameters: { reason: { en: inWords("en"), zh: inWords("zh-CN") } },
  });
}

import { MoorlineError } from "../model/errors.ts";
import { authorityCertificate, type Authority } from "./authority.ts";
import { serialNumberOf, type Certificate } from "./certificate.ts";
import { children, context, DerError, expected, integer, read, readTime, tags, type Element } from "./der.ts";
import { extensionIds, readRawExtensions, type RawExtension } from "./extensions.ts";
import { signingAlgorithm } from "./key.ts";
import { loadX509 } from "./library.ts";
import { readName, type DistinguishedName } from "./names.ts";
import { crlLimits, pemBlocks, toPem } from "./pem.ts";
import { copy } from "./sign.ts";
import { isSignature, readSignatureAlgorithm, type SignatureAlgorithm } from "./signature-algorithm.ts";

/** RFC 5280 §5.3.1; the numbers of the reason code. */
const reasonCodes = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCRL: 8,
  privilegeWithdrawn: 9,
  aACompromise: 10,
} as const;

export type RevocationReason = keyof typeof reasonCodes;

/** The reasons that make sense for a certificate that we issued. */
export const revocationReasons: readonly RevocationReason[] = [
  "unspecified",
  "keyCompromise",
  "cACompromise",
  "affiliationChanged",
  "superseded",
  "cessationOfOperation",
  "privilegeWithdrawn",
];

export interface Revocation {
  /** Hexadecimal digits. */
  readonly serialNumber: string;
  readonly date: Date;
  readonly reason: RevocationReason;
}

export interface CrlOptions {
  /** Higher than that of the CRL before (RFC 5280 §5.2.3). */
  readonly number: bigint;
  readonly revoked: readonly Revocation[];
  readonly now: Date;
  /** After this moment relying parties refuse everybody: issue the next one well before. */
  readonly nextUpdate: Date;
}

/**
 * Issues a revocation list.
 * @returns PEM labelled `X509 CRL`, as openssl and nginx want it
 * @throws MoorlineError PKI_CRL_DATES where the next update is not after now, PKI_CRL_NUMBER, PKI_SERIAL_INVALID
 */
export async function issueCrl(authority: Authority, options: CrlOptions): Promise<string> {
  const issuer = authorityCertificate(authority);
  const subject = issuer.subject.text;
  if (options.nextUpdate <= options.now)
    throw new MoorlineError("PKI_CRL_DATES", {
      subject,
      parameters: { nextUpdate: options.nextUpdate.toISOString(), now: options.now.toISOString() },
    });
  // RFC 5280 §5.2.3: not longer than 20 octets
  if (options.number < 0n || options.number >= 1n << 159n)
    throw new MoorlineError("PKI_CRL_NUMBER", { subject, parameters: { number: String(options.number) } });
  const x509 = await loadX509();
  const keyId = issuer.extensions.subjectKeyId;
  const crl = await x509.X509CrlGenerator.create({
    issuer: new x509.X509Certificate(copy(issuer.der)).subjectName,
    thisUpdate: wholeSecond(options.now),
    nextUpdate: wholeSecond(options.nextUpdate),
    entries: options.revoked.map((entry) => ({
      serialNumber: checkSerialNumber(entry.serialNumber),
      revocationDate: wholeSecond(entry.date),
      // RFC 5280 §5.3.1: leave the reason out rather than say "unspecified"
      ...(entry.reason === "unspecified" ? {} : { reason: x509.X509CrlReason[entry.reason] }),
    })),
    extensions: [
      keyId === undefined
        ? await x509.AuthorityKeyIdentifierExtension.create(authority.key.publicKey)
        : new x509.AuthorityKeyIdentifierExtension(keyId),
      new x509.Extension(extensionIds.crlNumber, false, integer(options.number)),
    ],
    signingKey: authority.key.privateKey,
    signingAlgorithm: signingAlgorithm(authority.key.type),
  });
  return toPem("X509 CRL", new Uint8Array(crl.rawData));
}

const wholeSecond = (date: Date): Date => new Date(Math.floor(date.getTime() / 1000) * 1000);

/** @returns lower-case digits, an even number of them. @throws MoorlineError PKI_SERIAL_INVALID */
export function checkSerialNumber(text: string): string {
  const digits = text.replaceAll(":", "").toLowerCase();
  if (!/^[0-9a-f]{1,40}$/.test(digits)) throw new MoorlineError("PKI_SERIAL_INVALID", { subject: text });
  return digits.length % 2 === 0 ? digits : `0${digits}`;
}

/** A revocation list, read. */
export interface RevocationList {
  readonly issuer: DistinguishedName;
  readonly number: bigint | undefined;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  readonly revoked: readonly Revocation[];
  readonly authorityKeyId: string | undefined;
  readonly signature: SignatureAlgorithm;
  /** Extensions marked critical, which change what the list says of whom. */
  readonly criticalExtensions: readonly string[];
  isSignedBy(issuer: Pick<Certificate, "publicKey">): boolean;
}

/**
 * Reads a revocation list from PEM.
 * @throws MoorlineError PKI_NOT_PEM, PKI_CRL_UNREADABLE, PKI_TOO_LARGE
 */
export function readCrl(pem: string, subject = "the CRL"): RevocationList {
  const block = pemBlocks(pem, subject, crlLimits).find((b) => /^(X509 )?CRL$/.test(b.label));
  try {
    if (block === undefined) throw new DerError("no X509 CRL block is in it");
    return readCrlDer(block.der);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new MoorlineError("PKI_CRL_UNREADABLE", { subject, parameters: { reason }, cause: thrown });
  }
}

/**
 * Reads every list of a bundle, as nginx's `ssl_crl` takes it: one of each CA in the chain.
 * @throws MoorlineError PKI_NOT_PEM, PKI_CRL_UNREADABLE, PKI_TOO_LARGE
 */
export function readCrls(pem: string, subject = "the CRLs"): readonly RevocationList[] {
  return pemBlocks(pem, subject, crlLimits)
    .filter((b) => /^(X509 )?CRL$/.test(b.label))
    .map((b) => readCrl(toPem("X509 CRL", b.der), subject));
}

/** CertificateList (RFC 5280 §5.1). */
function readCrlDer(der: Uint8Array): RevocationList {
  const [tbs, algorithm, bits] = children(read(der), tags.sequence);
  if (tbs === undefined || algorithm === undefined) throw new DerError("no CRL");
  const signature = readSignatureAlgorithm(algorithm);
  const signatureBits = expected(bits, tags.bitString).content.subarray(1);
  const parts = children(tbs, tags.sequence);
  const [, issuer, thisUpdate, ...rest] = parts[0]?.tag === tags.integer ? parts.slice(1) : parts;
  if (thisUpdate === undefined) throw new DerError("no update time");
  const isTime = (e: Element): boolean => e.tag === tags.utcTime || e.tag === tags.generalizedTime;
  const nextUpdate = rest.find(isTime);
  const entries = rest.find((e) => e.tag === tags.sequence);
  const extensions = readTagged(rest.find((e) => e.tag === context(0, true)));
  const number = extensions.get(extensionIds.crlNumber);
  const keyId = extensions.get(extensionIds.authorityKeyIdentifier);
  const entriesRead = (entries === undefined ? [] : children(entries)).map(readEntry);
  return {
    issuer: readName(expected(issuer, tags.sequence)),
    number:
      number === undefined ? undefined : BigInt(`0x${serialNumberOf(read(number.value, tags.integer))}`),
    thisUpdate: readTime(thisUpdate),
    nextUpdate: nextUpdate === undefined ? undefined : readTime(nextUpdate),
    revoked: entriesRead.map((entry) => entry.revocation),
    authorityKeyId: keyId === undefined ? undefined : readKeyId(keyId),
    signature,
    criticalExtensions: [...extensions.values(), ...entriesRead.flatMap((entry) => entry.extensions)]
      .filter((e) => e.critical)
      .map((e) => e.id),
    isSignedBy: (by) => isSignature(signature, tbs.raw, signatureBits, by.publicKey),
  };
}

function readTagged(element: Element | undefined): ReadonlyMap<string, RawExtension> {
  return element === undefined ? new Map() : readRawExtensions(read(element.content));
}

function readKeyId(extension: RawExtension): string | undefined {
  const id = children(read(extension.value), tags.sequence).find((e) => e.tag === context(0));
  return id === undefined ? undefined : Buffer.from(id.content).toString("hex");
}

function readEntry(entry: Element): { revocation: Revocation; extensions: readonly RawExtension[] } {
  const [serial, date, extensionList] = children(entry, tags.sequence);
  if (date === undefined) throw new DerError("entry without a date");
  const extensions =
    extensionList === undefined ? new Map<string, RawExtension>() : readRawExtensions(extensionList);
  const code = extensions.get(extensionIds.reasonCode);
  const value = code === undefined ? 0 : (read(code.value, tags.enumerated).content[0] ?? 0);
  const names = Object.keys(reasonCodes) as RevocationReason[];
  return {
    revocation: {
      serialNumber: serialNumberOf(expected(serial, tags.integer)),
      date: readTime(date),
      reason: names.find((name) => reasonCodes[name] === value) ?? "unspecified",
    },
    extensions: [...extensions.values()],
  };
}

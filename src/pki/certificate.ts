import { X509Certificate, type KeyObject } from "node:crypto";
import { MoorlineError } from "../model/errors.ts";
import {
  children,
  context,
  DerError,
  expected,
  read,
  readSmallInteger,
  readTime,
  tags,
  type Element,
} from "./der.ts";
import { readExtensions, readRawExtensions, type Extensions, type RawExtension } from "./extensions.ts";
import { readName, sameName, type DistinguishedName } from "./names.ts";
import { longestPem, pemBlocks, toPem, type PemLimits } from "./pem.ts";
import { readSignatureAlgorithm, type SignatureAlgorithm } from "./signature-algorithm.ts";

/** A certificate, read once: what decides about trust, and the means to check signatures. */
export interface Certificate {
  readonly der: Uint8Array;
  /** 3; 1 for old roots without extensions. */
  readonly version: number;
  readonly subject: DistinguishedName;
  readonly issuer: DistinguishedName;
  /** Lower-case hexadecimal digits without leading zero octets. */
  readonly serialNumber: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly publicKey: KeyObject;
  readonly signature: SignatureAlgorithm;
  readonly extensions: Extensions;
  readonly rawExtensions: ReadonlyMap<string, RawExtension>;
  /** OpenSSL's view, for names, signatures and fingerprints. */
  readonly native: X509Certificate;
}

/** Labels under which certificates stand in PEM (RFC 7468 §5, and openssl's trusted form's old name). */
export const certificateLabels: ReadonlySet<string> = new Set(["CERTIFICATE", "X509 CERTIFICATE"]);

/**
 * Reads one certificate from DER. Strict: what OpenSSL refuses is refused, and so is DER that says one thing twice.
 * @throws MoorlineError PKI_CERTIFICATE_UNREADABLE, PKI_TOO_LARGE
 */
export function readCertificate(der: Uint8Array, subject = "the certificate"): Certificate {
  if (der.length > longestPem)
    throw new MoorlineError("PKI_TOO_LARGE", { subject, parameters: { limit: `${longestPem / 1024} KiB` } });
  try {
    const native = new X509Certificate(der);
    const [tbs, algorithm] = children(read(der), tags.sequence);
    if (tbs === undefined || algorithm === undefined) throw new DerError("no certificate");
    return {
      der,
      native,
      publicKey: native.publicKey,
      signature: readSignatureAlgorithm(algorithm),
      ...readBody(tbs),
    };
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new MoorlineError("PKI_CERTIFICATE_UNREADABLE", {
      subject,
      parameters: { reason },
      cause: thrown,
    });
  }
}

/** TBSCertificate (RFC 5280 §4.1). */
function readBody(tbs: Element): Omit<Certificate, "der" | "native" | "publicKey" | "signature"> {
  const parts = children(tbs, tags.sequence);
  const hasVersion = parts[0]?.tag === context(0, true);
  const [version] = hasVersion && parts[0] !== undefined ? children(parts[0], context(0, true)) : [];
  const [serial, , issuer, validity, subject] = hasVersion ? parts.slice(1) : parts;
  const [notBefore, notAfter] = children(expected(validity, tags.sequence));
  if (notBefore === undefined || notAfter === undefined) throw new DerError("no validity");
  const extensions = parts.find((part) => part.tag === context(3, true));
  const rawExtensions =
    extensions === undefined ? new Map<string, RawExtension>() : readRawExtensions(read(extensions.content));
  return {
    version: version === undefined ? 1 : readSmallInteger(version) + 1,
    subject: readName(expected(subject, tags.sequence)),
    issuer: readName(expected(issuer, tags.sequence)),
    serialNumber: serialNumberOf(expected(serial, tags.integer)),
    notBefore: readTime(notBefore),
    notAfter: readTime(notAfter),
    extensions: readExtensions(rawExtensions),
    rawExtensions,
  };
}

/** @see Certificate.serialNumber */
export function serialNumberOf(integer: Element): string {
  const digits = Buffer.from(integer.content).toString("hex");
  return digits.replace(/^(00)+(?=..)/, "");
}

/**
 * Reads every certificate of a PEM text, in its order; other blocks (a key in the same file) are passed over.
 * @throws MoorlineError PKI_NOT_PEM, PKI_CERTIFICATE_MISSING, PKI_CERTIFICATE_UNREADABLE, PKI_TOO_LARGE
 */
export function readCertificates(
  pem: string,
  subject = "the certificate",
  limits?: PemLimits,
): readonly Certificate[] {
  const blocks = pemBlocks(pem, subject, limits).filter((b) => certificateLabels.has(b.label));
  if (blocks.length === 0) throw new MoorlineError("PKI_CERTIFICATE_MISSING", { subject });
  return blocks.map((b, i) =>
    readCertificate(b.der, blocks.length === 1 ? subject : `${subject} (${i + 1}/${blocks.length})`),
  );
}

export const certificatePem = (certificate: Pick<Certificate, "der">): string =>
  toPem("CERTIFICATE", certificate.der);

export function sameCertificate(a: Certificate, b: Certificate): boolean {
  return Buffer.compare(a.der, b.der) === 0;
}

/** Whether `issuer`'s key made the signature on `certificate`; false as well where the key cannot have. */
export function isSignedBy(certificate: Certificate, issuer: Certificate): boolean {
  try {
    return certificate.native.verify(issuer.publicKey);
  } catch {
    // a key of another algorithm than the signature's makes OpenSSL throw: it did not sign this
    return false;
  }
}

export const isSelfIssued = (certificate: Certificate): boolean =>
  sameName(certificate.subject, certificate.issuer);

import type { KeyObject } from "node:crypto";
import { MoorlineError } from "../model/errors.ts";
import { certificatePem, certificateLabels, readCertificate, type Certificate } from "./certificate.ts";
import { constraintText } from "./name-constraints.ts";
import type { GeneralName } from "./names.ts";
import { longestPem, pemBlocks } from "./pem.ts";

export interface KeyDescription {
  /** `RSA`, `ECDSA`, `Ed25519`, … */
  readonly algorithm: string;
  /** Bits of the modulus, or of the curve. */
  readonly bits?: number;
  /** `P-256`, `P-384`, or OpenSSL's name of another curve. */
  readonly curve?: string;
}

/** What a certificate says, as data. */
export interface CertificateDescription {
  readonly subject: string;
  readonly issuer: string;
  readonly commonName?: string;
  /** Lower-case hexadecimal digits. */
  readonly serialNumber: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly uris: readonly string[];
  readonly emailAddresses: readonly string[];
  readonly key: KeyDescription;
  readonly signatureAlgorithm: string;
  readonly isAuthority: boolean;
  readonly pathLength?: number;
  readonly keyUsage: readonly string[];
  readonly extendedKeyUsage: readonly string[];
  readonly nameConstraints?: { readonly permitted: readonly string[]; readonly excluded: readonly string[] };
  /** Lower-case hexadecimal digits, without colons. */
  readonly fingerprintSha256: string;
  readonly subjectKeyId?: string;
  readonly authorityKeyId?: string;
  readonly crlUrls: readonly string[];
}

/**
 * Describes one certificate: the first of a PEM text, or DER.
 * @throws MoorlineError PKI_NOT_PEM, PKI_CERTIFICATE_MISSING, PKI_CERTIFICATE_UNREADABLE, PKI_TOO_LARGE
 */
export function inspectCertificate(
  pemOrDer: string | Uint8Array,
  subject = "the certificate",
): CertificateDescription {
  if (typeof pemOrDer !== "string" && !isPem(pemOrDer))
    return describeCertificate(readCertificate(pemOrDer, subject));
  const text = typeof pemOrDer === "string" ? pemOrDer : Buffer.from(pemOrDer).toString("latin1");
  const block = pemBlocks(text, subject).find((b) => certificateLabels.has(b.label));
  if (block === undefined) throw new MoorlineError("PKI_CERTIFICATE_MISSING", { subject });
  return describeCertificate(readCertificate(block.der, subject));
}

/** Whether a file's octets are PEM rather than DER, which begins with a SEQUENCE. */
export function isPem(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, longestPem)).includes("-----BEGIN ");
}

export interface PemBundle {
  readonly certificates: readonly { readonly pem: string; readonly description: CertificateDescription }[];
  readonly crlPems: readonly string[];
  /** A key stands among the certificates: the text must be kept as secret as the key. */
  readonly hasPrivateKey: boolean;
  /** Labels of blocks that are none of these. */
  readonly otherLabels: readonly string[];
}

/**
 * Takes a PEM text apart.
 * @throws MoorlineError PKI_NOT_PEM, PKI_CERTIFICATE_UNREADABLE, PKI_TOO_LARGE
 */
export function parsePemBundle(text: string, subject = "the PEM text"): PemBundle {
  const blocks = pemBlocks(text, subject);
  const isCrl = (label: string): boolean => /^(X509 )?CRL$/.test(label);
  const isKey = (label: string): boolean => label.endsWith("PRIVATE KEY");
  const certificates = blocks.filter((b) => certificateLabels.has(b.label));
  return {
    certificates: certificates.map((b, i) => {
      const certificate = readCertificate(b.der, `${subject} (${i + 1}/${certificates.length})`);
      return { pem: certificatePem(certificate), description: describeCertificate(certificate) };
    }),
    crlPems: blocks.filter((b) => isCrl(b.label)).map((b) => b.text),
    hasPrivateKey: blocks.some((b) => isKey(b.label)),
    otherLabels: blocks
      .map((b) => b.label)
      .filter((label) => !certificateLabels.has(label) && !isCrl(label) && !isKey(label)),
  };
}

export function describeCertificate(of: Certificate): CertificateDescription {
  const { extensions } = of;
  const texts = (kind: GeneralName["kind"]): string[] =>
    extensions.alternativeNames.filter((n) => n.kind === kind).map((n) => n.text);
  const constraints = extensions.nameConstraints;
  return {
    subject: of.subject.text,
    issuer: of.issuer.text,
    ...optional("commonName", of.subject.commonName),
    serialNumber: of.serialNumber,
    notBefore: of.notBefore,
    notAfter: of.notAfter,
    dnsNames: texts("dns"),
    ipAddresses: texts("ip"),
    uris: texts("uri"),
    emailAddresses: texts("email"),
    key: describeKey(of.publicKey),
    signatureAlgorithm: of.signature.name,
    isAuthority: extensions.isAuthority,
    ...optional("pathLength", extensions.pathLength),
    keyUsage: extensions.keyUsage ?? [],
    extendedKeyUsage: extensions.extendedKeyUsage ?? [],
    ...optional(
      "nameConstraints",
      constraints && {
        permitted: constraints.permitted.map(constraintText),
        excluded: constraints.excluded.map(constraintText),
      },
    ),
    fingerprintSha256: of.native.fingerprint256.replaceAll(":", "").toLowerCase(),
    ...optional("subjectKeyId", extensions.subjectKeyId),
    ...optional("authorityKeyId", extensions.authorityKeyId),
    crlUrls: extensions.crlUrls,
  };
}

function optional<K extends string, T>(key: K, value: T | undefined): { readonly [P in K]?: T } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: T };
}

const curves: Readonly<Record<string, { curve: string; bits: number }>> = {
  prime256v1: { curve: "P-256", bits: 256 },
  secp384r1: { curve: "P-384", bits: 384 },
  secp521r1: { curve: "P-521", bits: 521 },
};

const algorithms: Readonly<Record<string, string>> = {
  rsa: "RSA",
  "rsa-pss": "RSA-PSS",
  ec: "ECDSA",
  dsa: "DSA",
  ed25519: "Ed25519",
  ed448: "Ed448",
};

export function describeKey(key: KeyObject): KeyDescription {
  const type = key.asymmetricKeyType ?? "unknown";
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
  return {
    algorithm: algorithms[type] ?? type,
    ...optional("bits", modulusLength),
    ...(namedCurve === undefined ? {} : (curves[namedCurve] ?? { curve: namedCurve })),
  };
}

/** `RSA 2048`, `ECDSA P-256`. */
export function keyText(key: KeyDescription): string {
  return [key.algorithm, key.curve ?? key.bits].filter((part) => part !== undefined).join(" ");
}

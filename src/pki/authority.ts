import { createPublicKey } from "node:crypto";
import { MoorlineError } from "../model/errors.ts";
import type { Sensitive } from "../model/sensitive.ts";
import {
  certificatePem,
  isSelfIssued,
  isSignedBy,
  readCertificates,
  sameCertificate,
  type Certificate,
} from "./certificate.ts";
import { extensionIds } from "./extensions.ts";
import {
  generateKey,
  importPrivateKey,
  publicKeyDer,
  type CryptoKey,
  type KeyPair,
  type KeyType,
} from "./key.ts";
import { loadX509 } from "./library.ts";
import { encodeNameConstraints, type NameConstraintsSpec } from "./name-constraints.ts";
import { systemRandomBytes, type RandomBytes } from "./serial.ts";
import { signCertificate } from "./sign.ts";
import { checkSubjectPart } from "./subject-names.ts";
import { validityFrom } from "./validity.ts";

/** A certificate authority that can issue: its certificate, the way up from it, and its key. */
export interface Authority {
  readonly certificatePem: string;
  /** Its certificate, then the intermediates above it; the root only where it is the root itself. */
  readonly chainPem: string;
  /** The root above it, or itself; undefined where an intermediate was loaded without its root. */
  readonly rootPem: string | undefined;
  readonly key: KeyPair;
}

export interface AuthorityOptions {
  readonly commonName: string;
  readonly organization?: string;
  readonly keyType: KeyType;
  readonly validityDays: number;
  /** How many authorities may stand between this one and a leaf; 1 for a root and 0 below one unless said. */
  readonly pathLength?: number;
  readonly nameConstraints?: NameConstraintsSpec;
  readonly now: Date;
  /** Makes an intermediate under this authority instead of a root. */
  readonly issuer?: Authority;
  /** A key made before, for a renewal that keeps trust; a new one otherwise. */
  readonly key?: KeyPair;
  readonly randomBytes?: RandomBytes;
}

/**
 * Makes a certificate authority: a root, or an intermediate under `issuer`.
 * @throws MoorlineError PKI_NAME_INVALID, PKI_VALIDITY_INVALID, PKI_OUTLIVES_AUTHORITY, PKI_PATH_LENGTH
 */
export async function createAuthority(options: AuthorityOptions): Promise<Authority> {
  const key = options.key ?? (await generateKey(options.keyType));
  const own = await certifyAuthority({
    ...options,
    publicKey: key.publicKey,
    signer: options.issuer?.key ?? key,
  });
  const above = options.issuer;
  const aboveIsRoot = above === undefined || above.rootPem === above.certificatePem;
  return {
    certificatePem: own,
    chainPem: aboveIsRoot ? own : own + above.chainPem,
    rootPem: above === undefined ? own : above.rootPem,
    key,
  };
}

/**
 * Certifies an authority's key: that of `issuer` signs, or the authority's own where there is none above it.
 * @returns PEM
 * @throws MoorlineError as `createAuthority`
 */
export async function certifyAuthority(
  options: Omit<AuthorityOptions, "key" | "keyType"> & {
    readonly publicKey: CryptoKey;
    readonly signer: KeyPair;
  },
): Promise<string> {
  const subject = `CA "${options.commonName}"`;
  const issuer = options.issuer === undefined ? undefined : authorityCertificate(options.issuer);
  const pathLength = options.pathLength ?? (issuer === undefined ? 1 : 0);
  checkPathLength(pathLength, subject, issuer);
  const constraints = encodeNameConstraints(options.nameConstraints ?? {}, subject);
  const validity = validityFrom(options.now, options.validityDays, subject, issuer);
  const x509 = await loadX509();
  const der = await signCertificate({
    subject: {
      commonName: checkSubjectPart(options.commonName, subject),
      ...(options.organization === undefined
        ? {}
        : { organization: checkSubjectPart(options.organization, subject) }),
    },
    ...validity,
    publicKey: options.publicKey,
    // RFC 5280 §4.2.1.9 and §4.2.1.3: both critical in an authority's certificate; §4.2.1.10: critical
    extensions: [
      new x509.BasicConstraintsExtension(true, pathLength, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      ...(constraints === undefined
        ? []
        : [new x509.Extension(extensionIds.nameConstraints, true, constraints)]),
    ],
    signer: issuer === undefined ? { key: options.signer } : { key: options.signer, issuer },
    randomBytes: options.randomBytes ?? systemRandomBytes,
  });
  return certificatePem({ der });
}

function checkPathLength(pathLength: number, subject: string, issuer: Certificate | undefined): void {
  if (!Number.isInteger(pathLength) || pathLength < 0 || pathLength > 10)
    throw new MoorlineError("PKI_PATH_LENGTH_INVALID", { subject, parameters: { pathLength } });
  const allowed = issuer?.extensions.pathLength;
  if (issuer !== undefined && allowed !== undefined && pathLength >= allowed)
    throw new MoorlineError("PKI_PATH_LENGTH", {
      subject,
      parameters: { authority: issuer.subject.text, allowed, pathLength },
    });
}

/**
 * Loads an authority from its certificate and key.
 * @param certificatePem its certificate; those above it may follow, in any order
 * @throws MoorlineError PKI_NOT_AN_AUTHORITY, PKI_KEY_MISMATCH, and what reading certificates and keys throws
 */
export async function loadAuthority(
  certificatePem: string,
  keyPem: Sensitive,
  passphrase?: Sensitive,
): Promise<Authority> {
  const certificates = readCertificates(certificatePem, "the CA certificate");
  const key = await importPrivateKey(keyPem, passphrase, "the CA's key");
  return assembleAuthority(certificates, key);
}

function assembleAuthority(certificates: readonly Certificate[], key: KeyPair): Authority {
  const own = certificates.find((c) => belongsTogether(c, key));
  const [first] = certificates;
  if (own === undefined)
    throw new MoorlineError("PKI_KEY_MISMATCH", { subject: first?.subject.text ?? "the CA certificate" });
  const usage = own.extensions.keyUsage;
  if (!own.extensions.isAuthority || (usage !== undefined && !usage.includes("keyCertSign")))
    throw new MoorlineError("PKI_NOT_AN_AUTHORITY", { subject: own.subject.text });
  const chain = [own];
  for (let top = own; !isSelfIssued(top);) {
    const next = certificates.find((c) => !chain.includes(c) && isSignedBy(top, c));
    if (next === undefined) break;
    chain.push(next);
    top = next;
  }
  const root = chain.findLast(isSelfIssued);
  const intermediates = chain.filter((c) => c === own || !isSelfIssued(c));
  return {
    certificatePem: certificatePem(own),
    chainPem: intermediates.map(certificatePem).join(""),
    rootPem: root === undefined ? undefined : certificatePem(root),
    key,
  };
}

/** Whether the key pair is the one that the certificate speaks of. */
function belongsTogether(certificate: Pick<Certificate, "publicKey">, key: KeyPair): boolean {
  return createPublicKey({ key: publicKeyDer(key.publicKey), format: "der", type: "spki" }).equals(
    certificate.publicKey,
  );
}

/** The certificates from an authority up to its root, as far as they are known. */
export function authorityChain(authority: Authority): readonly Certificate[] {
  const chain = readCertificates(authority.chainPem, "the CA certificate");
  if (authority.rootPem === undefined) return chain;
  const [root] = readCertificates(authority.rootPem, "the root certificate");
  return root === undefined || chain.some((c) => sameCertificate(c, root)) ? chain : [...chain, root];
}

/** The authority's own certificate, read. */
export function authorityCertificate(authority: Authority): Certificate {
  const [own] = readCertificates(authority.certificatePem, "the CA certificate");
  if (own === undefined)
    throw new MoorlineError("PKI_CERTIFICATE_MISSING", { subject: "the CA certificate" });
  return own;
}

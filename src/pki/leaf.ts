import type { Extension } from "@peculiar/x509";
import { MoorlineError } from "../model/errors.ts";
import type { Sensitive } from "../model/sensitive.ts";
import { authorityCertificate, authorityChain, type Authority } from "./authority.ts";
import { certificatePem, readCertificate } from "./certificate.ts";
import { exportPrivateKey, generateKey, type CryptoKey, type KeyPair, type KeyType } from "./key.ts";
import { loadX509, type X509Library } from "./library.ts";
import { constrainedNames, forbiddenNames } from "./name-constraints.ts";
import { systemRandomBytes, type RandomBytes } from "./serial.ts";
import { signCertificate, type SubjectParts } from "./sign.ts";
import { checkNames, checkSubjectPart, checkUri, type SubjectNames } from "./subject-names.ts";
import { validityFrom } from "./validity.ts";

export type Purpose = "server" | "client";

/** A certificate for one end of a connection. */
export interface IssuedCertificate {
  readonly certificatePem: string;
  /** As servers send it: the certificate first, then the intermediates, without the root. */
  readonly chainPem: string;
  /** Lower-case hexadecimal digits. */
  readonly serialNumber: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** A certificate together with its key (PKCS#8 PEM, not encrypted). */
export interface Leaf extends IssuedCertificate {
  readonly privateKeyPem: Sensitive;
}

interface LeafOptions {
  readonly keyType: KeyType;
  readonly validityDays: number;
  readonly now: Date;
  /** Where clients may fetch the CRL (RFC 5280 §4.2.1.13). */
  readonly crlUrls?: readonly string[];
  /** A key made before, which `keyType` then does not concern; a new one otherwise. */
  readonly key?: KeyPair;
  readonly randomBytes?: RandomBytes;
}

export interface ServerOptions extends LeafOptions {
  /** The first name where it is not given: clients look at the alternative names alone (RFC 6125 §6.4.4). */
  readonly commonName?: string;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
}

export interface ClientOptions extends LeafOptions {
  readonly commonName: string;
  readonly organization?: string;
  /** An identity as a URI, such as a SPIFFE ID. */
  readonly uri?: string;
}

/**
 * Issues a certificate for a server.
 * @throws MoorlineError PKI_NO_NAMES, PKI_NAME_INVALID, PKI_NAME_NOT_PERMITTED, PKI_VALIDITY_INVALID, PKI_OUTLIVES_AUTHORITY
 */
export async function issueServer(authority: Authority, options: ServerOptions): Promise<Leaf> {
  const key = options.key ?? (await generateKey(options.keyType));
  return withKey(await certifyServer(authority, { ...options, publicKey: key.publicKey }), key);
}

/**
 * Issues a certificate for a client.
 * @throws MoorlineError PKI_NAME_INVALID, PKI_NAME_NOT_PERMITTED, PKI_VALIDITY_INVALID, PKI_OUTLIVES_AUTHORITY
 */
export async function issueClient(authority: Authority, options: ClientOptions): Promise<Leaf> {
  const key = options.key ?? (await generateKey(options.keyType));
  return withKey(await certifyClient(authority, { ...options, publicKey: key.publicKey }), key);
}

async function certifyServer(
  authority: Authority,
  options: Omit<ServerOptions, "key" | "keyType"> & { readonly publicKey: CryptoKey },
): Promise<IssuedCertificate> {
  const subject = options.commonName ?? options.dnsNames[0] ?? options.ipAddresses[0] ?? "the server";
  const names = checkNames(options, subject);
  const firstName = names.dnsNames[0] ?? names.ipAddresses[0];
  if (firstName === undefined) throw new MoorlineError("PKI_NO_NAMES", { subject });
  const commonName = options.commonName ?? firstName;
  // a host name may be longer than a common name, which then stays away
  const fits = options.commonName !== undefined || commonName.length <= 64;
  return certify(authority, {
    ...options,
    purpose: "server",
    subject: fits ? { commonName: checkSubjectPart(commonName, subject) } : {},
    names,
  });
}

async function certifyClient(
  authority: Authority,
  options: Omit<ClientOptions, "key" | "keyType"> & { readonly publicKey: CryptoKey },
): Promise<IssuedCertificate> {
  const { commonName, organization, uri } = options;
  return certify(authority, {
    ...options,
    purpose: "client",
    subject: {
      commonName: checkSubjectPart(commonName, commonName),
      ...(organization === undefined ? {} : { organization: checkSubjectPart(organization, commonName) }),
    },
    names: checkNames({ uris: uri === undefined ? [] : [uri] }, commonName),
  });
}

async function withKey(issued: IssuedCertificate, key: KeyPair): Promise<Leaf> {
  return { ...issued, privateKeyPem: await exportPrivateKey(key) };
}

interface ToCertify extends Omit<LeafOptions, "key" | "keyType"> {
  readonly purpose: Purpose;
  readonly subject: SubjectParts;
  readonly names: SubjectNames;
  readonly publicKey: CryptoKey;
}

async function certify(authority: Authority, wanted: ToCertify): Promise<IssuedCertificate> {
  const title = wanted.subject.commonName ?? wanted.names.dnsNames[0] ?? "the certificate";
  const issuer = authorityCertificate(authority);
  const validity = validityFrom(wanted.now, wanted.validityDays, title, issuer);
  const x509 = await loadX509();
  const der = await signCertificate({
    subject: wanted.subject,
    ...validity,
    publicKey: wanted.publicKey,
    extensions: leafExtensions(x509, wanted, title),
    signer: { key: authority.key, issuer },
    randomBytes: wanted.randomBytes ?? systemRandomBytes,
  });
  const certificate = readCertificate(der, title);
  checkPermitted(authority, certificate, title);
  const own = certificatePem({ der });
  const issuedByRoot = authority.rootPem === authority.certificatePem;
  return {
    certificatePem: own,
    chainPem: issuedByRoot ? own : own + authority.chainPem,
    serialNumber: certificate.serialNumber,
    ...validity,
  };
}

function leafExtensions(x509: X509Library, wanted: ToCertify, title: string): readonly Extension[] {
  const isServer = wanted.purpose === "server";
  // RSA key exchange of TLS 1.2 and older encrypts to the server's key; signing is all that ECDSA can (RFC 8446 §4.4.2.2)
  const encipherment = wanted.publicKey.algorithm.name.startsWith("RSA") && isServer;
  const purpose = isServer ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth;
  const { names } = wanted;
  const alternative = [
    ...names.dnsNames.map((value) => ({ type: "dns" as const, value })),
    ...names.ipAddresses.map((value) => ({ type: "ip" as const, value })),
    ...names.uris.map((value) => ({ type: "url" as const, value })),
  ];
  const crlUrls = (wanted.crlUrls ?? []).map((url) => checkUri(url, title));
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    encipherment
      ? new x509.KeyUsagesExtension(
          x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment,
          true,
        )
      : new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([purpose]),
    // RFC 5280 §4.2.1.6: critical where the subject is empty
    ...(alternative.length === 0
      ? []
      : [new x509.SubjectAlternativeNameExtension(alternative, wanted.subject.commonName === undefined)]),
    ...(crlUrls.length === 0 ? [] : [new x509.CRLDistributionPointsExtension([...crlUrls])]),
  ];
}

/** A name that the authorities above forbid would make a certificate that every client refuses. */
function checkPermitted(
  authority: Authority,
  leaf: ReturnType<typeof readCertificate>,
  subject: string,
): void {
  for (const above of authorityChain(authority)) {
    const constraints = above.extensions.nameConstraints;
    const [name] = constraints === undefined ? [] : forbiddenNames(constrainedNames(leaf), constraints);
    if (name !== undefined)
      throw new MoorlineError("PKI_NAME_NOT_PERMITTED", {
        subject,
        parameters: { name: name.text, authority: above.subject.text },
      });
  }
}

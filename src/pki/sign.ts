import type { Extension, JsonNameParams } from "@peculiar/x509";
import { signingAlgorithm, type CryptoKey, type KeyPair } from "./key.ts";
import type { Certificate } from "./certificate.ts";
import { loadX509 } from "./library.ts";
import { newSerialNumber, type RandomBytes } from "./serial.ts";
import type { Validity } from "./validity.ts";

export interface SubjectParts {
  readonly commonName?: string;
  readonly organization?: string;
}

interface CertificateToSign extends Validity {
  readonly subject: SubjectParts;
  readonly publicKey: CryptoKey;
  readonly extensions: readonly Extension[];
  /** Who signs; without a certificate it signs itself. */
  readonly signer: { readonly key: KeyPair; readonly issuer?: Certificate };
  readonly randomBytes: RandomBytes;
}

/**
 * Signs a certificate, with the two key identifiers (RFC 5280 §4.2.1.1 and §4.2.1.2) added to the given extensions.
 * @returns DER
 */
export async function signCertificate(certificate: CertificateToSign): Promise<Uint8Array<ArrayBuffer>> {
  const x509 = await loadX509();
  const { key, issuer } = certificate.signer;
  const subject = new x509.Name(nameOf(certificate.subject));
  const issuerKeyId = issuer?.extensions.subjectKeyId;
  const signed = await x509.X509CertificateGenerator.create({
    serialNumber: newSerialNumber(certificate.randomBytes),
    subject,
    // the issuer's name octet for octet, whoever encoded it
    issuer: issuer === undefined ? subject : new x509.X509Certificate(copy(issuer.der)).subjectName,
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    publicKey: certificate.publicKey,
    signingKey: key.privateKey,
    signingAlgorithm: signingAlgorithm(key.type),
    extensions: [
      ...certificate.extensions,
      await x509.SubjectKeyIdentifierExtension.create(certificate.publicKey),
      // an issuer made elsewhere may have derived its identifier in another way: say what it says
      issuerKeyId === undefined
        ? await x509.AuthorityKeyIdentifierExtension.create(key.publicKey)
        : new x509.AuthorityKeyIdentifierExtension(issuerKeyId),
    ],
  });
  return new Uint8Array(signed.rawData);
}

export const copy = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);

/** Typed values: from bare strings the library reads `#…` as hexadecimal. RFC 5280 §4.1.2.4 wants UTF8String. */
function nameOf(parts: SubjectParts): JsonNameParams {
  const of = (type: string, value: string | undefined): JsonNameParams =>
    value === undefined ? [] : [{ [type]: [{ utf8String: value }] }];
  return [...of("O", parts.organization), ...of("CN", parts.commonName)];
}

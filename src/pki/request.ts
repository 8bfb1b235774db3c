import type { JsonNameParams } from "@peculiar/x509";
import { createPublicKey, hash, type KeyObject } from "node:crypto";
import { MoorlineError } from "../model/errors.ts";
import { children, DerError, expected, read, tags } from "./der.ts";
import { signingAlgorithm, type KeyPair } from "./key.ts";
import { loadX509 } from "./library.ts";
import { readName, type DistinguishedName } from "./names.ts";
import { pemBlocks, toPem } from "./pem.ts";
import { isSignature, readSignatureAlgorithm } from "./signature-algorithm.ts";
import { checkSubjectPart } from "./subject-names.ts";

/** A certificate request, read. Of what it asks for, only who asks and with which key counts: the signer decides the rest. */
export interface CertificateRequest {
  readonly subject: DistinguishedName;
  readonly publicKey: KeyObject;
}

/**
 * Writes the request of an authority that another one is to certify.
 * @returns PEM (PKCS#10, RFC 2986)
 * @throws MoorlineError PKI_NAME_INVALID
 */
export async function createAuthorityRequest(
  key: KeyPair,
  subject: { readonly commonName: string; readonly organization?: string },
): Promise<string> {
  const x509 = await loadX509();
  const part = (type: string, value: string | undefined): JsonNameParams =>
    value === undefined ? [] : [{ [type]: [{ utf8String: checkSubjectPart(value, subject.commonName) }] }];
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: new x509.Name([...part("O", subject.organization), ...part("CN", subject.commonName)]),
    keys: { privateKey: key.privateKey, publicKey: key.publicKey },
    signingAlgorithm: signingAlgorithm(key.type),
    // A request that asks for what it is to become; people who read it with openssl see it.
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  });
  return toPem("CERTIFICATE REQUEST", new Uint8Array(request.rawData));
}

/**
 * Reads a request and makes sure that it was signed with the key that it names.
 * @throws MoorlineError PKI_NOT_PEM, PKI_TOO_LARGE, PKI_REQUEST_UNREADABLE, PKI_REQUEST_SIGNATURE
 */
export function readRequest(pem: string, subject = "the request"): CertificateRequest {
  const blocks = pemBlocks(pem, subject).filter((b) => /^(NEW )?CERTIFICATE REQUEST$/.test(b.label));
  const [block] = blocks;
  try {
    if (block === undefined || blocks.length > 1)
      throw new DerError("one CERTIFICATE REQUEST block is wanted");
    return readRequestDer(block.der, subject);
  } catch (thrown) {
    if (thrown instanceof MoorlineError) throw thrown;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new MoorlineError("PKI_REQUEST_UNREADABLE", { subject, parameters: { reason }, cause: thrown });
  }
}

/** CertificationRequest (RFC 2986 §4.2). */
function readRequestDer(der: Uint8Array, subject: string): CertificateRequest {
  const [info, algorithm, bits, more] = children(read(der), tags.sequence);
  if (info === undefined || algorithm === undefined || more !== undefined) throw new DerError("no request");
  const [version, name, key] = children(info, tags.sequence);
  if (expected(version, tags.integer).content.some((byte) => byte !== 0))
    throw new DerError("unknown version");
  const publicKey = createPublicKey({
    key: Buffer.from(expected(key, tags.sequence).raw),
    format: "der",
    type: "spki",
  });
  const signature = readSignatureAlgorithm(algorithm);
  const signed = expected(bits, tags.bitString).content;
  // Whoever asks must have the key: otherwise a certificate could be had for that of others (RFC 2986 §1).
  const isKnown = signature.hash !== undefined && !signature.isWeak && signed[0] === 0;
  if (!isKnown || !isSignature(signature, info.raw, signed.subarray(1), publicKey))
    throw new MoorlineError("PKI_REQUEST_SIGNATURE", { subject, parameters: { algorithm: signature.name } });
  return { subject: readName(expected(name, tags.sequence)), publicKey };
}

/** What two people compare over the telephone: that the request which is signed is the one that was made. */
export const requestDigest = ({ publicKey }: CertificateRequest): string =>
  hash("sha256", publicKey.export({ type: "spki", format: "der" }), "hex")
    .slice(0, 32)
    .replaceAll(/(....)(?=.)/g, "$1 ");

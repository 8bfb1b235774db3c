import { createPublicKey, hash } from "node:crypto";
import { MoorlineError } from "../../model/errors.ts";
import { Sensitive } from "../../model/sensitive.ts";
import { certificatePem, readCertificates } from "../../pki/certificate.ts";
import { readPrivateKey } from "../../pki/key.ts";

/** A certificate as it is sent (its intermediates behind it), and its key. */
export interface IssuedPair {
  readonly certificate: string;
  readonly privateKey: Sensitive;
}

/**
 * Makes sure that a certificate and a key belong together.
 * @returns the certificates alone, and the key as unencrypted PKCS#8 PEM
 * @throws PKI_KEY_MISMATCH, PKI_NOT_PEM, PKI_CERTIFICATE_*, PKI_KEY_*, PKI_PASSPHRASE_*
 */
export function requirePair(
  certificate: string,
  privateKey: Sensitive,
  subject: string,
  passphrase?: Sensitive,
): IssuedPair {
  const chain = readCertificates(certificate, subject);
  const key = readPrivateKey(privateKey, passphrase, subject);
  if (chain[0]?.publicKey.equals(createPublicKey(key)) !== true)
    throw new MoorlineError("PKI_KEY_MISMATCH", { subject });
  return {
    certificate: chain.map(certificatePem).join(""),
    privateKey: new Sensitive(key.export({ type: "pkcs8", format: "pem" }).toString()),
  };
}

/** One text, so that it is written whole or not at all: the key, then the certificate and its intermediates. */
export const packPair = ({ certificate, privateKey }: IssuedPair): Sensitive =>
  new Sensitive(privateKey.reveal() + certificate);

/** Reads what {@link packPair} made. @throws as `requirePair` */
export const unpackPair = (packed: Sensitive, subject: string): IssuedPair =>
  requirePair(packed.reveal(), packed, subject);

/** Tells two contents apart without telling them. */
export const digestOf = (...contents: readonly (string | Uint8Array)[]): string =>
  hash("sha256", Buffer.concat(contents.map((c) => Buffer.from(c as string))), "hex");

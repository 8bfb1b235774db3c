import { createHmac, createPublicKey, hash } from "node:crypto";
import { MoorlineError } from "../model/errors.ts";
import type { Sensitive } from "../model/sensitive.ts";
import { readCertificates, sameCertificate, type Certificate } from "./certificate.ts";
import { context, integer, oid, sequence, tags, write } from "./der.ts";
import { readPrivateKey } from "./key.ts";
import { encryptKey, encryptPbes2 } from "./pbes2.ts";
import { systemRandomBytes, type RandomBytes } from "./serial.ts";

/** Rounds for both the encryption and the MAC, whose weaker one decides what guessing the passphrase costs. */
const iterations = 100_000;

const ids = {
  data: "1.2.840.113549.1.7.1",
  encryptedData: "1.2.840.113549.1.7.6",
  keyBag: "1.2.840.113549.1.12.10.1.2",
  certificateBag: "1.2.840.113549.1.12.10.1.3",
  x509Certificate: "1.2.840.113549.1.9.22.1",
  friendlyName: "1.2.840.113549.1.9.20",
  localKeyId: "1.2.840.113549.1.9.21",
  sha256: "2.16.840.1.101.3.4.2.1",
} as const;

export interface Pkcs12Options {
  readonly certificatePem: string;
  /** Certificates above it; the certificate itself may stand among them. */
  readonly chainPem?: string;
  readonly privateKeyPem: Sensitive;
  /** Opens the private key, where it is encrypted. */
  readonly keyPassphrase?: Sensitive;
  /** Protects the PKCS#12 file; keytool opens only ASCII ones of six characters or more, whoever made the file. */
  readonly passphrase: Sensitive;
  /** The entry's name (Java: alias). */
  readonly friendlyName: string;
  readonly randomBytes?: RandomBytes;
}

/**
 * Makes a PKCS#12 file (RFC 7292) of a key, its certificate and the chain: PBES2 with AES-256, MAC with SHA-256, as
 * openssl 3 writes it and `openssl pkcs12`, Java's keytool and Node read it.
 * @returns DER
 * @throws MoorlineError PKI_PASSPHRASE_EMPTY, PKI_KEY_MISMATCH, and what reading certificates and keys throws
 */
export function toPkcs12(options: Pkcs12Options): Uint8Array {
  const passphrase = options.passphrase.reveal();
  const randomBytes = options.randomBytes ?? systemRandomBytes;
  if (passphrase === "") throw new MoorlineError("PKI_PASSPHRASE_EMPTY", { subject: "PKCS#12" });
  const [own, ...rest] = readCertificates(options.certificatePem);
  if (own === undefined) throw new MoorlineError("PKI_CERTIFICATE_MISSING", { subject: "PKCS#12" });
  const key = readPrivateKey(options.privateKeyPem, options.keyPassphrase);
  if (!createPublicKey(key).equals(own.publicKey))
    throw new MoorlineError("PKI_KEY_MISMATCH", { subject: own.subject.text });
  const chain = [...rest, ...(options.chainPem === undefined ? [] : readCertificates(options.chainPem))];
  const above = chain.filter(
    (c, i) => !sameCertificate(c, own) && chain.findIndex((d) => sameCertificate(c, d)) === i,
  );
  // the same identifier on key and certificate tells readers that they are a pair (RFC 7292 §4.2)
  const pair = attributes(
    options.friendlyName,
    Buffer.from(own.native.fingerprint.replaceAll(":", ""), "hex"),
  );
  const certificates = sequence(certificateBag(own, pair), ...above.map((c) => certificateBag(c)));
  const pkcs8 = key.export({ type: "pkcs8", format: "der" });
  const keys = sequence(bag(ids.keyBag, encryptKey(pkcs8, passphrase, iterations, randomBytes), pair));
  const safe = sequence(encryptedContent(certificates, passphrase, randomBytes), dataContent(keys));
  return sequence(integer(3), dataContent(safe), macData(safe, passphrase, randomBytes(16)));
}

/** ContentInfo of plain octets. */
const dataContent = (octets: Uint8Array): Uint8Array =>
  sequence(oid(ids.data), write(context(0, true), write(tags.octetString, octets)));

/** ContentInfo of EncryptedData (RFC 5652 §8). */
function encryptedContent(octets: Uint8Array, passphrase: string, randomBytes: RandomBytes): Uint8Array {
  const { algorithm, ciphertext } = encryptPbes2(octets, passphrase, iterations, randomBytes);
  const content = sequence(oid(ids.data), algorithm, write(context(0), ciphertext));
  return sequence(oid(ids.encryptedData), write(context(0, true), sequence(integer(0), content)));
}

function certificateBag(certificate: Certificate, attributeSet?: Uint8Array): Uint8Array {
  const value = write(context(0, true), write(tags.octetString, certificate.der));
  return bag(ids.certificateBag, sequence(oid(ids.x509Certificate), value), attributeSet);
}

function bag(id: string, value: Uint8Array, attributeSet?: Uint8Array): Uint8Array {
  return sequence(
    oid(id),
    write(context(0, true), value),
    ...(attributeSet === undefined ? [] : [attributeSet]),
  );
}

function attributes(friendlyName: string, localKeyId: Uint8Array): Uint8Array {
  const bmpString = 0x1e;
  const attribute = (id: string, value: Uint8Array): Uint8Array => sequence(oid(id), write(tags.set, value));
  const name = write(bmpString, Buffer.from(friendlyName, "utf16le").swap16());
  const inOrder = [
    attribute(ids.friendlyName, name),
    attribute(ids.localKeyId, write(tags.octetString, localKeyId)),
  ].toSorted((a, b) => Buffer.compare(a, b)); // DER sorts the members of a SET OF (X.690 §11.6)
  return write(tags.set, ...inOrder);
}

/** MacData (RFC 7292 §4): HMAC-SHA256 under a key that PKCS#12's own derivation makes. */
function macData(octets: Uint8Array, passphrase: string, salt: Uint8Array): Uint8Array {
  const mac = createHmac("sha256", macKey(passphrase, salt)).update(octets).digest();
  const digest = sequence(sequence(oid(ids.sha256), write(tags.null)), write(tags.octetString, mac));
  return sequence(digest, write(tags.octetString, salt), integer(iterations));
}

/** RFC 7292 appendix B.2 for SHA-256 and 32 octets, which is one block: no second round is ever needed. */
function macKey(passphrase: string, salt: Uint8Array): Buffer {
  const block = 64;
  const diversifier = Buffer.alloc(block, 3);
  const filled = (bytes: Uint8Array): Buffer => Buffer.alloc(Math.ceil(bytes.length / block) * block, bytes);
  // appendix B.1: BMPString, big end first, with a terminating zero
  const password = Buffer.from(`${passphrase}\0`, "utf16le").swap16();
  let key = hash("sha256", Buffer.concat([diversifier, filled(salt), filled(password)]), "buffer");
  for (let i = 1; i < iterations; i++) key = hash("sha256", key, "buffer");
  return key;
}

import { createCipheriv, pbkdf2Sync } from "node:crypto";
import { integer, oid, sequence, tags, write } from "./der.ts";
import type { RandomBytes } from "./serial.ts";

/** Octets under a passphrase: the AlgorithmIdentifier that says how, and the ciphertext. */
export interface Encrypted {
  readonly algorithm: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/**
 * Encrypts with PBES2: PBKDF2-HMAC-SHA256 and AES-256-CBC (RFC 8018 §6.2), with fresh salt and IV.
 * openssl, Node, Go's and Java's readers take it.
 */
export function encryptPbes2(
  plaintext: Uint8Array,
  passphrase: string,
  iterations: number,
  randomBytes: RandomBytes,
): Encrypted {
  const salt = randomBytes(16);
  const iv = randomBytes(16);
  const cipher = createCipheriv("aes-256-cbc", pbkdf2Sync(passphrase, salt, iterations, 32, "sha256"), iv);
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  const hmacWithSha256 = sequence(oid("1.2.840.113549.2.9"), write(tags.null));
  const derivation = sequence(
    oid("1.2.840.113549.1.5.12"),
    sequence(write(tags.octetString, salt), integer(iterations), hmacWithSha256),
  );
  const encryption = sequence(oid("2.16.840.1.101.3.4.1.42"), write(tags.octetString, iv));
  return {
    algorithm: sequence(oid("1.2.840.113549.1.5.13"), sequence(derivation, encryption)),
    ciphertext,
  };
}

/** EncryptedPrivateKeyInfo (RFC 5958 §3) of a PKCS#8 key. */
export function encryptKey(
  pkcs8: Uint8Array,
  passphrase: string,
  iterations: number,
  randomBytes: RandomBytes,
): Uint8Array {
  const { algorithm, ciphertext } = encryptPbes2(pkcs8, passphrase, iterations, randomBytes);
  return sequence(algorithm, write(tags.octetString, ciphertext));
}

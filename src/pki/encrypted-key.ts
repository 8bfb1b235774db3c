import { createCipheriv, pbkdf2Sync } from "node:crypto";
import { MoorlineError } from "../model/errors.ts";
import { Sensitive } from "../model/sensitive.ts";
import { integer, oid, sequence, tags, write } from "./der.ts";
import { toPem } from "./pem.ts";
import type { RandomBytes } from "./serial.ts";

/**
 * Rounds of PBKDF2-HMAC-SHA256 (OWASP's figure of 2023; a quarter of a second). Node's own export fixes openssl's 2048,
 * which a graphics card tries a million times a second.
 */
const iterations = 600_000;

/**
 * Encrypts a PKCS#8 key as EncryptedPrivateKeyInfo (RFC 5958 §3) with PBES2, PBKDF2 and AES-256-CBC (RFC 8018 §6.2).
 * openssl, Node, Go's and Java's readers take it.
 * @throws MoorlineError PKI_PASSPHRASE_EMPTY
 */
export function encryptPkcs8(pkcs8: Uint8Array, passphrase: Sensitive, randomBytes: RandomBytes): Sensitive {
  if (passphrase.reveal() === "")
    throw new MoorlineError("PKI_PASSPHRASE_EMPTY", { subject: "the private key" });
  const salt = randomBytes(16);
  const iv = randomBytes(16);
  const key = pbkdf2Sync(passphrase.reveal(), salt, iterations, 32, "sha256");
  const cipher = createCipheriv("aes-256-cbc", key, iv);
  const encrypted = Buffer.concat([cipher.update(pkcs8), cipher.final()]);
  const hmacWithSha256 = sequence(oid("1.2.840.113549.2.9"), write(tags.null));
  const derivation = sequence(
    oid("1.2.840.113549.1.5.12"),
    sequence(write(tags.octetString, salt), integer(iterations), hmacWithSha256),
  );
  const encryption = sequence(oid("2.16.840.1.101.3.4.1.42"), write(tags.octetString, iv));
  const pbes2 = sequence(oid("1.2.840.113549.1.5.13"), sequence(derivation, encryption));
  return new Sensitive(toPem("ENCRYPTED PRIVATE KEY", sequence(pbes2, write(tags.octetString, encrypted))));
}

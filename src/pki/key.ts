import { createPrivateKey, createPublicKey, KeyObject, sign, verify, webcrypto } from "node:crypto";
import { MoorlineError } from "../model/errors.ts";
import { Sensitive } from "../model/sensitive.ts";
import { encryptKey } from "./pbes2.ts";
import { pemBlocks, toPem } from "./pem.ts";
import { systemRandomBytes, type RandomBytes } from "./serial.ts";

/** WebCrypto's own types, which Node keeps in a namespace of `node:crypto`. */
export type CryptoKey = webcrypto.CryptoKey;

export const keyTypes = ["ECDSA_P256", "ECDSA_P384", "RSA_2048", "RSA_3072", "RSA_4096"] as const;
export type KeyType = (typeof keyTypes)[number];

export interface KeyPair {
  readonly type: KeyType;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

/** How WebCrypto makes and imports each type; the hash is the one that signs with it (RFC 5480 §4 for the curves). */
const algorithms = {
  ECDSA_P256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  ECDSA_P384: { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" },
  RSA_2048: rsa(2048),
  RSA_3072: rsa(3072),
  RSA_4096: rsa(4096),
} as const;

function rsa(modulusLength: number) {
  const publicExponent = Uint8Array.of(1, 0, 1);
  return { name: "RSASSA-PKCS1-v1_5", modulusLength, publicExponent, hash: "SHA-256" } as const;
}

/** The algorithm that a key of this type signs certificates and CRLs with. */
export function signingAlgorithm(type: KeyType): { readonly name: string; readonly hash: string } {
  const { name, hash } = algorithms[type];
  return { name, hash };
}

/**
 * Rounds of PBKDF2-HMAC-SHA256 (OWASP's figure of 2023; a quarter of a second). Node's own export fixes openssl's 2048,
 * which a graphics card tries a million times a second.
 */
const iterations = 600_000;

/** Makes a key pair. RSA takes a tenth of a second to seconds, ECDSA next to nothing. */
export async function generateKey(type: KeyType): Promise<KeyPair> {
  const { privateKey, publicKey } = await webcrypto.subtle.generateKey(algorithms[type], true, [
    "sign",
    "verify",
  ]);
  return { type, privateKey, publicKey };
}

/**
 * The private key as PKCS#8 PEM, encrypted where a passphrase is given (PBES2, AES-256-CBC).
 * @throws MoorlineError PKI_PASSPHRASE_EMPTY
 */
export async function exportPrivateKey(
  key: KeyPair | CryptoKey,
  passphrase?: Sensitive,
  randomBytes: RandomBytes = systemRandomBytes,
): Promise<Sensitive> {
  const object = KeyObject.from("type" in key && "privateKey" in key ? key.privateKey : key);
  if (passphrase === undefined)
    return new Sensitive(object.export({ type: "pkcs8", format: "pem" }).toString());
  if (passphrase.reveal() === "")
    throw new MoorlineError("PKI_PASSPHRASE_EMPTY", { subject: "the private key" });
  const pkcs8 = object.export({ type: "pkcs8", format: "der" });
  return new Sensitive(
    toPem("ENCRYPTED PRIVATE KEY", encryptKey(pkcs8, passphrase.reveal(), iterations, randomBytes)),
  );
}

/** The public key of a pair as DER SubjectPublicKeyInfo. */
export function publicKeyDer(key: CryptoKey): Buffer {
  return KeyObject.from(key).export({ type: "spki", format: "der" });
}

/**
 * Reads a private key as openssl, keytool or this program writes it: PKCS#8, PKCS#1 or SEC1 PEM, encrypted or not.
 * @param subject what is read, for errors
 * @throws MoorlineError PKI_NOT_PEM, PKI_KEY_MISSING, PKI_PASSPHRASE_MISSING, PKI_PASSPHRASE_WRONG, PKI_KEY_UNREADABLE,
 *   PKI_KEY_UNSUPPORTED
 */
export async function importPrivateKey(
  pem: Sensitive,
  passphrase?: Sensitive,
  subject = "the private key",
): Promise<KeyPair> {
  const privateKey = readPrivateKey(pem, passphrase, subject);
  const type = keyTypeOf(privateKey);
  if (type === undefined)
    throw new MoorlineError("PKI_KEY_UNSUPPORTED", { subject, parameters: { key: describeKey(privateKey) } });
  const algorithm = algorithms[type];
  return {
    type,
    privateKey: privateKey.toCryptoKey(algorithm, true, ["sign"]),
    publicKey: createPublicKey(privateKey).toCryptoKey(algorithm, true, ["verify"]),
  };
}

/** Takes a public key of the types that we issue. @throws MoorlineError PKI_KEY_UNSUPPORTED */
export function importPublicKey(publicKey: KeyObject, subject = "the public key"): CryptoKey {
  const type = keyTypeOf(publicKey);
  if (type === undefined)
    throw new MoorlineError("PKI_KEY_UNSUPPORTED", { subject, parameters: { key: describeKey(publicKey) } });
  return publicKey.toCryptoKey(algorithms[type], true, ["verify"]);
}

/** Reads any private key, of the types that we issue or not. @throws MoorlineError as `importPrivateKey` */
export function readPrivateKey(
  pem: Sensitive,
  passphrase?: Sensitive,
  subject = "the private key",
): KeyObject {
  // `openssl ecparam -genkey` writes an EC PARAMETERS block before the key
  const block = pemBlocks(pem.reveal(), subject).find((b) => b.label.endsWith("PRIVATE KEY"));
  if (block === undefined) throw new MoorlineError("PKI_KEY_MISSING", { subject });
  const encrypted = block.label === "ENCRYPTED PRIVATE KEY" || block.text.includes("4,ENCRYPTED");
  if (encrypted && passphrase === undefined) throw new MoorlineError("PKI_PASSPHRASE_MISSING", { subject });
  try {
    const key = createPrivateKey({
      key: block.text,
      format: "pem",
      ...(encrypted && passphrase !== undefined ? { passphrase: passphrase.reveal() } : {}),
    });
    if (!isWhole(key)) throw new Error("the private and the public half do not fit");
    return key;
  } catch (thrown) {
    throw new MoorlineError(encrypted ? "PKI_PASSPHRASE_WRONG" : "PKI_KEY_UNREADABLE", {
      subject,
      cause: thrown,
    });
  }
}

/** OpenSSL takes the public half for granted that stands beside the private one; what they sign tells. */
function isWhole(key: KeyObject): boolean {
  const type = key.asymmetricKeyType;
  if (type !== "rsa" && type !== "ec" && type !== "rsa-pss") return true;
  const probe = Buffer.from("a probe");
  return verify("sha256", probe, createPublicKey(key), sign("sha256", probe, key));
}

/** The type of a key, where it is one that we issue. */
function keyTypeOf(key: KeyObject): KeyType | undefined {
  const details = key.asymmetricKeyDetails;
  if (key.asymmetricKeyType === "rsa")
    return keyTypes.find((type) => type === `RSA_${details?.modulusLength}`);
  if (key.asymmetricKeyType !== "ec") return undefined;
  if (details?.namedCurve === "prime256v1") return "ECDSA_P256";
  return details?.namedCurve === "secp384r1" ? "ECDSA_P384" : undefined;
}

function describeKey(key: KeyObject): string {
  const details = key.asymmetricKeyDetails;
  return `${key.asymmetricKeyType ?? "?"} ${details?.modulusLength ?? details?.namedCurve ?? ""}`.trim();
}

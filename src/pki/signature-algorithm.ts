import { constants, verify, type KeyObject } from "node:crypto";
import { children, context, read, readOid, tags, type Element } from "./der.ts";

export interface SignatureAlgorithm {
  /** `ecdsa-with-SHA256`; the object identifier where we do not know it. */
  readonly name: string;
  /** The hash was broken: collisions were made for MD5 and SHA-1, and TLS stacks refuse both. */
  readonly isWeak: boolean;
  /** What hashed the signed octets, as OpenSSL names it; undefined where the algorithm brings its own, or is unknown. */
  readonly hash: string | undefined;
}

const names: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.1.2": "md2WithRSAEncryption",
  "1.2.840.113549.1.1.4": "md5WithRSAEncryption",
  "1.2.840.113549.1.1.5": "sha1WithRSAEncryption",
  "1.2.840.113549.1.1.10": "RSASSA-PSS",
  "1.2.840.113549.1.1.11": "sha256WithRSAEncryption",
  "1.2.840.113549.1.1.12": "sha384WithRSAEncryption",
  "1.2.840.113549.1.1.13": "sha512WithRSAEncryption",
  "1.2.840.10040.4.3": "dsa-with-SHA1",
  "1.2.840.10045.4.1": "ecdsa-with-SHA1",
  "1.2.840.10045.4.3.2": "ecdsa-with-SHA256",
  "1.2.840.10045.4.3.3": "ecdsa-with-SHA384",
  "1.2.840.10045.4.3.4": "ecdsa-with-SHA512",
  "1.3.101.112": "Ed25519",
  "1.3.101.113": "Ed448",
  "1.2.156.10197.1.501": "SM2-with-SM3",
};

const hashes: Readonly<Record<string, string>> = {
  "1.3.14.3.2.26": "sha1",
  "2.16.840.1.101.3.4.2.1": "sha256",
  "2.16.840.1.101.3.4.2.2": "sha384",
  "2.16.840.1.101.3.4.2.3": "sha512",
};

const weakHashes = new Set(["md2", "md5", "sha1"]);

/** Reads an AlgorithmIdentifier. @throws DerError */
export function readSignatureAlgorithm(element: Element): SignatureAlgorithm {
  const [id, parameters] = children(element, tags.sequence);
  const oid = readOid(id ?? element);
  const name = names[oid] ?? oid;
  const hash = name === "RSASSA-PSS" ? hashOfPss(parameters) : /md[25]|sha\d+/i.exec(name)?.[0].toLowerCase();
  return { name, hash, isWeak: hash !== undefined && weakHashes.has(hash) };
}

/** RFC 4055 §3.1: the hash stands under [0], and is SHA-1 where it is left out. */
function hashOfPss(parameters: Element | undefined): string | undefined {
  const parts = parameters === undefined ? [] : children(parameters);
  const hash = parts.find((p) => p.tag === context(0, true));
  if (hash === undefined) return "sha1";
  const [id] = children(read(hash.content), tags.sequence);
  return hashes[readOid(id ?? hash)];
}

/**
 * Whether a key made a signature over some octets; false as well where the key cannot have, or we cannot tell.
 * @param signature as X.509 holds it: DER for ECDSA
 */
export function isSignature(
  algorithm: SignatureAlgorithm,
  signed: Uint8Array,
  signature: Uint8Array,
  key: KeyObject,
): boolean {
  const padding = algorithm.name === "RSASSA-PSS" ? constants.RSA_PKCS1_PSS_PADDING : undefined;
  try {
    return verify(algorithm.hash, signed, { key, ...(padding === undefined ? {} : { padding }) }, signature);
  } catch {
    // a key of another algorithm makes OpenSSL throw: it did not sign this
    return false;
  }
}

import { children, context, read, readOid, tags, type Element } from "./der.ts";

export interface SignatureAlgorithm {
  /** `ecdsa-with-SHA256`; the object identifier where we do not know it. */
  readonly name: string;
  /** The hash was broken: collisions were made for MD5 and SHA-1, and TLS stacks refuse both. */
  readonly isWeak: boolean;
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

const weak = /^md[25]|sha1/i;
const sha1 = "1.3.14.3.2.26";

/** Reads an AlgorithmIdentifier. @throws DerError */
export function readSignatureAlgorithm(element: Element): SignatureAlgorithm {
  const [id, parameters] = children(element, tags.sequence);
  const oid = readOid(id ?? element);
  const name = names[oid] ?? oid;
  if (name !== "RSASSA-PSS") return { name, isWeak: weak.test(name) };
  // RFC 4055 §3.1: the hash stands under [0], and is SHA-1 where it is left out
  const hash =
    parameters === undefined ? undefined : children(parameters).find((p) => p.tag === context(0, true));
  const hashId = hash === undefined ? sha1 : readOid(children(read(hash.content))[0] ?? hash);
  return { name, isWeak: hashId === sha1 };
}

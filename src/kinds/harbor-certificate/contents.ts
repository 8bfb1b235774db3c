import { createHmac } from "node:crypto";
import { MoorlineError } from "../../model/errors.ts";
import type { Sensitive } from "../../model/sensitive.ts";
import { certificatePem, readCertificates } from "../../pki/certificate.ts";
import { toPkcs12 } from "../../pki/pkcs12.ts";
import type { World } from "../world.ts";
import type { CertificateDocument, Gathered } from "./gathered.ts";
import type { IssuedPair } from "./pair.ts";
import { readPassphrase } from "./passphrase.ts";
import type { FileDelivery, SecretDelivery } from "./schema-delivery.ts";

/** A file as it must be. The bytes may hold a key. */
export interface WantedFile {
  readonly path: string;
  readonly bytes: Buffer;
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
}

/** The paths of a delivery, in the order in which they are written. */
export const pathsOf = (d: FileDelivery): readonly string[] =>
  [d.privateKey, d.certificate, d.chain, d.ca, d.pkcs12?.path, d.crl].filter((path) => path !== undefined);

/**
 * The files of one delivery as they must be.
 * @returns undefined where what they are to hold is still to be issued
 */
export async function wantedFiles(
  delivery: FileDelivery,
  gathered: Gathered,
  document: CertificateDocument,
  world: World,
): Promise<readonly WantedFile[] | undefined> {
  const pair = gathered.pairs.get(delivery.of);
  const { trust, crl } = gathered;
  if (pair === undefined || trust === undefined) return undefined;
  if (delivery.crl !== undefined && crl === undefined) return undefined;
  const owner = {
    ...(delivery.uid !== undefined && { uid: delivery.uid }),
    ...(delivery.gid !== undefined && { gid: delivery.gid }),
  };
  const mode = Number.parseInt(delivery.mode, 8);
  const keyMode = Number.parseInt(delivery.keyMode, 8);
  const file = (path: string | undefined, content: string | Uint8Array, bits: number): WantedFile[] =>
    path === undefined ? [] : [{ path, bytes: Buffer.from(content as string), mode: bits, ...owner }];
  const { pkcs12 } = delivery;
  const archive =
    pkcs12 && bundle(pair, trust, await readPassphrase(pkcs12.passphrase, document, world), document);
  return [
    ...file(delivery.privateKey, pair.privateKey.reveal(), keyMode),
    ...file(delivery.certificate, pair.certificate, mode),
    ...file(delivery.chain, above(pair, trust), mode),
    ...file(delivery.ca, trust, mode),
    ...file(pkcs12?.path, archive ?? "", keyMode),
    ...file(delivery.crl, crl ?? "", mode),
  ];
}

const above = (pair: IssuedPair, trust: string): string =>
  readCertificates(pair.certificate).slice(1).map(certificatePem).join("") + trust;

/**
 * The same key and passphrase give the same file, so that one that is there can be compared: what should be random is
 * derived from the two secrets (an HMAC is a pseudo-random function of its key).
 */
function bundle(
  pair: IssuedPair,
  trust: string,
  passphrase: Sensitive,
  document: CertificateDocument,
): Uint8Array {
  let counter = 0;
  const randomBytes = (length: number): Uint8Array => {
    if (length > 64)
      throw new MoorlineError("INTERNAL", { subject: "PKCS#12", parameters: { reason: "salt" } });
    const seed = createHmac("sha512", pair.privateKey.reveal());
    return seed.update(`${passphrase.reveal()}\0${counter++}`).digest().subarray(0, length);
  };
  return toPkcs12({
    certificatePem: pair.certificate,
    chainPem: trust,
    privateKeyPem: pair.privateKey,
    passphrase,
    friendlyName: document.metadata.name,
    randomBytes,
  });
}

/** The data of a Secret of type kubernetes.io/tls, in base64; undefined where it is still to be issued. */
export function wantedData(
  delivery: SecretDelivery,
  gathered: Gathered,
): Readonly<Record<string, string>> | undefined {
  const pair = gathered.pairs.get(delivery.of);
  if (pair === undefined || gathered.trust === undefined) return undefined;
  const encode = (text: string): string => Buffer.from(text).toString("base64");
  return {
    "ca.crt": encode(gathered.trust),
    "tls.crt": encode(pair.certificate),
    "tls.key": encode(pair.privateKey.reveal()),
  };
}

/** Marks a Secret as ours: which document it came from. */
export const ownerAnnotation = "moorline.io/harbor-certificate";
export const secretType = "kubernetes.io/tls";

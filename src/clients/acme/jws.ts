import { createHash, createHmac, createPublicKey, sign, type KeyObject } from "node:crypto";
import { MoorlineError } from "../../model/errors.ts";
import type { Sensitive } from "../../model/sensitive.ts";
import { readPrivateKey } from "../../pki/key.ts";

/** An account's key, ready to sign. */
export interface AccountKey {
  readonly privateKey: KeyObject;
  readonly algorithm: "ES256" | "ES384" | "RS256";
  /** The public half (RFC 7517), its members in the order of RFC 7638 §3. */
  readonly jwk: Readonly<Record<string, string>>;
}

export interface ProtectedHeader {
  readonly url: string;
  readonly nonce: string;
  /** The account's URL; absent where the key itself stands in the header (RFC 8555 §6.2). */
  readonly kid?: string;
}

const base64url = (content: string | Uint8Array): string =>
  Buffer.from(content as string).toString("base64url");

const curves = { "P-256": ["ES256", "sha256"], "P-384": ["ES384", "sha384"] } as const;

/**
 * Reads an account key: ECDSA on P-256 or P-384, or RSA.
 * @throws ACME_ACCOUNT_KEY_BROKEN
 */
export function readAccountKey(pem: Sensitive, subject: string): AccountKey {
  const broken = (reason: string, cause?: unknown): MoorlineError =>
    new MoorlineError("ACME_ACCOUNT_KEY_BROKEN", { subject, parameters: { reason }, cause });
  let privateKey: KeyObject;
  try {
    privateKey = readPrivateKey(pem, undefined, subject);
  } catch (thrown) {
    throw broken(thrown instanceof MoorlineError ? thrown.message : "?", thrown);
  }
  const { kty, crv, x, y, e, n } = createPublicKey(privateKey).export({ format: "jwk" });
  if (kty === "RSA" && e !== undefined && n !== undefined)
    return { privateKey, algorithm: "RS256", jwk: { e, kty, n } };
  const curve = curves[crv as keyof typeof curves] as (typeof curves)["P-256"] | undefined;
  if (kty !== "EC" || curve === undefined || crv === undefined || x === undefined || y === undefined)
    throw broken(`${kty ?? "?"} ${crv ?? ""}`);
  return { privateKey, algorithm: curve[0], jwk: { crv, kty, x, y } };
}

/** The thumbprint that ties a challenge to an account (RFC 7638 §3, RFC 8555 §8.1). */
export const thumbprint = ({ jwk }: AccountKey): string =>
  createHash("sha256").update(JSON.stringify(jwk)).digest("base64url");

/** What a challenge is answered with (RFC 8555 §8.1). */
export const keyAuthorization = (token: string, key: AccountKey): string => `${token}.${thumbprint(key)}`;

/** The value of the TXT record of a dns-01 challenge (RFC 8555 §8.4). */
export const dnsValue = (authorization: string): string =>
  createHash("sha256").update(authorization).digest("base64url");

/**
 * A request in flattened JSON serialisation (RFC 7515 §7.2.2, RFC 8555 §6.2).
 * @param payload undefined makes it a POST-as-GET (RFC 8555 §6.3)
 */
export function signRequest(key: AccountKey, header: ProtectedHeader, payload: unknown): string {
  const { kid, nonce, url } = header;
  const identity = kid === undefined ? { jwk: key.jwk } : { kid };
  const protectedPart = base64url(JSON.stringify({ alg: key.algorithm, ...identity, nonce, url }));
  const payloadPart = payload === undefined ? "" : base64url(JSON.stringify(payload));
  const hash = key.algorithm === "ES384" ? "sha384" : "sha256";
  // RFC 7518 §3.4: the two numbers side by side, not in DER.
  const signature = sign(hash, Buffer.from(`${protectedPart}.${payloadPart}`), {
    key: key.privateKey,
    dsaEncoding: "ieee-p1363",
  });
  return JSON.stringify({
    protected: protectedPart,
    payload: payloadPart,
    signature: signature.toString("base64url"),
  });
}

/** What a CA gave its customer, so that it knows the account for theirs (RFC 8555 §7.3.4). */
export interface ExternalAccount {
  readonly keyId: string;
  /** base64url, as CAs print it. */
  readonly key: Sensitive;
}

/** The account's key, signed with the key that the CA gave. */
export function bindExternalAccount(
  account: ExternalAccount,
  key: AccountKey,
  url: string,
): { readonly protected: string; readonly payload: string; readonly signature: string } {
  const protectedPart = base64url(JSON.stringify({ alg: "HS256", kid: account.keyId, url }));
  const payload = base64url(JSON.stringify(key.jwk));
  // Buffer reads both alphabets of base64.
  const mac = createHmac("sha256", Buffer.from(account.key.reveal().trim(), "base64"));
  const signature = mac.update(`${protectedPart}.${payload}`).digest("base64url");
  return { protected: protectedPart, payload, signature };
}

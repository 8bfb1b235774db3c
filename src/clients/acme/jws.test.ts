import { createHmac, createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import acmeClient from "acme-client";
import { describe, expect, test } from "vitest";
import { isError } from "../../model/errors.ts";
import { Sensitive } from "../../model/sensitive.ts";
import {
  bindExternalAccount,
  dnsValue,
  keyAuthorization,
  readAccountKey,
  signRequest,
  thumbprint,
} from "./jws.ts";

const pemOf = (key: { export(options: { type: "pkcs8"; format: "pem" }): string | Buffer }): Sensitive =>
  new Sensitive(key.export({ type: "pkcs8", format: "pem" }).toString());
const keys = {
  ES256: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
  ES384: generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey,
  RS256: generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey,
};
const read = (part: string): unknown => JSON.parse(Buffer.from(part, "base64url").toString());

describe.each(["ES256", "ES384", "RS256"] as const)("with a key for %s", (algorithm) => {
  const key = readAccountKey(pemOf(keys[algorithm]), "the account");

  test("a request's signature verifies over what is sent", () => {
    const header = { url: "https://acme.example.com/order", nonce: "abc" };
    const jws = JSON.parse(signRequest(key, header, { a: 1 })) as Record<string, string>;
    const signed = Buffer.from(`${jws.protected}.${jws.payload}`);
    const publicKey = { key: createPublicKey(keys[algorithm]), dsaEncoding: "ieee-p1363" as const };
    const hash = algorithm === "ES384" ? "sha384" : "sha256";
    expect(verify(hash, signed, publicKey, Buffer.from(jws.signature ?? "", "base64url"))).toBe(true);
    expect(read(jws.protected ?? "")).toEqual({ alg: algorithm, jwk: key.jwk, ...header });
    expect(read(jws.payload ?? "")).toEqual({ a: 1 });
  });

  test("challenges are answered as another client answers them", async () => {
    const other = new acmeClient.Client({
      directoryUrl: "https://acme.example.com/dir",
      accountKey: pemOf(keys[algorithm]).reveal(),
    });
    const challenge = { type: "http-01", token: "a-token", url: "", status: "pending" as const };
    const theirs = (type: string): Promise<string> =>
      other.getChallengeKeyAuthorization({ ...challenge, type } as Parameters<
        typeof other.getChallengeKeyAuthorization
      >[0]);
    const ours = keyAuthorization("a-token", key);
    expect([ours, dnsValue(ours)]).toEqual([await theirs("http-01"), await theirs("dns-01")]);
  });
});

test("the thumbprint of RFC 7638 §3.1 comes out", () => {
  const n =
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
  const key = { ...readAccountKey(pemOf(keys.RS256), "x"), jwk: { e: "AQAB", kty: "RSA", n } };
  expect(thumbprint(key)).toBe("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
});

test("an external account signs the account's key with the CA's, for one URL (RFC 8555 §7.3.4)", () => {
  const key = readAccountKey(pemOf(keys.ES256), "the account");
  const secret = Buffer.alloc(32, 3);
  const url = "https://acme.example.com/account";
  const account = { keyId: "kid-1", key: new Sensitive(secret.toString("base64url")) };
  const binding = bindExternalAccount(account, key, url);
  expect(read(binding.protected)).toEqual({ alg: "HS256", kid: "kid-1", url });
  expect(read(binding.payload)).toEqual(key.jwk);
  const mac = createHmac("sha256", secret)
    .update(`${binding.protected}.${binding.payload}`)
    .digest("base64url");
  expect(binding.signature).toBe(mac);
});

test("a key of another sort is refused with its name", () => {
  const refusal = (pem: Sensitive): string => {
    try {
      readAccountKey(pem, "/store: acme-account.pem");
      return "none";
    } catch (thrown) {
      if (!isError(thrown, "ACME_ACCOUNT_KEY_BROKEN")) throw thrown;
      return thrown.subject;
    }
  };
  expect(refusal(pemOf(generateKeyPairSync("ed25519").privateKey))).toBe("/store: acme-account.pem");
  expect(refusal(new Sensitive("nonsense"))).toBe("/store: acme-account.pem");
});

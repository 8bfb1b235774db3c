import { describe, expect, test } from "vitest";
import { MoorlineError } from "../model/errors.ts";
import { Sensitive } from "../model/sensitive.ts";
import { exportPrivateKey, generateKey, importPrivateKey, publicKeyDer } from "./key.ts";
import { openssl as runOpenssl } from "./testing/openssl.ts";

/** What openssl wrote; what it says on the side stands around the PEM, as it may. */
const openssl = async (args: readonly string[], input?: string): Promise<string> =>
  (await runOpenssl(args, input === undefined ? {} : { input })).output;

const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "no error",
    (thrown: unknown) => (thrown instanceof MoorlineError ? thrown.code : String(thrown)),
  );

describe("a private key", () => {
  test.each(["ECDSA_P256", "ECDSA_P384", "RSA_2048"] as const)(
    "of type %s comes back the same from PEM",
    async (type) => {
      const key = await generateKey(type);
      const again = await importPrivateKey(await exportPrivateKey(key));
      expect(again.type).toBe(type);
      expect(publicKeyDer(again.publicKey)).toEqual(publicKeyDer(key.publicKey));
    },
  );

  test("encrypted with a passphrase opens with that passphrase alone, here and in openssl", async () => {
    const key = await generateKey("ECDSA_P256");
    const pem = await exportPrivateKey(key, new Sensitive("correct horse 马"));
    expect(pem.reveal()).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    const again = await importPrivateKey(pem, new Sensitive("correct horse 马"));
    expect(publicKeyDer(again.publicKey)).toEqual(publicKeyDer(key.publicKey));
    expect(await codeOf(importPrivateKey(pem, new Sensitive("wrong")))).toBe("PKI_PASSPHRASE_WRONG");
    expect(await codeOf(importPrivateKey(pem))).toBe("PKI_PASSPHRASE_MISSING");
    expect(
      await openssl(["pkey", "-noout", "-text", "-passin", "pass:correct horse 马"], pem.reveal()),
    ).toContain("prime256v1");
    expect(await openssl(["asn1parse"], pem.reveal())).toMatch(
      /PBES2[\s\S]*PBKDF2[\s\S]*hmacWithSHA256[\s\S]*aes-256-cbc/,
    );
  });

  test.each([
    ["SEC1 with its parameters before it", ["ecparam", "-name", "secp384r1", "-genkey"], "ECDSA_P384"],
    ["PKCS#1", ["genrsa", "-traditional", "2048"], "RSA_2048"],
    ["PKCS#8", ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"], "ECDSA_P256"],
  ])("made by openssl as %s is read", async (_form, args, type) => {
    expect((await importPrivateKey(new Sensitive(await openssl(args)))).type).toBe(type);
  });

  test("made by openssl in the old encrypted form is read", async () => {
    const pem = await openssl(["ecparam", "-name", "prime256v1", "-genkey", "-noout"]);
    const encrypted = await openssl(["ec", "-aes128", "-passout", "pass:secret"], pem);
    expect(encrypted).toContain("Proc-Type: 4,ENCRYPTED");
    expect((await importPrivateKey(new Sensitive(encrypted), new Sensitive("secret"))).type).toBe(
      "ECDSA_P256",
    );
    expect(await codeOf(importPrivateKey(new Sensitive(encrypted), new Sensitive("no")))).toBe(
      "PKI_PASSPHRASE_WRONG",
    );
  });

  test("of a type that no client likes, or that is none at all, is refused by name", async () => {
    const ed25519 = await openssl(["genpkey", "-algorithm", "ed25519"]);
    const short = await openssl(["genrsa", "1024"]);
    expect(await codeOf(importPrivateKey(new Sensitive(ed25519)))).toBe("PKI_KEY_UNSUPPORTED");
    expect(await codeOf(importPrivateKey(new Sensitive(short)))).toBe("PKI_KEY_UNSUPPORTED");
    expect(await codeOf(importPrivateKey(new Sensitive("hello")))).toBe("PKI_NOT_PEM");
    const cutOff = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    expect(await codeOf(importPrivateKey(new Sensitive(cutOff)))).toBe("PKI_KEY_UNREADABLE");
    const certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    expect(await codeOf(importPrivateKey(new Sensitive(certificate)))).toBe("PKI_KEY_MISSING");
  });

  test("is never encrypted with an empty passphrase", async () => {
    const key = await generateKey("ECDSA_P256");
    expect(await codeOf(exportPrivateKey(key, new Sensitive("")))).toBe("PKI_PASSPHRASE_EMPTY");
  });
});

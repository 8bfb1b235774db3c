import { createSecureContext } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MoorlineError } from "../model/errors.ts";
import { Sensitive } from "../model/sensitive.ts";
import { createAuthority } from "./authority.ts";
import { generateKey, exportPrivateKey } from "./key.ts";
import { issueServer, type Leaf } from "./leaf.ts";
import { toPkcs12 } from "./pkcs12.ts";
import { isInstalled, openssl, run, Workshop } from "./testing/openssl.ts";

const now = new Date();
const keytoolIsHere = await isInstalled("keytool");
const whySkipped = keytoolIsHere ? "" : " (skipped: this machine has no keytool)";
const passphrases = ["changeit", "pässwört 口令 with spaces"];
const workshop = new Workshop();
const leaves: Leaf[] = [];
let rootPem = "";

beforeAll(async () => {
  const root = await createAuthority({ commonName: "Root", keyType: "ECDSA_P256", validityDays: 365, now });
  const middle = await createAuthority({
    commonName: "Middle",
    keyType: "ECDSA_P256",
    validityDays: 365,
    now,
    issuer: root,
  });
  rootPem = root.certificatePem;
  for (const keyType of ["ECDSA_P256", "RSA_2048"] as const)
    leaves.push(
      await issueServer(middle, {
        keyType,
        dnsNames: ["harbor.example.com"],
        ipAddresses: [],
        validityDays: 90,
        now,
      }),
    );
});

afterAll(() => workshop[Symbol.dispose]());

const pack = (leaf: Leaf | undefined, passphrase: string): Uint8Array => {
  if (leaf === undefined) throw new Error("no leaf");
  return toPkcs12({
    certificatePem: leaf.certificatePem,
    chainPem: leaf.chainPem + rootPem,
    privateKeyPem: leaf.privateKeyPem,
    passphrase: new Sensitive(passphrase),
    friendlyName: "harbor 仓库",
  });
};

describe("a PKCS#12 file", () => {
  test.each(passphrases)("is read by openssl pkcs12 with the passphrase %j", async (passphrase) => {
    for (const [i, leaf] of leaves.entries()) {
      const file = workshop.write(`${i}.p12`, pack(leaf, passphrase));
      const { status, output } = await openssl(
        ["pkcs12", "-in", file, "-info", "-nodes", "-passin", `pass:${passphrase}`],
        { cwd: workshop.folder },
      );
      expect({ status, output }).toMatchObject({ status: 0 });
      expect(output).toContain("MAC: sha256, Iteration 100000");
      expect(output).toMatch(/PBES2, PBKDF2, AES-256-CBC, Iteration 100000, PRF hmacWithSHA256/);
      expect(output.match(/BEGIN CERTIFICATE/g)).toHaveLength(3);
      expect(output).toContain(leaf.privateKeyPem.reveal().trim());
    }
  });

  test("is opened by no other passphrase", async () => {
    const file = workshop.write("closed.p12", pack(leaves[0], "changeit"));
    const { status, output } = await openssl(["pkcs12", "-in", file, "-nodes", "-passin", "pass:other"], {
      cwd: workshop.folder,
    });
    expect(status).not.toBe(0);
    expect(output).toContain("invalid password");
  });

  test("serves TLS in Node", () => {
    const pfx = Buffer.from(pack(leaves[0], "changeit"));
    expect(() => createSecureContext({ pfx, passphrase: "changeit" })).not.toThrow();
  });

  test.skipIf(!keytoolIsHere)(
    `is listed by Java's keytool with its key and the whole chain${whySkipped}`,
    async () => {
      const file = workshop.path(workshop.write("java.p12", pack(leaves[1], "changeit")));
      const { status, output } = await run("keytool", [
        "-J-Duser.language=en",
        "-list",
        "-v",
        "-storetype",
        "PKCS12",
        "-keystore",
        file,
        "-storepass",
        "changeit",
      ]);
      expect({ status, output }).toMatchObject({ status: 0 });
      expect(output).toContain("Your keystore contains 1 entry");
      expect(output).toContain("Entry type: PrivateKeyEntry");
      expect(output).toContain("Certificate chain length: 3");
      expect(output).toContain("DNSName: harbor.example.com");
    },
  );

  test("is not made of a key that belongs to another certificate, nor without a passphrase", async () => {
    const stranger = await exportPrivateKey(await generateKey("ECDSA_P256"));
    const codeOf = (key: Sensitive, passphrase: string): string => {
      try {
        toPkcs12({
          certificatePem: leaves[0]?.certificatePem ?? "",
          privateKeyPem: key,
          passphrase: new Sensitive(passphrase),
          friendlyName: "x",
        });
        return "no error";
      } catch (thrown) {
        return thrown instanceof MoorlineError ? thrown.code : String(thrown);
      }
    };
    expect(codeOf(stranger, "changeit")).toBe("PKI_KEY_MISMATCH");
    expect(codeOf(stranger, "")).toBe("PKI_PASSPHRASE_EMPTY");
  });
});

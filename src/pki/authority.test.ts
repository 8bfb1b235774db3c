import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MoorlineError } from "../model/errors.ts";
import { Sensitive } from "../model/sensitive.ts";
import { loadAuthority } from "./authority.ts";
import { inspectCertificate, parsePemBundle } from "./inspect.ts";
import { exportPrivateKey, generateKey } from "./key.ts";
import { issueClient } from "./leaf.ts";
import { newSerialNumber } from "./serial.ts";
import { authority, dayMs, noon, server } from "./testing/small-pki.ts";
import { openssl, Workshop } from "./testing/openssl.ts";
import { verifyChain } from "./verify.ts";

const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "no error",
    (thrown: unknown) => (thrown instanceof MoorlineError ? thrown.code : String(thrown)),
  );

describe("an authority", () => {
  test("permits one authority below a root and none below that, unless told otherwise", async () => {
    const root = await authority();
    const middle = await authority({ commonName: "Middle", issuer: root });
    expect(inspectCertificate(root.certificatePem).pathLength).toBe(1);
    expect(inspectCertificate(middle.certificatePem).pathLength).toBe(0);
    expect(await codeOf(authority({ issuer: middle }))).toBe("PKI_PATH_LENGTH");
    expect(await codeOf(authority({ issuer: root, pathLength: 1 }))).toBe("PKI_PATH_LENGTH");
    expect(await codeOf(authority({ pathLength: -1 }))).toBe("PKI_PATH_LENGTH_INVALID");
  });

  test("gives its leaves the chain that servers send: intermediates, no root", async () => {
    const root = await authority({ pathLength: 2 });
    const upper = await authority({ commonName: "Upper", issuer: root, pathLength: 1 });
    const lower = await authority({ commonName: "Lower", issuer: upper });
    const chain = parsePemBundle((await server(lower)).chainPem).certificates;
    expect(chain.map((c) => c.description.commonName)).toEqual(["harbor.example.com", "Lower", "Upper"]);
    expect(parsePemBundle((await server(root)).chainPem).certificates).toHaveLength(1);
    expect(lower.rootPem).toBe(root.certificatePem);
  });

  test("is loaded from its files, with those above it in any order, and issues as before", async () => {
    const root = await authority();
    const middle = await authority({ commonName: "Middle", issuer: root });
    const key = await exportPrivateKey(middle.key, new Sensitive("secret"));
    const again = await loadAuthority(
      root.certificatePem + middle.certificatePem,
      key,
      new Sensitive("secret"),
    );
    expect(again).toMatchObject({ certificatePem: middle.certificatePem, rootPem: root.certificatePem });
    expect(again.chainPem).toBe(middle.chainPem);
    const { chainPem } = await server(again);
    expect(verifyChain({ chainPem, trustedPem: root.certificatePem, purpose: "server", now: noon }).ok).toBe(
      true,
    );
    const alone = await loadAuthority(middle.certificatePem, key, new Sensitive("secret"));
    expect(alone.rootPem).toBeUndefined();
    expect((await server(alone)).chainPem).toContain(middle.certificatePem);
  });

  test("is not loaded with a foreign key, nor from a certificate that is none", async () => {
    const root = await authority();
    const foreign = await exportPrivateKey(await generateKey("ECDSA_P256"));
    expect(await codeOf(loadAuthority(root.certificatePem, foreign))).toBe("PKI_KEY_MISMATCH");
    const leaf = await server(root);
    expect(await codeOf(loadAuthority(leaf.certificatePem, leaf.privateKeyPem))).toBe("PKI_NOT_AN_AUTHORITY");
  });

  test("made by openssl issues certificates that carry its name and key identifier octet for octet", async () => {
    using workshop = new Workshop();
    await workshop.make([
      ..."req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -utf8".split(" "),
      "-subj",
      "/C=CN/O=示例 公司/CN=Old CA",
      "-addext",
      "subjectKeyIdentifier=0102030405",
      "-addext",
      "authorityKeyIdentifier=none",
    ]);
    const [certificate, key] = [workshop.read("ca.pem"), workshop.read("ca.key")];
    const now = new Date();
    const leaf = await server(await loadAuthority(certificate, new Sensitive(key)), { validityDays: 5, now });
    workshop.write("leaf.pem", leaf.certificatePem);
    const verdict = await openssl(["verify", "-CAfile", "ca.pem", "leaf.pem"], { cwd: workshop.folder });
    expect(verdict).toEqual({ status: 0, output: "leaf.pem: OK\n" });
    expect(inspectCertificate(leaf.certificatePem).authorityKeyId).toBe("0102030405");
  });
});

describe("a certificate issued here", () => {
  test("begins a little before now, but not before its authority, and ends with the day asked for", async () => {
    const root = await authority({ now: noon });
    const soon = await server(root, { now: new Date(noon.getTime() - 60_000) });
    expect(soon.notBefore).toEqual(inspectCertificate(root.certificatePem).notBefore);
    const later = await server(root, { now: new Date(noon.getTime() + dayMs) });
    expect(later.notBefore).toEqual(new Date(noon.getTime() + dayMs - 300_000));
    expect(later.notAfter).toEqual(new Date(noon.getTime() + 91 * dayMs));
  });

  test("never outlives its authority, has a name, and keeps to what the authority may issue", async () => {
    const root = await authority({ validityDays: 30, nameConstraints: { excludedDns: ["example.org"] } });
    expect(await codeOf(server(root, { validityDays: 31 }))).toBe("PKI_OUTLIVES_AUTHORITY");
    expect(await codeOf(server(root, { validityDays: 0 }))).toBe("PKI_VALIDITY_INVALID");
    expect(await codeOf(server(root, { validityDays: 9, dnsNames: [] }))).toBe("PKI_NO_NAMES");
    expect(await codeOf(server(root, { validityDays: 9, dnsNames: ["a.example.org"] }))).toBe(
      "PKI_NAME_NOT_PERMITTED",
    );
    const middle = await authority({ commonName: "Middle", issuer: root, validityDays: 20 });
    expect(await codeOf(server(middle, { validityDays: 9, dnsNames: ["a.example.org"] }))).toBe(
      "PKI_NAME_NOT_PERMITTED",
    );
  });

  test.each([
    "",
    "*",
    "*.com",
    "a.*.example.com",
    "har bor",
    "harbor.example.com:443",
    "https://harbor.example.com",
    "-a.example.com",
    "a..example.com",
    "10.0.0.1",
    "under_score.example.com",
    `${"a".repeat(64)}.example.com`,
    `${"abcdefghi.".repeat(26)}com`,
    "evil\nname.example.com",
    "a.example.com\0.evil.org",
    "１０.0.0.1",
    "harbor%2eexample.com",
  ])("cannot name %j", async (name) => {
    expect(await codeOf(server(await authority(), { dnsNames: [name] }))).toBe("PKI_NAME_INVALID");
  });

  test("takes names in lower case, in other scripts as IDNA has them, and each once", async () => {
    const dnsNames = ["Harbor.Example.COM", "harbor.example.com", "仓库.example.com", "123"];
    const { certificatePem } = await server(await authority(), { dnsNames, ipAddresses: ["FD00:0::01"] });
    const names = inspectCertificate(certificatePem);
    expect(names.dnsNames).toEqual(["harbor.example.com", "xn--5mqv79a.example.com", "123"]);
    expect(names.ipAddresses).toEqual(["fd00::1"]);
  });

  test("leaves out a common name that would be too long, and then marks its names critical", async () => {
    const long = `${"abcdefghi.".repeat(8)}example.com`;
    const { certificatePem } = await server(await authority(), { dnsNames: [long] });
    const description = inspectCertificate(certificatePem);
    expect([description.subject, description.dnsNames]).toEqual(["", [long]]);
  });

  test("keeps a key that is brought along", async () => {
    const root = await authority();
    const key = await generateKey("ECDSA_P384");
    const first = await server(root, { key });
    const second = await server(root, { key });
    expect(second.privateKeyPem.reveal()).toBe(first.privateKeyPem.reveal());
    expect(second.serialNumber).not.toBe(first.serialNumber);
    expect(inspectCertificate(second.certificatePem).key).toEqual({
      algorithm: "ECDSA",
      bits: 384,
      curve: "P-384",
    });
  });

  test("for a client cannot hide a line break or an empty name in its subject", async () => {
    const root = await authority();
    const options = { keyType: "ECDSA_P256", validityDays: 9, now: noon } as const;
    for (const commonName of ["", " ", "a\nb", "x".repeat(65)])
      expect(await codeOf(issueClient(root, { ...options, commonName }))).toBe("PKI_NAME_INVALID");
    const odd = await issueClient(root, {
      ...options,
      commonName: 'a,b+c="d"; e\\f',
      organization: "#1 公司",
    });
    const { subject, commonName } = inspectCertificate(odd.certificatePem);
    expect(commonName).toBe('a,b+c="d"; e\\f');
    expect(subject).toBe('O=\\#1 公司, CN=a\\,b\\+c\\=\\"d\\"\\; e\\\\f');
  });
});

test("a serial number is positive, never zero and at most twenty octets, whatever the random octets", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      const serial = BigInt(`0x${newSerialNumber(() => bytes)}`);
      expect(serial > 0n && serial < 1n << 127n).toBe(true);
      expect(newSerialNumber(() => bytes)).toHaveLength(32);
    }),
  );
});

import { describe, expect, test } from "vitest";
import type { FindingCode } from "../text/findings/catalogue.ts";
import { certificatePem } from "./certificate.ts";
import { issueCrl } from "./crl.ts";
import { pemBlocks } from "./pem.ts";
import { authority, dayMs, noon, server } from "./testing/small-pki.ts";
import { verifyChain, type Verdict, type VerifyOptions } from "./verify.ts";

const root = await authority();
const middle = await authority({ commonName: "Middle", organization: "Example", issuer: root });
const leaf = await server(middle);
const all = { leaf: leaf.certificatePem, middle: middle.certificatePem, root: root.certificatePem };

const verify = (options: Partial<VerifyOptions> = {}): Verdict =>
  verifyChain({ chainPem: leaf.chainPem, trustedPem: all.root, purpose: "server", now: noon, ...options });
const found = (options: Partial<VerifyOptions>): [FindingCode, string][] =>
  verify(options).findings.map((f) => [f.code, f.severity]);

describe("a chain", () => {
  test("that is right has nothing to be said of it, and is shown from leaf to root", () => {
    const verdict = verify({ hostname: "harbor.example.com", privateKeyPem: leaf.privateKeyPem });
    expect(verdict).toMatchObject({ ok: true, findings: [] });
    expect(verdict.chain.map((c) => c.commonName)).toEqual(["harbor.example.com", "Middle", "Root"]);
  });

  test.each([
    ["harbor.example.com", true],
    ["HARBOR.example.com.", true],
    ["仓库.example.com", true],
    ["any.apps.example.com", true],
    ["a.b.apps.example.com", false],
    ["apps.example.com", false],
    ["10.0.0.1", true],
    ["010.0.0.1", false],
    ["fd00:0::1", true],
    ["fd00::2", false],
    ["", false],
    ["harbor.example.com\0.evil.org", false],
  ])("is for %j: %s", async (hostname, expected) => {
    const { chainPem } = await server(root, {
      dnsNames: ["harbor.example.com", "*.apps.example.com", "仓库.example.com"],
      ipAddresses: ["10.0.0.1", "fd00::1"],
    });
    const mismatch = [["CERTIFICATE_NAME_MISMATCH", "error"]];
    expect(found({ chainPem, hostname })).toEqual(expected ? [] : mismatch);
  });

  test("with the server's certificate not first is an error, since servers take the first for their own", () => {
    const order = { chainPem: all.middle + all.leaf };
    expect(found(order)).toEqual([["CERTIFICATE_CHAIN_WRONG_ORDER", "error"]]);
    expect(found({ ...order, privateKeyPem: leaf.privateKeyPem })).toEqual([
      ["CERTIFICATE_CHAIN_WRONG_ORDER", "error"],
    ]);
  });

  test("with its intermediates out of order works, with a warning", async () => {
    const top = await authority({ pathLength: 2 });
    const upper = await authority({ commonName: "Upper", issuer: top, pathLength: 1 });
    const lower = await authority({ commonName: "Lower", issuer: upper });
    const { certificatePem: own } = await server(lower);
    const options = {
      chainPem: own + upper.certificatePem + lower.certificatePem,
      trustedPem: top.certificatePem,
    };
    expect(found(options)).toEqual([["CERTIFICATE_CHAIN_WRONG_ORDER", "warning"]]);
  });

  test("with certificates that nothing needs says which", async () => {
    const other = await authority({ commonName: "Other" });
    const verdict = verify({ chainPem: leaf.chainPem + other.certificatePem });
    expect(verdict.ok).toBe(true);
    expect(verdict.findings).toMatchObject([{ code: "CERTIFICATE_CHAIN_SUPERFLUOUS", subject: "CN=Other" }]);
  });

  test("without its intermediate names it where it is known, or of the trusted root's organisation", async () => {
    expect(found({ chainPem: all.leaf })).toEqual([["CERTIFICATE_ISSUER_UNKNOWN", "error"]]);
    expect(found({ chainPem: all.leaf, knownPem: all.middle })).toEqual([
      ["CERTIFICATE_INTERMEDIATE_MISSING", "error"],
    ]);
    const sameHouse = await authority({ commonName: "House Root", organization: "Example" });
    const options = { chainPem: all.leaf, trustedPem: all.root + sameHouse.certificatePem };
    expect(found(options)).toEqual([["CERTIFICATE_INTERMEDIATE_MISSING", "error"]]);
  });

  test("that trusts nothing says so instead of failing", () => {
    expect(found({ trustedPem: "" })).toEqual([["CERTIFICATE_ISSUER_UNKNOWN", "error"]]);
  });

  test("with a key of another certificate is refused", async () => {
    const { privateKeyPem } = await server(middle);
    expect(found({ privateKeyPem })).toEqual([["CERTIFICATE_KEY_MISMATCH", "error"]]);
  });

  test("with a certificate that was altered by one bit is refused for its signature", () => {
    const [block] = pemBlocks(all.leaf, "leaf");
    const der = Uint8Array.from(block?.der ?? []);
    const name = Buffer.from(der).indexOf("harbor.example.com");
    der[name] = (der[name] ?? 0) ^ 1;
    expect(found({ chainPem: certificatePem({ der }) + all.middle })).toEqual([
      ["CERTIFICATE_SIGNATURE_INVALID", "error"],
    ]);
  });

  test("that ends at a trusted intermediate holds, with a warning", () => {
    expect(found({ trustedPem: all.middle })).toEqual([
      ["CERTIFICATE_TRUST_ENDS_AT_INTERMEDIATE", "warning"],
    ]);
  });

  test("that was signed twice is followed to the root that is trusted, whatever the order", async () => {
    const oldRoot = await authority({ commonName: "Old Root" });
    const crossed = await authority({
      commonName: "Middle",
      organization: "Example",
      issuer: oldRoot,
      key: middle.key,
    });
    for (const intermediates of [all.middle + crossed.certificatePem, crossed.certificatePem + all.middle]) {
      const verdict = verify({ chainPem: all.leaf + intermediates, trustedPem: oldRoot.certificatePem });
      expect(verdict).toMatchObject({ ok: true });
      expect(verdict.chain.at(-1)?.commonName).toBe("Old Root");
    }
  });

  test("under a root that was renewed with the same key still holds", async () => {
    const now = new Date(noon.getTime() + dayMs);
    const renewed = await authority({ key: root.key, now });
    expect(verify({ trustedPem: renewed.certificatePem, now }).ok).toBe(true);
    expect(verify({ chainPem: leaf.chainPem + all.root, trustedPem: renewed.certificatePem, now }).ok).toBe(
      true,
    );
  });

  test("for longer than Apple's clients accept is warned of", async () => {
    const { chainPem } = await server(root, { validityDays: 900 });
    expect(found({ chainPem })).toEqual([["CERTIFICATE_VALID_TOO_LONG", "warning"]]);
  });

  test("is judged by the newest list where an issuer has several", async () => {
    const now = new Date(noon.getTime() + dayMs);
    const nextUpdate = new Date(noon.getTime() + 7 * dayMs);
    const revoked = [{ serialNumber: leaf.serialNumber, date: noon, reason: "superseded" }] as const;
    const ofRoot = await issueCrl(root, { number: 1n, revoked: [], now: noon, nextUpdate });
    const older = await issueCrl(middle, { number: 1n, revoked: [], now: noon, nextUpdate });
    const newer = await issueCrl(middle, { number: 2n, revoked, now, nextUpdate });
    expect(found({ now, crlPems: [newer, older, ofRoot] })).toEqual([["CERTIFICATE_REVOKED", "error"]]);
    expect(found({ now: noon, crlPems: [newer, ofRoot] })).toContainEqual(["CRL_NOT_YET_VALID", "error"]);
  });

  test("of a hundred look-alikes is given up soon", async () => {
    const lookAlikes = await Promise.all(
      Array.from({ length: 8 }, async (_, i) => {
        const issuer = await authority({ commonName: "Middle", key: middle.key, pathLength: 9 });
        return (await authority({ commonName: "Middle", issuer, key: middle.key, pathLength: i % 3 }))
          .certificatePem;
      }),
    );
    const loops = Array.from({ length: 12 }, () => lookAlikes.join("")).join("");
    const verdict = verify({ chainPem: all.leaf + loops });
    expect(verdict.ok).toBe(false);
    expect(verdict.chain.length).toBeLessThan(20);
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MoorlineError } from "../model/errors.ts";
import { Sensitive } from "../model/sensitive.ts";
import { readCertificate } from "./certificate.ts";
import { issueCrl, readCrl } from "./crl.ts";
import { inspectCertificate, parsePemBundle } from "./inspect.ts";
import { importPrivateKey } from "./key.ts";
import { pemBlocks, toPem } from "./pem.ts";
import { authority, dayMs, noon, server } from "./testing/small-pki.ts";
import { verifyChain } from "./verify.ts";

const root = await authority({
  nameConstraints: { permittedDns: ["example.com"], permittedIp: ["10.0.0.0/8"] },
});
const leaf = await server(root, { ipAddresses: ["10.0.0.1"], crlUrls: ["http://crl.example.com/"] });
const revoked = [{ serialNumber: leaf.serialNumber, date: noon, reason: "keyCompromise" }] as const;
const crl = await issueCrl(root, {
  number: 7n,
  revoked,
  now: noon,
  nextUpdate: new Date(noon.getTime() + dayMs),
});
const derOf = (pem: string): Uint8Array => pemBlocks(pem, "test")[0]?.der ?? expect.fail("no block");

/** What a reader threw that is not our own error; undefined where it read, or refused as it should. */
function wrongly(read: () => unknown): unknown {
  try {
    read();
    return undefined;
  } catch (thrown) {
    return thrown instanceof MoorlineError && thrown.code.startsWith("PKI_") ? undefined : thrown;
  }
}

/** Octets of a real thing with some changed, cut off or put in. */
function altered(der: Uint8Array): fc.Arbitrary<Uint8Array> {
  const change = fc.record({
    at: fc.nat(der.length - 1),
    to: fc.nat(255),
    kind: fc.constantFrom("set", "cut", "insert"),
  });
  return fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) =>
    changes.reduce<Uint8Array>((bytes, { at, to, kind }) => {
      if (kind === "cut") return bytes.subarray(0, at);
      const rest = bytes.subarray(kind === "set" ? at + 1 : at);
      return Uint8Array.from([...bytes.subarray(0, at), to, ...rest]);
    }, der),
  );
}

const judge = (chainPem: string, trustedPem: string): boolean =>
  verifyChain({
    chainPem,
    trustedPem,
    purpose: "server",
    hostname: "harbor.example.com",
    crlPems: [crl],
    now: noon,
  }).ok;

describe("no reader throws anything but its own error", () => {
  test("for random octets as a certificate", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(wrongly(() => inspectCertificate(bytes))).toBeUndefined();
      }),
    );
  });

  test("for random text as PEM", () => {
    const marks = [
      "-----BEGIN CERTIFICATE-----\n",
      "-----END CERTIFICATE-----\n",
      "-----BEGIN X509 CRL-----",
    ];
    const text = fc.array(fc.oneof(fc.string(), fc.constantFrom(...marks, "AAAA\n", "\n\n", ":")));
    fc.assert(
      fc.property(text, (pieces) => {
        expect(wrongly(() => parsePemBundle(pieces.join("")))).toBeUndefined();
        expect(wrongly(() => readCrl(pieces.join("")))).toBeUndefined();
      }),
    );
  });

  test("for a real certificate with some octets changed, inspected and verified", () => {
    fc.assert(
      fc.property(altered(derOf(leaf.certificatePem)), (der) => {
        expect(wrongly(() => inspectCertificate(der))).toBeUndefined();
        const chain = toPem("CERTIFICATE", der) + root.certificatePem;
        expect(wrongly(() => judge(chain, root.certificatePem))).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  test("for a real authority with some octets changed, trusted", () => {
    fc.assert(
      fc.property(altered(derOf(root.certificatePem)), (der) => {
        expect(wrongly(() => judge(leaf.chainPem, toPem("CERTIFICATE", der)))).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });

  test("for a real revocation list with some octets changed", () => {
    fc.assert(
      fc.property(altered(derOf(crl)), (der) => {
        expect(wrongly(() => readCrl(toPem("X509 CRL", der)))).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  test("for a real key with some octets changed", async () => {
    const key = derOf(leaf.privateKeyPem.reveal());
    await fc.assert(
      fc.asyncProperty(altered(key), async (der) => {
        const thrown: unknown = await importPrivateKey(new Sensitive(toPem("PRIVATE KEY", der))).catch(
          (error: unknown) => error,
        );
        expect(thrown instanceof Error && !(thrown instanceof MoorlineError)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});

test("an altered certificate is never taken for a good one", () => {
  const original = Buffer.from(derOf(leaf.certificatePem));
  fc.assert(
    fc.property(altered(original), (der) => {
      fc.pre(!original.equals(der));
      const options = { trustedPem: root.certificatePem, purpose: "server", now: noon } as const;
      let ok = false;
      const thrown = wrongly(() => {
        ok = verifyChain({ ...options, chainPem: toPem("CERTIFICATE", der) }).ok;
      });
      expect([thrown, ok]).toEqual([undefined, false]);
    }),
    { numRuns: 300 },
  );
});

describe("what is too large is refused before it is read", () => {
  test.each([
    ["a text of two megabytes", "x".repeat(2 * 1024 * 1024)],
    ["a bundle of a thousand certificates", leaf.certificatePem.repeat(1000)],
  ])("%s", (_name, text) => {
    expect(() => parsePemBundle(text)).toThrow(expect.objectContaining({ code: "PKI_TOO_LARGE" }));
  });

  test("DER of two megabytes", () => {
    const der = new Uint8Array(2 * 1024 * 1024);
    expect(() => readCertificate(der)).toThrow(expect.objectContaining({ code: "PKI_TOO_LARGE" }));
  });

  test("a megabyte of openings without an end is refused at once", () => {
    const text = "-----BEGIN CERTIFICATE-----\n".repeat(37_000);
    expect(() => parsePemBundle(text)).toThrow(expect.objectContaining({ code: "PKI_NOT_PEM" }));
  });
});

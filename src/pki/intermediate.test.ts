import { createPublicKey, generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { MoorlineError } from "../model/errors.ts";
import { loadAuthority, type Authority } from "./authority.ts";
import { acceptIntermediate, certifyIntermediate } from "./intermediate.ts";
import { exportPrivateKey, generateKey, publicKeyDer, type KeyPair } from "./key.ts";
import { createAuthorityRequest, readRequest } from "./request.ts";
import { Workshop, openssl } from "./testing/openssl.ts";
import { authority, noon, server } from "./testing/small-pki.ts";
import { verifyChain } from "./verify.ts";

const codeOf = (work: () => unknown): string => {
  try {
    work();
    return "-";
  } catch (thrown) {
    return thrown instanceof MoorlineError ? thrown.code : String(thrown);
  }
};
const codeOfAsync = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "-",
    (thrown: unknown) => (thrown instanceof MoorlineError ? thrown.code : String(thrown)),
  );

let root: Authority;
let key: KeyPair;
let request: string;
beforeAll(async () => {
  root = await authority({ nameConstraints: { permittedDns: ["example.com"], permittedIp: ["10.0.0.0/8"] } });
  key = await generateKey("ECDSA_P256");
  request = await createAuthorityRequest(key, { commonName: "Harbor CA", organization: "Example" });
});
const publicKey = () => createPublicKey({ key: publicKeyDer(key.publicKey), format: "der", type: "spki" });

describe("a certificate request", () => {
  test("of ours is what openssl takes for one, signed by its key", async () => {
    using workshop = new Workshop();
    workshop.write("ca.csr", request);
    const seen = await openssl(["req", "-in", "ca.csr", "-verify", "-noout", "-subject", "-text"], {
      cwd: workshop.folder,
    });
    expect(seen.status).toBe(0);
    expect(seen.output).toContain("verify OK");
    expect(seen.output).toMatch(/subject=O = Example, CN = Harbor CA/);
    expect(seen.output).toContain("CA:TRUE");
  });

  test.for([
    ["an elliptic curve", ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"]],
    ["RSA", ["-newkey", "rsa:2048"]],
    ["RSA with PSS", ["-newkey", "rsa:2048", "-sigopt", "rsa_padding_mode:pss"]],
    [
      "attributes and extensions",
      ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-addext", "subjectAltName=DNS:x.example.com"],
    ],
  ] as const)("of openssl's, with %s, is read", async ([, how]) => {
    using workshop = new Workshop();
    await workshop.make([
      "req",
      "-new",
      ...how,
      "-nodes",
      "-keyout",
      "k",
      "-out",
      "r",
      "-subj",
      "/O=Example/CN=Their CA",
    ]);
    const read = readRequest(workshop.read("r"));
    expect([read.subject.commonName, read.subject.organization]).toEqual(["Their CA", "Example"]);
    expect(read.publicKey.equals(createPublicKey(workshop.read("k")))).toBe(true);
  });

  test("signed with a broken hash is refused", async () => {
    using workshop = new Workshop();
    await workshop.make([
      "req",
      "-new",
      "-newkey",
      "rsa:2048",
      "-sha1",
      "-nodes",
      "-keyout",
      "k",
      "-out",
      "r",
      "-subj",
      "/CN=Old",
    ]);
    expect(codeOf(() => readRequest(workshop.read("r")))).toBe("PKI_REQUEST_SIGNATURE");
  });

  test("that was changed in any octet is refused", () => {
    const der = Buffer.from(request.replaceAll(/-----[^-]+-----|\s/g, ""), "base64");
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const changed = Buffer.from(der);
        changed[at] = (changed[at] ?? 0) ^ by;
        const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${changed.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;
        expect(codeOf(() => readRequest(pem))).toMatch(/^PKI_REQUEST_(UNREADABLE|SIGNATURE)$/);
      }),
      { numRuns: 300 },
    );
  });

  test("that is something else is refused by name", () => {
    expect(codeOf(() => readRequest("nothing"))).toBe("PKI_NOT_PEM");
    expect(codeOf(() => readRequest(root.certificatePem))).toBe("PKI_REQUEST_UNREADABLE");
    expect(codeOf(() => readRequest(request + request))).toBe("PKI_REQUEST_UNREADABLE");
    expect(codeOf(() => readRequest("x".repeat(2 * 1024 * 1024)))).toBe("PKI_TOO_LARGE");
  });
});

describe("an intermediate whose root is elsewhere", () => {
  const certify = (more: object = {}, by = root) =>
    certifyIntermediate(by, readRequest(request), { validityDays: 365, now: noon, ...more });

  test("issues what openssl and we verify up to the root", async () => {
    const { bundlePem } = await certify({ nameConstraints: { permittedDns: ["harbor.example.com"] } });
    const bundle = acceptIntermediate(bundlePem, publicKey(), noon);
    const online = await loadAuthority(bundle, await exportPrivateKey(key));
    expect(online.rootPem).toBe(root.certificatePem);
    const leaf = await server(online);
    expect(leaf.chainPem.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    const verdict = verifyChain({
      chainPem: leaf.chainPem,
      trustedPem: root.certificatePem,
      hostname: "harbor.example.com",
      purpose: "server",
      now: noon,
    });
    expect(verdict.findings).toEqual([]);
    using workshop = new Workshop();
    workshop.write("root.pem", root.certificatePem);
    workshop.write("chain.pem", leaf.chainPem);
    workshop.write("leaf.pem", leaf.certificatePem);
    const time = String(noon.getTime() / 1000);
    const seen = await openssl(
      [
        "verify",
        "-x509_strict",
        "-attime",
        time,
        "-CAfile",
        "root.pem",
        "-untrusted",
        "chain.pem",
        "-verify_hostname",
        "harbor.example.com",
        "leaf.pem",
      ],
      { cwd: workshop.folder },
    );
    expect(seen.output).toBe("leaf.pem: OK\n");
  });

  test("can not issue for names that it, or its root, may not", async () => {
    const { bundlePem } = await certify({ nameConstraints: { permittedDns: ["harbor.example.com"] } });
    const online = await loadAuthority(bundlePem, await exportPrivateKey(key));
    expect(await codeOfAsync(server(online, { dnsNames: ["other.example.com"] }))).toBe(
      "PKI_NAME_NOT_PERMITTED",
    );
    expect(await codeOfAsync(server(online, { dnsNames: ["harbor.example.org"] }))).toBe(
      "PKI_NAME_NOT_PERMITTED",
    );
  });

  test("is not certified for more than its root may, nor for longer", async () => {
    expect(await codeOfAsync(certify({ nameConstraints: { permittedDns: ["example.org"] } }))).toBe(
      "PKI_NAME_NOT_PERMITTED",
    );
    expect(await codeOfAsync(certify({ nameConstraints: { permittedIp: ["192.168.0.0/16"] } }))).toBe(
      "PKI_NAME_NOT_PERMITTED",
    );
    expect(await codeOfAsync(certify({ validityDays: 5000 }))).toBe("PKI_OUTLIVES_AUTHORITY");
    expect(await codeOfAsync(certify({ pathLength: 1 }))).toBe("PKI_PATH_LENGTH");
  });

  test("is not certified below an authority that may have none below it", async () => {
    expect(await codeOfAsync(certify({}, await authority({ pathLength: 0 })))).toBe("PKI_PATH_LENGTH");
  });

  test("is not certified under its signer's name or key", async () => {
    expect(
      await codeOfAsync(certify({}, await authority({ commonName: "Harbor CA", organization: "Example" }))),
    ).toBe("PKI_REQUEST_OF_SIGNER");
    expect(await codeOfAsync(certify({}, await authority({ key })))).toBe("PKI_REQUEST_OF_SIGNER");
  });

  test("with a key that nobody should use any more is not certified", async () => {
    using workshop = new Workshop();
    await workshop.make([
      "req",
      "-new",
      "-newkey",
      "rsa:1024",
      "-nodes",
      "-keyout",
      "k",
      "-out",
      "r",
      "-subj",
      "/CN=Weak",
    ]);
    const weak = readRequest(workshop.read("r"));
    expect(await codeOfAsync(certifyIntermediate(root, weak, { validityDays: 30, now: noon }))).toBe(
      "PKI_KEY_UNSUPPORTED",
    );
  });

  test("is taken back only with its own certificate and all above it", async () => {
    const { certificatePem, bundlePem } = await certify();
    expect(acceptIntermediate(root.certificatePem + certificatePem, publicKey(), noon)).toBe(bundlePem);
    expect(codeOf(() => acceptIntermediate(certificatePem, publicKey(), noon))).toBe(
      "PKI_BUNDLE_WITHOUT_ROOT",
    );
    const { publicKey: other } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    expect(codeOf(() => acceptIntermediate(bundlePem, other, noon))).toBe("PKI_KEY_MISMATCH");
    const leaf = await server(root, { key });
    expect(
      codeOf(() => acceptIntermediate(leaf.certificatePem + root.certificatePem, publicKey(), noon)),
    ).toBe("PKI_NOT_AN_AUTHORITY");
  });
});

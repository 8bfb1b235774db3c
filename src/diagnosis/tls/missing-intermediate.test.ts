import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCertificates, type Certificate } from "../../pki/certificate.ts";
import { lacksIntermediate } from "./missing-intermediate.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(`${tmpdir()}/moorline-intermediate-`);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What openssl makes: a root of its own, or a leaf of an issuer with that name. */
function made(subject: string, issuer?: string, extension?: string): Certificate {
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  const self = (name: string, file: string) =>
    openssl("req", "-x509", ...key, "-keyout", `${file}.key`, "-out", `${file}.pem`, "-subj", name);
  self(issuer ?? subject, "issuer");
  if (issuer === undefined) return first(openssl("x509", "-in", "issuer.pem").toString());
  const more = extension === undefined ? [] : ["-addext", extension];
  openssl(
    "req",
    "-new",
    ...key.slice(0, -2),
    "-keyout",
    "leaf.key",
    "-out",
    "leaf.csr",
    "-subj",
    subject,
    ...more,
  );
  const sign = ["x509", "-req", "-in", "leaf.csr", "-CA", "issuer.pem", "-CAkey", "issuer.key"];
  return first(openssl(...sign, "-CAcreateserial", "-copy_extensions", "copyall", "-days", "2").toString());
}

function first(pem: string): Certificate {
  const [certificate] = readCertificates(pem);
  if (certificate === undefined) throw new Error("no certificate");
  return certificate;
}

test.each([
  [
    "tells where its issuer's certificate is",
    "/CN=CA",
    "authorityInfoAccess=caIssuers;URI:http://ca.example/ca.crt",
    true,
  ],
  ["comes from what calls itself issuing", "/CN=Acme Issuing CA 1", undefined, true],
  ["comes from what calls itself a sub-CA", "/CN=Acme Sub-CA", undefined, true],
  ["comes from the organization of the trusted root", "/O=Acme/CN=Acme CA 2", undefined, true],
  ["comes from somebody else", "/O=Other/CN=Other CA", undefined, false],
  ["tells only of its OCSP responder", "/CN=CA", "authorityInfoAccess=OCSP;URI:http://ca.example/", false],
  ["comes from a root of the trusted one's name", "/O=Acme/CN=Acme Root", undefined, false],
])("a leaf that %s: %s", (_, issuer, extension, isLacking) => {
  const root = made("/O=Acme/CN=Acme Root");
  expect(lacksIntermediate(made("/CN=harbor.example", issuer, extension), [root])).toBe(isLacking);
});

test("what issued itself lacks nothing", () => {
  expect(lacksIntermediate(made("/O=Acme/CN=Issuing"), [made("/O=Acme/CN=Acme Root")])).toBe(false);
});

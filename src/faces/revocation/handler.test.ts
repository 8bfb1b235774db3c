import { expect, test } from "vitest";
import { createAuthority } from "../../pki/authority.ts";
import { issueCrl, readCrl } from "../../pki/crl.ts";
import { systemRandomBytes } from "../../pki/serial.ts";
import { revocationListApp } from "./handler.ts";

const now = new Date("2026-06-01T00:00:00Z");
const authority = await createAuthority({
  commonName: "Test CA",
  keyType: "ECDSA_P256",
  validityDays: 30,
  now,
  randomBytes: systemRandomBytes,
});
const listOf = (number: bigint, hours: number): Promise<string> =>
  issueCrl(authority, { number, revoked: [], now, nextUpdate: new Date(now.getTime() + hours * 3_600_000) });

test("a list is served in DER, anew when it has changed, and kept no longer than an hour or its end", async () => {
  let pem: string | undefined = await listOf(1n, 48);
  const app = revocationListApp({ read: () => Promise.resolve(pem), now: () => now });
  const first = await app.request("/ca.crl");
  expect(first.headers.get("content-type")).toBe("application/pkix-crl");
  expect(first.headers.get("cache-control")).toBe("public, max-age=3600");
  const der = Buffer.from(await first.arrayBuffer());
  const served = `-----BEGIN X509 CRL-----\n${der.toString("base64")}\n-----END X509 CRL-----\n`;
  expect(readCrl(served).number).toBe(1n);

  const etag = first.headers.get("etag") ?? "";
  expect((await app.request("/ca.crl", { headers: { "if-none-match": etag } })).status).toBe(304);
  pem = await listOf(2n, 0.5);
  const second = await app.request("/ca.crl", { headers: { "if-none-match": etag } });
  expect(second.status).toBe(200);
  expect(second.headers.get("cache-control")).toBe("public, max-age=1800");
  pem = undefined;
  expect((await app.request("/ca.crl")).status).toBe(404);
});

test("nothing but GET and HEAD is answered, and nothing but the list", async () => {
  const pem = await listOf(1n, 48);
  const app = revocationListApp({ read: () => Promise.resolve(pem), now: () => now });
  expect((await app.request("/ca.crl", { method: "HEAD" })).status).toBe(200);
  expect((await app.request("/ca.crl", { method: "POST", body: "x" })).status).toBe(405);
  expect((await app.request("/ca.key")).status).toBe(404);
});

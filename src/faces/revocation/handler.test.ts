import { expect, test } from "vitest";
import { authorityCertificate, createAuthority } from "../../pki/authority.ts";
import type { Certificate } from "../../pki/certificate.ts";
import { issueCrl, readCrl } from "../../pki/crl.ts";
import { systemRandomBytes } from "../../pki/serial.ts";
import { listPath, revocationListApp } from "./handler.ts";

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

test("each CA's list has an address of its own: the current one's, and that of one that gives way", async () => {
  const previous = await createAuthority({
    commonName: "Test CA",
    keyType: "ECDSA_P256",
    validityDays: 30,
    now,
    randomBytes: systemRandomBytes,
  });
  const nextUpdate = new Date(now.getTime() + 48 * 3_600_000);
  const old = await issueCrl(previous, { number: 7n, revoked: [], now, nextUpdate });
  const both = (await listOf(1n, 48)) + old;
  const app = revocationListApp({ read: () => Promise.resolve(both), now: () => now });
  const numberAt = async (path: string): Promise<bigint | undefined | number> => {
    const answer = await app.request(path);
    if (answer.status !== 200) return answer.status;
    const der = Buffer.from(await answer.arrayBuffer()).toString("base64");
    return readCrl(`-----BEGIN X509 CRL-----\n${der}\n-----END X509 CRL-----\n`).number;
  };
  const keyId = ({ extensions }: Certificate): string => extensions.subjectKeyId ?? "";
  expect(await numberAt("/ca.crl")).toBe(1n);
  expect(await numberAt(listPath(keyId(authorityCertificate(authority))))).toBe(1n);
  expect(await numberAt(listPath(keyId(authorityCertificate(previous))))).toBe(7n);
  expect(await numberAt("/00000000.crl")).toBe(404);
  expect((await app.request(listPath("00000000"), { method: "PUT" })).status).toBe(405);
});

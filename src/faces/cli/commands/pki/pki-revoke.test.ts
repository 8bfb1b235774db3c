import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCertificates, type Certificate } from "../../../../pki/certificate.ts";
import { readCrl } from "../../../../pki/crl.ts";
import { serialOf } from "../../../../pki/revocation-record.ts";
import { openssl } from "../../../../pki/testing/openssl.ts";
import { moorline, type Answer } from "../../testing/test-io.ts";

const folder = mkdtempSync(join(tmpdir(), "moorline-revoke-"));
const at = (name: string): string => join(folder, name);
const clock = { now: () => new Date(), sleep: async () => {} };
const random = { bytes: (length: number) => randomBytes(length), fraction: () => 0.5 };
const run = (words: readonly string[]): Promise<Answer> =>
  moorline(words, { workingDirectory: folder, clock, random });
const list = () => readCrl(readFileSync(at("ca/ca.crl"), "latin1"));

beforeAll(async () => {
  await run(["pki", "ca", "Nodes", "-d", "ca"]);
  await run(["pki", "ca", "Others", "-d", "others"]);
  await run(["pki", "issue", "node-1", "--client", "--ca", "ca"]);
  await run(["pki", "issue", "node-2", "--client", "--ca", "ca"]);
  await run(["pki", "issue", "stranger", "--client", "--ca", "others"]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("moorline pki revoke --ca", () => {
  test("writes a list that openssl refuses the certificate by, and admits the others", async () => {
    expect(
      await run(["pki", "revoke", "node-1.crt", "--ca", "ca", "--reason", "keyCompromise"]),
    ).toMatchObject({
      code: 0,
      err: "",
    });
    const check = ["verify", "-crl_check", "-CAfile", at("ca/ca.crt"), "-CRLfile", at("ca/ca.crl")];
    expect((await openssl([...check, at("node-2.crt")])).status).toBe(0);
    expect((await openssl([...check, at("node-1.crt")])).status).not.toBe(0);
    expect(list().revoked[0]?.reason).toBe("keyCompromise");
  });

  test("done twice, by file and by name, changes nothing", async () => {
    const { number } = list();
    expect((await run(["pki", "revoke", "--name", "node-1", "--ca", "ca"])).out).toContain("already");
    expect(list().number).toBe(number);
  });

  test("refuses a certificate of another CA", async () => {
    const answer = await run(["pki", "revoke", "stranger.crt", "--ca", "ca"]);
    expect(answer.code).toBe(1);
    expect(answer.err).toContain("PKI_REVOKE_FOREIGN");
  });

  test("numbers rise though the list was lost, and what was revoked stays so", async () => {
    const { number = 0n } = list();
    rmSync(at("ca/ca.crl"));
    await run(["pki", "revoke", "--serial", "0a:0b", "--ca", "ca"]);
    expect(list().number).toBe(number + 1n);
    expect(list().revoked.length).toBe(2);
  });

  test("without anything to revoke, says what is missing", async () => {
    expect((await run(["pki", "revoke", "--ca", "ca"])).err).toContain("PKI_REVOKE_NOTHING");
  });
});

describe("moorline pki revoke -f --replaced", () => {
  test("revokes what a rotation replaced, and not the certificate in use", async () => {
    writeFileSync(
      at("kept.yaml"),
      "apiVersion: moorline.io/v1alpha1\nkind: HarborCertificate\nmetadata: { name: kept }\nspec:\n  issuer: { ownAuthority: { directory: replaced } }\n  hosts: [harbor.example.com]\n  clients: [{ name: nodes }]\n  crl: {}\n",
    );
    expect((await run(["apply", "-f", "kept.yaml", "--yes"])).code).toBe(0);
    const rotate = ["rotate", "clients", "-f", "kept.yaml", "--this-node", "--grace", "0"];
    const rotated = await run(rotate);
    expect(rotated).toMatchObject({ code: 0 });
    // Nothing shows that the new one is in use: it says so, and by which command the old one goes.
    expect(rotated.out).toContain("--replaced");
    const revoke = ["pki", "revoke", "-f", "kept.yaml", "--client", "nodes", "--replaced"];
    expect((await run(revoke)).out).toContain("nodes");
    expect((await run(["apply", "-f", "kept.yaml", "--yes"])).code).toBe(0);
    expect(readCrl(readFileSync(at("replaced/ca.crl"), "latin1")).revoked).toHaveLength(1);
    expect((await run(["plan", "-f", "kept.yaml"])).code).toBe(0);
    expect((await run([...rotate, "--dry-run"])).out).toContain("nodes");
  });
});

describe("moorline pki revoke -f", () => {
  test("records it beside the CA; the next plan issues a successor, and --now lets the list follow", async () => {
    writeFileSync(
      at("harbor.yaml"),
      `apiVersion: moorline.io/v1alpha1
kind: HarborCertificate
metadata: { name: harbor }
spec:
  issuer: { ownAuthority: { directory: kept } }
  hosts: [harbor.example.com]
  clients: [{ name: nodes }]
  crl: {}
`,
    );
    expect((await run(["apply", "-f", "harbor.yaml", "--yes"])).code).toBe(0);
    const revoke = ["pki", "revoke", "-f", "harbor.yaml", "--client", "nodes"];
    expect((await run(revoke)).out).toContain("recorded");
    expect((await run(revoke)).out).toContain("nothing changed");
    expect((await run(["plan", "-f", "harbor.yaml"])).out).toContain("revoked");
    expect((await run(["apply", "-f", "harbor.yaml", "--yes"])).code).toBe(0);
    expect((await run([...revoke, "--now"])).out).toContain("recorded");
    expect((await run(["apply", "-f", "harbor.yaml", "--yes"])).code).toBe(0);
    expect(readCrl(readFileSync(at("kept/ca.crl"), "latin1")).revoked.length).toBe(1);
  });
});

describe("moorline pki revoke -f, by file and number", () => {
  const revoke = (...words: string[]): Promise<Answer> =>
    run(["pki", "revoke", "-f", "named.yaml", ...words]);
  const listed = (): string[] =>
    readCrl(readFileSync(at("named/ca.crl"), "latin1")).revoked.map((r) => serialOf(r.serialNumber));
  const applied = async (): Promise<void> => {
    expect((await run(["apply", "-f", "named.yaml", "--yes"])).code).toBe(0);
  };
  const leaf = (): Certificate | undefined => {
    const text = readFileSync(at("named/named.client-nodes.pem"), "latin1");
    return readCertificates(text.slice(text.indexOf("-----BEGIN CERTIFICATE")))[0];
  };
  const inUse = (): string => serialOf(leaf()?.serialNumber ?? "");

  test("a number that nobody here knows goes on the next list, and it is said that nothing was checked", async () => {
    writeFileSync(
      at("named.yaml"),
      "apiVersion: moorline.io/v1alpha1\nkind: HarborCertificate\nmetadata: { name: named }\nspec:\n  issuer: { ownAuthority: { directory: named } }\n  hosts: [harbor.example.com]\n  clients: [{ name: nodes }]\n  crl: { urls: ['http://crl.example.com/{authority}.crl'] }\n",
    );
    await applied();
    expect((await revoke("--serial", "0A:0B")).out).toContain("nothing could be checked");
    expect((await revoke("--serial", "a0b")).out).toContain("nothing changed");
    await applied();
    expect(listed()).toEqual(["a0b"]);
    expect((await revoke("--serial", "no number")).err).toContain("PKI_SERIAL_INVALID");
  });

  test("one in use waits for its successor, as by its client's name; one that was replaced does not", async () => {
    const first = inUse();
    expect((await revoke("--serial", first)).out).toContain("issues its successor");
    await applied();
    expect(listed()).toEqual(["a0b"]);
    expect((await revoke("--serial", first, "--now")).out).toContain("recorded");
    await applied();
    expect(listed()).toContain(first);
    expect(inUse()).not.toBe(first);
  });

  test("its certificates name the address of their own CA's list", () => {
    const { authorityKeyId } = readCrl(readFileSync(at("named/ca.crl"), "latin1"));
    expect(authorityKeyId).toMatch(/^[0-9a-f]{40}$/);
    expect(leaf()?.extensions.crlUrls).toEqual([`http://crl.example.com/${authorityKeyId}.crl`]);
  });

  test("a file of this CA is taken, one of another refused", async () => {
    expect((await revoke("stranger.crt")).err).toContain("PKI_REVOKE_FOREIGN");
    const text = readFileSync(at("named/named.client-nodes.pem"), "latin1");
    writeFileSync(at("nodes.crt"), text.slice(text.indexOf("-----BEGIN CERTIFICATE")));
    expect((await revoke("nodes.crt", "--reason", "keyCompromise")).out).toContain(inUse());
    const compromised = inUse();
    await applied();
    expect(listed()).toContain(compromised);
  });
});

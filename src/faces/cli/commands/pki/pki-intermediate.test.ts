import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openssl } from "../../../../pki/testing/openssl.ts";
import { moorline, type Answer } from "../../testing/test-io.ts";

const folder = mkdtempSync(join(tmpdir(), "moorline-pki-intermediate-"));
const at = (name: string): string => join(folder, name);
const clock = { now: () => new Date(), sleep: async () => {} };
const random = { bytes: (length: number) => randomBytes(length), fraction: () => 0.5 };
const pki = (...words: readonly string[]): Promise<Answer> =>
  moorline(["pki", ...words], { workingDirectory: folder, clock, random });
async function must(...words: readonly string[]): Promise<string> {
  const answer = await pki(...words);
  expect(answer).toMatchObject({ code: 0, err: "" });
  return answer.out;
}

let asked = "";
let signed = "";
beforeAll(async () => {
  writeFileSync(at("pass"), "open sesame\n", { mode: 0o600 });
  await must("ca", "Offline Root", "-d", "root", "--permit-dns", "example.com", "--passphrase-file", "pass");
  asked = await must("request", "Harbor CA", "-d", "ca", "--passphrase-file", "pass");
  signed = await must(
    "sign-intermediate",
    "ca/ca.csr",
    "--ca",
    "root",
    "--ca-passphrase-file",
    "pass",
    "--days",
    "365",
    "-d",
    "signed",
  );
  await must("import", "signed/ca-bundle.crt", "--ca", "ca");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("an intermediate whose root stays offline", () => {
  test("is asked for, signed and imported, and the root's key never leaves its folder", () => {
    expect((statSync(at("ca/ca.key")).mode & 0o777).toString(8)).toBe("600");
    expect(readFileSync(at("ca/ca.key"), "utf8")).toContain("ENCRYPTED");
    expect(existsSync(at("signed/ca.key"))).toBe(false);
    expect(readFileSync(at("ca/ca.crt"), "utf8")).toBe(readFileSync(at("signed/ca-bundle.crt"), "utf8"));
  });

  test("shows at both ends the same digest of what was asked for", () => {
    const digest = /[0-9a-f]{4}( [0-9a-f]{4}){7}/.exec(asked)?.[0] ?? "none";
    expect(signed).toContain(digest);
  });

  test("then issues certificates that openssl verifies against the root alone", async () => {
    await must("issue", "harbor.example.com", "--ca", "ca", "--ca-passphrase-file", "pass", "-d", "leaf");
    const files = { root: "root/ca.crt", leaf: "leaf/harbor.example.com.crt" };
    const seen = await openssl(
      ["verify", "-x509_strict", "-CAfile", files.root, "-untrusted", files.leaf, files.leaf],
      { cwd: folder },
    );
    expect(seen.output).toBe(`${files.leaf}: OK\n`);
  });

  test("can not go beyond what its root may issue for", async () => {
    const refused = await pki(
      "issue",
      "harbor.example.org",
      "--ca",
      "ca",
      "--ca-passphrase-file",
      "pass",
      "-d",
      "beyond",
    );
    expect(refused.err).toContain("PKI_NAME_NOT_PERMITTED");
  });

  test("is renewed by signing the same request again", async () => {
    await must(
      "sign-intermediate",
      "ca/ca.csr",
      "--ca",
      "root",
      "--ca-passphrase-file",
      "pass",
      "--days",
      "700",
      "-d",
      "again",
    );
    const before = readFileSync(at("ca/ca.crt"), "utf8");
    await must("import", "again/ca-bundle.crt", "--ca", "ca");
    expect(readFileSync(at("ca/ca.crt"), "utf8")).not.toBe(before);
    await must(
      "issue",
      "harbor.example.com",
      "--ca",
      "ca",
      "--ca-passphrase-file",
      "pass",
      "-d",
      "renewed",
      "--days",
      "600",
    );
  });

  test("of somebody else is not imported, and neither is half a chain", async () => {
    await must("request", "Other CA", "-d", "other");
    const before = readFileSync(at("ca/ca.crt"), "utf8");
    expect((await pki("import", "signed/ca-bundle.crt", "--ca", "other")).err).toContain("PKI_KEY_MISMATCH");
    expect(existsSync(at("other/ca.crt"))).toBe(false);
    expect((await pki("import", "signed/ca.crt", "--ca", "ca")).err).toContain("PKI_BUNDLE_WITHOUT_ROOT");
    expect(readFileSync(at("ca/ca.crt"), "utf8")).toBe(before);
  });

  test("overwrites no key and no request", async () => {
    expect((await pki("request", "Harbor CA", "-d", "ca")).err).toContain("CLI_FILE_EXISTS");
    expect((await pki("sign-intermediate", "ca/ca.csr", "--ca", "root", "-d", "signed")).err).toContain(
      "CLI_FILE_EXISTS",
    );
  });

  test("is told what is wrong with a request", async () => {
    writeFileSync(at("no.csr"), readFileSync(at("root/ca.crt")));
    const refused = await pki(
      "sign-intermediate",
      "no.csr",
      "--ca",
      "root",
      "--ca-passphrase-file",
      "pass",
      "-d",
      "no",
    );
    expect([refused.code, refused.err.includes("PKI_REQUEST_UNREADABLE")]).toEqual([1, true]);
  });
});

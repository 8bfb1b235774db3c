import { X509Certificate, randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { openssl } from "../../../../pki/testing/openssl.ts";
import { moorline, type Answer } from "../../testing/test-io.ts";

const folder = mkdtempSync(join(tmpdir(), "moorline-pki-cli-"));
const at = (name: string): string => join(folder, name);
const clock = { now: () => new Date(), sleep: async () => {} };
const random = { bytes: (length: number) => randomBytes(length), fraction: () => 0.5 };
const secret = "open sesame 芝麻";
const modeOf = (name: string): string => (statSync(at(name)).mode & 0o777).toString(8);

const pki = (words: readonly string[], environment: Record<string, string> = {}): Promise<Answer> =>
  moorline(["pki", ...words], { workingDirectory: folder, clock, random, environment });

/** Runs a command that must succeed. */
async function must(words: readonly string[], environment: Record<string, string> = {}): Promise<string> {
  const answer = await pki(words, environment);
  expect(answer).toMatchObject({ code: 0, err: "" });
  return answer.out;
}

beforeAll(async () => {
  writeFileSync(at("pass"), `${secret}\n`, { mode: 0o600 });
  await must(["ca", "Example Root", "-d", "ca", "--permit-dns", "example.com", "--permit-ip", "127.0.0.0/8"]);
  await must(["ca", "Locked Root", "-d", "locked", "--encrypt", "--passphrase-file", "pass"]);
  await must([
    "ca",
    "Nodes",
    "-d",
    "nodes",
    "--issuer",
    "locked",
    "--ca-passphrase-file",
    "pass",
    "--days",
    "300",
  ]);
  await must([
    "issue",
    "harbor.example.com",
    "*.example.com",
    "127.0.0.1",
    "--ca",
    "ca",
    "--crl-url",
    "http://crl.example.com/ca.crl",
  ]);
  await must(["issue", "node-1", "--client", "--ca", "nodes", "--organization", "nodes"]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("moorline pki ca", () => {
  test("writes a certificate for all and a key for its owner", () => {
    expect([modeOf("ca/ca.crt"), modeOf("ca/ca.key")]).toEqual(["644", "600"]);
    expect(new X509Certificate(readFileSync(at("ca/ca.crt"))).ca).toBe(true);
  });

  test("encrypts the key where a passphrase is given", async () => {
    expect(readFileSync(at("locked/ca.key"), "utf8")).toContain("BEGIN ENCRYPTED PRIVATE KEY");
    const without = await pki(["issue", "x.example.com", "--ca", "locked"]);
    expect(without.code).toBe(1);
    expect(without.err).toContain("PKI_PASSPHRASE_MISSING");
    const wrong = await pki(["issue", "x.example.com", "--ca", "locked", "--ca-passphrase-env", "P"], {
      P: "no",
    });
    expect(wrong.err).toContain("PKI_PASSPHRASE_WRONG");
    expect(existsSync(at("x.example.com.key"))).toBe(false);
  });

  test("overwrites nothing", async () => {
    const before = readFileSync(at("ca/ca.key"), "utf8");
    const { code, err } = await pki(["ca", "Another", "-d", "ca"]);
    expect(code).toBe(1);
    expect(err).toContain("CLI_FILE_EXISTS");
    expect(readFileSync(at("ca/ca.key"), "utf8")).toBe(before);
  });

  test.each([
    [["ca", "X", "-d", "x", "--days", "ten"], "PKI_OPTION_NUMBER"],
    [["ca", "X", "-d", "x", "--days", "0"], "PKI_VALIDITY_INVALID"],
    [["ca", "X", "-d", "x", "--key-type", "rsa-1024"], "CLI_OPTION_CHOICE"],
    [["ca", "X", "-d", "x", "--permit-ip", "10.0.0.0/33"], "PKI_NAME_INVALID"],
    [["ca", "X", "-d", "x", "--issuer", "nodes"], "PKI_PATH_LENGTH"],
    [["ca", "X", "-d", "x", "--encrypt"], "PKI_PASSPHRASE_MISSING"],
    [["ca", "X", "-d", "x", "--passphrase-env", "NOT_SET"], "PKI_PASSPHRASE_VARIABLE"],
    [["ca", "X", "-d", "x", "--issuer", "nowhere"], "PKI_FILE_FAILED"],
    [["issue", "harbor.other.org", "--ca", "ca"], "PKI_NAME_NOT_PERMITTED"],
    [["issue", "https://harbor.example.com", "--ca", "ca"], "PKI_NAME_INVALID"],
    [["issue", "a.example.com", "--ca", "ca", "--days", "9999"], "PKI_OUTLIVES_AUTHORITY"],
    [["issue", "a", "b", "--client", "--ca", "ca"], "CLI_ARGUMENT_EXTRA"],
    [["issue", "--ca", "ca"], "CLI_ARGUMENT_MISSING"],
    [["inspect", "pass"], "PKI_NOT_PEM"],
    [["inspect", "https://127.0.0.1:1"], "PKI_SERVER_SENT_NOTHING"],
    [["verify", "ca/ca.key", "--trust", "ca/ca.crt"], "PKI_CERTIFICATE_MISSING"],
    [["p12", "harbor.example.com.crt", "node-1.key", "--passphrase-file", "pass"], "PKI_KEY_MISMATCH"],
    [["p12", "node-1.crt", "node-1.key"], "PKI_PASSPHRASE_NEEDED"],
    [["crl", "--ca", "ca", "--revoke", "xyz"], "PKI_SERIAL_INVALID"],
    [["crl", "--ca", "ca", "--days", "0"], "PKI_CRL_DATES"],
  ])("%j is refused, in one message, with %s", async (words, code) => {
    for (const lang of ["en", "zh-CN"]) {
      const answer = await pki([...words, "--lang", lang]);
      expect(answer.code).toBe(1);
      expect(answer.err).toContain(`[${code}]`);
      expect(answer.err.match(/✗/g)).toHaveLength(1);
    }
    expect(existsSync(at("x/ca.key"))).toBe(false);
  });
});

describe("moorline pki issue", () => {
  test("issues what openssl takes for the server's and the client's", async () => {
    const server = ["verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", "ca/ca.crt"];
    const host = ["-verify_hostname", "harbor.example.com", "harbor.example.com.crt"];
    expect(await openssl([...server, ...host], { cwd: folder })).toMatchObject({ status: 0 });
    const client = ["verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", "locked/ca.crt"];
    const sent = ["-untrusted", "node-1.crt", "node-1.crt"];
    expect(await openssl([...client, ...sent], { cwd: folder })).toMatchObject({ status: 0 });
    expect([modeOf("node-1.crt"), modeOf("node-1.key")]).toEqual(["644", "600"]);
  });

  test("keeps the key that is given, and replaces files only where told", async () => {
    const words = [
      "issue",
      "harbor.example.com",
      "--ca",
      "ca",
      "--key",
      "harbor.example.com.key",
      "--file",
      "again",
    ];
    await must(words);
    expect(readFileSync(at("again.key"), "utf8")).toBe(readFileSync(at("harbor.example.com.key"), "utf8"));
    expect((await pki(words)).err).toContain("CLI_FILE_EXISTS");
    await must([...words, "--overwrite"]);
  });

  test("tells machines what it wrote, and never the key or the passphrase", async () => {
    const out = await must([
      "issue",
      "json.example.com",
      "--ca",
      "ca",
      "-o",
      "json",
      "--passphrase-file",
      "pass",
    ]);
    const shape = z.object({
      certificate: z.literal(at("json.example.com.crt")),
      key: z.literal(at("json.example.com.key")),
      description: z.object({ dnsNames: z.tuple([z.literal("json.example.com")]) }),
    });
    expect(shape.safeParse(JSON.parse(out)).error).toBeUndefined();
    expect(out).not.toContain("PRIVATE KEY");
    expect(out).not.toContain("sesame");
    expect(readFileSync(at("json.example.com.key"), "utf8")).toContain("BEGIN ENCRYPTED PRIVATE KEY");
  });
});

describe("moorline pki inspect", () => {
  test("shows every certificate of a file in both languages", async () => {
    const en = await must(["inspect", "node-1.crt"]);
    expect(en).toContain("Certificate 1 of 2");
    expect(en).toMatch(/subject +O=nodes, CN=node-1/);
    expect(en).toMatch(/key +ECDSA P-256/);
    const zh = await must(["inspect", "node-1.crt", "--lang", "zh-CN"]);
    expect(zh).toMatch(/主题 +O=nodes, CN=node-1/);
  });

  test("reads DER, and tells that a key stands in the file", async () => {
    const der = new X509Certificate(readFileSync(at("node-1.crt"))).raw;
    writeFileSync(at("node-1.der"), der);
    expect(await must(["inspect", "node-1.der"])).toContain("CN=node-1");
    writeFileSync(
      at("both.pem"),
      readFileSync(at("node-1.key"), "utf8") + readFileSync(at("node-1.crt"), "utf8"),
    );
    const out = await must(["inspect", "both.pem"]);
    expect(out).toContain("A private key stands in the same file");
    expect(out).not.toContain("BEGIN");
  });
});

describe("moorline pki verify", () => {
  const server = ["verify", "harbor.example.com.crt", "--trust", "ca/ca.crt"];

  test("says that all is well, with exit code 0", async () => {
    const out = await must([...server, "--name", "harbor.example.com", "--key", "harbor.example.com.key"]);
    expect(out).toBe("CN=harbor.example.com ← CN=Example Root\nThe chain holds.\n");
  });

  test("says all that is wrong, with exit code 1", async () => {
    const answer = await pki([
      ...server,
      "--name",
      "other.org",
      "--client",
      "--key",
      "node-1.key",
      "--lang",
      "zh-CN",
    ]);
    expect(answer.code).toBe(1);
    expect(answer.out).toContain("CERTIFICATE_KEY_MISMATCH");
    expect(answer.out).toContain("CERTIFICATE_WRONG_PURPOSE");
    expect(answer.out).toContain("证书链无效");
  });

  test("points out a key file that others can read", async () => {
    writeFileSync(at("open.key"), readFileSync(at("harbor.example.com.key")));
    chmodSync(at("open.key"), 0o644);
    expect(await must([...server, "--key", "open.key"])).toContain("PRIVATE_KEY_FILE_EXPOSED");
  });

  test("names the intermediate that a server leaves out", async () => {
    const words = ["verify", "alone.crt", "--client", "--trust", "locked/ca.crt", "--known", "nodes/ca.crt"];
    const [leaf = ""] = readFileSync(at("node-1.crt"), "utf8").split(/(?<=END CERTIFICATE-----\n)/);
    writeFileSync(at("alone.crt"), leaf);
    const answer = await pki([...words, "-o", "json"]);
    const shape = z.object({
      ok: z.literal(false),
      findings: z.array(z.object({ code: z.string(), text: z.string() })),
    });
    expect(shape.parse(JSON.parse(answer.out)).findings[0]).toMatchObject({
      code: "CERTIFICATE_INTERMEDIATE_MISSING",
      text: expect.stringContaining("CN=Nodes"),
    });
  });

  test("judges what a server really sends", async () => {
    const [key, cert] = ["key", "crt"].map((kind) => readFileSync(at(`harbor.example.com.${kind}`)));
    const server = createServer({ key, cert }, (_request, response) => response.end());
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    try {
      const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
      expect(await must(["inspect", url])).toContain("harbor.example.com");
      expect(await must(["verify", url, "--trust", "ca/ca.crt"])).toContain("The chain holds.");
      const publicRoots = await pki(["verify", url]);
      expect(publicRoots).toMatchObject({
        code: 1,
        out: expect.stringContaining("CERTIFICATE_ISSUER_UNKNOWN"),
      });
    } finally {
      server.close();
    }
  });
});

describe("moorline pki crl", () => {
  test("goes on from the list before, and openssl then refuses the revoked", async () => {
    await must(["issue", "node-2", "--client", "--ca", "ca"]);
    await must(["issue", "node-3", "--client", "--ca", "ca"]);
    const words = ["crl", "--ca", "ca", "-o", "json"];
    const shape = z.object({
      number: z.string(),
      added: z.array(z.unknown()),
      revoked: z.array(z.unknown()),
    });
    const first = shape.parse(
      JSON.parse(await must([...words, "--certificate", "node-2.crt", "--reason", "keyCompromise"])),
    );
    expect([first.number, first.added.length, first.revoked.length]).toEqual(["1", 1, 1]);
    const again = shape.parse(
      JSON.parse(await must([...words, "--certificate", "node-2.crt", "--revoke", "0aBB"])),
    );
    expect([again.added.length, again.revoked.length]).toEqual([1, 2]);
    expect(Number(again.number)).toBe(Number(first.number) + 1);
    const check = ["verify", "-crl_check", "-CAfile", "ca/ca.crt", "-CRLfile", "ca/ca.crl"];
    expect((await openssl([...check, "node-2.crt"], { cwd: folder })).output).toContain(
      "certificate revoked",
    );
    expect(await openssl([...check, "node-3.crt"], { cwd: folder })).toMatchObject({ status: 0 });
    const text = (await openssl(["crl", "-in", "ca/ca.crl", "-noout", "-text"], { cwd: folder })).output;
    expect(text).toMatch(new RegExp(`X509v3 CRL Number: \\n\\s+${again.number}\\n`));
    expect(text).toContain("Key Compromise");
    expect(await must(["inspect", "ca/ca.crl"])).toContain("keyCompromise");
    const judged = await pki([
      "verify",
      "node-2.crt",
      "--client",
      "--trust",
      "ca/ca.crt",
      "--crl",
      "ca/ca.crl",
    ]);
    expect(judged).toMatchObject({ code: 1, out: expect.stringContaining("CERTIFICATE_REVOKED") });
  });

  test("does not go on from a list that another authority signed", async () => {
    await must(["crl", "--ca", "nodes", "--file", "foreign.crl"]);
    const { err } = await pki(["crl", "--ca", "ca", "--file", "foreign.crl"]);
    expect(err).toContain("PKI_CRL_FOREIGN");
  });
});

describe("moorline pki p12", () => {
  test("packs a key and its chain so that openssl opens it with the passphrase", async () => {
    await must(["p12", "node-1.crt", "node-1.key", "--ca", "locked/ca.crt", "--passphrase-file", "pass"]);
    expect(modeOf("node-1.p12")).toBe("600");
    const words = ["pkcs12", "-in", "node-1.p12", "-nodes", "-passin", `pass:${secret}`];
    const { status, output } = await openssl(words, { cwd: folder });
    expect(status).toBe(0);
    expect(output.match(/BEGIN CERTIFICATE/g)).toHaveLength(3);
    expect((await pki(["p12", "node-1.crt", "node-1.key", "--passphrase-file", "pass"])).err).toContain(
      "CLI_FILE_EXISTS",
    );
  });

  test("opens an encrypted key with a passphrase of its own", async () => {
    await must(["issue", "node-9", "--client", "--ca", "ca", "--passphrase-file", "pass"]);
    const words = [
      "p12",
      "node-9.crt",
      "node-9.key",
      "--passphrase-env",
      "P",
      "--key-passphrase-file",
      "pass",
    ];
    expect(await must(words, { P: "changeit" })).toContain('entry "node-9"');
  });
});

test("no passphrase can be given as an argument of any pki command", async () => {
  for (const name of ["ca", "issue", "inspect", "verify", "crl", "p12"]) {
    const { out } = await pki([name, "--help"]);
    expect(out).not.toMatch(/--(\w+-)?passphrase /);
  }
});

import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { describeError } from "../../../model/errors.ts";
import { fingerprintOf, hostKeyAlgorithms } from "./host-key.ts";
import { keysFor, parseKnownHosts, pinnedKey, refusalOf } from "./known-hosts.ts";

/** A key blob of a type (RFC 4253 §6.6), told apart by its last byte. */
function key(type: string, last: number): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  return Buffer.concat([length, Buffer.from(type), Buffer.from([0, 0, 0, 1, last])]);
}

const ed1 = key("ssh-ed25519", 1);
const ed2 = key("ssh-ed25519", 2);
const rsa = key("ssh-rsa", 3);
const line = (hosts: string, blob: Buffer, type = "ssh-ed25519"): string =>
  `${hosts} ${type} ${blob.toString("base64")} a comment\n`;
const expected = (text: string, host: string, port = 22) =>
  keysFor(host, port, parseKnownHosts(text, "known_hosts"), "known_hosts");

describe("known_hosts names a machine", () => {
  test.each([
    ["node-1,10.0.0.1", "node-1", 22, true],
    ["node-1,10.0.0.1", "10.0.0.1", 22, true],
    ["NODE-1", "node-1", 22, true],
    ["node-1", "node-1", 2222, false],
    ["[node-1]:2222", "node-1", 2222, true],
    ["[node-1]:2222", "node-1", 22, false],
    ["*.example.com", "a.b.example.com", 22, true],
    ["*.example.com,!bad.example.com", "bad.example.com", 22, false],
    ["node-?", "node-12", 22, false],
    ["[*]:2222", "node-1", 2222, true],
    ["*a*a*a*a*a*b", "a".repeat(60), 22, false],
  ])("%s for %s:%d: %s", (hosts, host, port, isNamed) => {
    expect(expected(line(hosts, ed1), host, port).good).toEqual(isNamed ? [ed1] : []);
  });

  test("by a hash, with the port in it where it is not 22", () => {
    const hashed = (name: string): string => {
      const salt = Buffer.from("0123456789abcdefghij");
      const hash = createHmac("sha1", salt).update(name).digest("base64");
      return `|1|${salt.toString("base64")}|${hash}`;
    };
    const text = line(hashed("node-1"), ed1) + line(hashed("[node-1]:2222"), ed2);
    expect(expected(text, "node-1").good).toEqual([ed1]);
    expect(expected(text, "Node-1", 2222).good).toEqual([ed2]);
    expect(expected(text, "node-2").good).toEqual([]);
  });

  test("with comments, empty lines, Windows line ends and lines that nobody understands around it", () => {
    const broken = `node-1 ssh-ed25519 not-base64!\nnode-1\nnode-1 ssh-rsa ${ed1.toString("base64")}\n`;
    const text = `# comment\r\n\r\n${broken}${line("node-1", ed1).replace("\n", "\r\n")}`;
    expect(expected(text, "node-1").good).toEqual([ed1]);
  });

  test("but a damaged line that revokes is an error, not a gap", () => {
    const read = (): unknown => expected(`${line("a", ed1)}@revoked node-1 ssh-ed25519 AAA\n`, "node-1");
    expect(read).toThrow(expect.objectContaining({ code: "HOST_SSH_KNOWN_HOSTS_UNREADABLE" }));
    expect(() => expected("@strange * ssh-rsa AAAA\n", "a")).toThrow(/line 1 begins with @strange/);
  });
});

describe("a machine that shows a key", () => {
  const judge = (text: string, shown = ed1) => refusalOf(shown, expected(text, "node-1"), "node-1:22");

  test("which stands in the file is let pass", () => {
    expect(judge(line("node-1", ed2) + line("node-1", ed1))).toBeUndefined();
  });

  test("which nobody knows is refused, with the fingerprint to compare", () => {
    const refusal = judge(line("node-2", ed1));
    expect(refusal).toMatchObject({ code: "HOST_SSH_HOST_KEY_UNKNOWN", subject: "node-1:22" });
    for (const language of ["en", "zh-CN"] as const)
      expect(describeError(refusal as NonNullable<typeof refusal>, language).what).toContain(
        fingerprintOf(ed1),
      );
  });

  test("other than the one in the file is refused, with both", () => {
    const refusal = judge(line("node-1", ed2) + line("node-1", rsa, "ssh-rsa"));
    expect(refusal).toMatchObject({ code: "HOST_SSH_HOST_KEY_CHANGED" });
    expect(refusal?.message).toContain(fingerprintOf(ed1));
    expect(refusal?.message).toContain(`ssh-ed25519 ${fingerprintOf(ed2)}, ssh-rsa ${fingerprintOf(rsa)}`);
  });

  test("that is revoked is refused, even where another line knows it", () => {
    expect(judge(line("node-1", ed1) + line("@revoked *", ed1))).toMatchObject({
      code: "HOST_SSH_HOST_KEY_REVOKED",
    });
    expect(judge(line("node-1", ed1) + line("@revoked *", ed2))).toBeUndefined();
  });

  test("that only an authority vouches for is refused, and why is said", () => {
    const refusal = judge(line("@cert-authority *", ed2));
    expect(refusal).toMatchObject({ code: "HOST_SSH_CERTIFICATE_UNSUPPORTED" });
    expect(judge(line("@cert-authority *", ed2) + line("node-1", ed1))).toBeUndefined();
    // An authority's own key is nobody's host key.
    expect(judge(line("@cert-authority *", ed1))).toMatchObject({ code: "HOST_SSH_CERTIFICATE_UNSUPPORTED" });
  });

  test("is held against a pinned one alike", () => {
    const pinned = pinnedKey(line("", ed1).trim(), "hostKey");
    expect(refusalOf(ed1, pinned, "node-1")).toBeUndefined();
    expect(refusalOf(ed2, pinned, "node-1")).toMatchObject({ code: "HOST_SSH_HOST_KEY_CHANGED" });
    expect(() => pinnedKey("ssh-rsa AAAA", "hostKey")).toThrow("can not be read");
  });
});

test("keys that are known are asked for first, and SHA-1 signatures never", () => {
  expect(hostKeyAlgorithms(["ssh-rsa"]).slice(0, 2)).toEqual(["rsa-sha2-512", "rsa-sha2-256"]);
  expect(hostKeyAlgorithms([])[0]).toBe("ssh-ed25519");
  expect(hostKeyAlgorithms(["ssh-dss", "ssh-rsa"])).not.toContain("ssh-rsa");
});

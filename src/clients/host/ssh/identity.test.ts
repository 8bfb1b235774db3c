import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import ssh2 from "ssh2";
import { describe, expect, test } from "vitest";
import { Sensitive } from "../../../model/sensitive.ts";
import { sshServer } from "../testing/ssh-server.ts";
import { usableIdentity } from "./identity.ts";
import { sshHost } from "./ssh-host.ts";

const keys: readonly (readonly [string, KeyObject])[] = [
  ["RSA", generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey],
  ["ECDSA P-256", generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey],
  ["ECDSA P-521", generateKeyPairSync("ec", { namedCurve: "P-521" }).privateKey],
  ["Ed25519", generateKeyPairSync("ed25519").privateKey],
];
const plain = (key: KeyObject): string => String(key.export({ type: "pkcs8", format: "pem" }));
const encrypted = (key: KeyObject): string =>
  String(key.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "right" }));
const read = (pem: string, passphrase?: string) =>
  usableIdentity(
    new Sensitive(pem),
    passphrase === undefined ? undefined : new Sensitive(passphrase),
    "/keys/id",
  );

/** The public half of what was read, which signs. */
function publicHalf(pem: string): KeyObject {
  const parsed = ssh2.utils.parseKey(pem);
  if (parsed instanceof Error) throw parsed;
  const data = Buffer.from("to sign");
  const signature = parsed.sign(data);
  if (signature instanceof Error) throw signature;
  expect(parsed.verify(data, signature)).toBe(true);
  return createPublicKey(parsed.getPublicPEM());
}

describe("a private key in PKCS#8", () => {
  test.each(keys)("of type %s becomes what SSH reads, the same key", (_name, key) => {
    for (const identity of [read(plain(key)), read(plain(key), "unneeded"), read(encrypted(key), "right")]) {
      expect(identity.passphrase).toBeUndefined();
      expect(publicHalf(identity.key.reveal()).equals(createPublicKey(plain(key)))).toBe(true);
    }
  });

  const [, ed25519] = keys[3]!;
  test.each([
    ["without its passphrase", encrypted(ed25519), undefined, "HOST_SSH_PASSPHRASE_WRONG"],
    ["with another passphrase", encrypted(ed25519), "wrong", "HOST_SSH_PASSPHRASE_WRONG"],
    [
      "that is cut off",
      plain(ed25519).replace(/.{20}\n-----END/, "\n-----END"),
      undefined,
      "HOST_SSH_IDENTITY_UNREADABLE",
    ],
    [
      "of a type that SSH does not know",
      plain(generateKeyPairSync("x25519").privateKey),
      undefined,
      "HOST_SSH_IDENTITY_UNREADABLE",
    ],
  ])("%s is refused", (_what, pem, passphrase, expected) => {
    expect(() => read(pem, passphrase)).toThrow(
      expect.objectContaining({ code: expected, subject: "/keys/id" }),
    );
  });

  test("logs in", async () => {
    await using sshd = await sshServer({});
    const options = sshd.options({});
    const key = createPrivateKey(sshd.identity.reveal());
    const identity = { path: "/keys/id", ...read(encrypted(key), "right") };
    await using host = sshHost({ ...options, identity });
    await host.open();
    expect(sshd.connections()).toBe(1);
  });
});

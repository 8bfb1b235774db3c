import { createPrivateKey, type KeyObject } from "node:crypto";

/** Whether a private key is in PKCS#8, plain or encrypted (RFC 7468 §10, §11). */
export const isPkcs8 = (pem: string): boolean => /^-----BEGIN (?:ENCRYPTED )?PRIVATE KEY-----/m.test(pem);

/**
 * The same private key as ssh2 reads it: RSA in PKCS#1, EC in SEC 1, Ed25519 in OpenSSH's own format. Not encrypted: it
 * is kept in memory only.
 * @returns undefined where it is of another type, which SSH does not know
 * @throws what node:crypto says of a damaged key or a wrong passphrase
 */
export function fromPkcs8(pem: string, passphrase: string | undefined): string | undefined {
  // Without any passphrase OpenSSL would ask for one on the terminal.
  const key = createPrivateKey({ key: pem, format: "pem", passphrase: passphrase ?? "" });
  if (key.asymmetricKeyType === "rsa") return String(key.export({ type: "pkcs1", format: "pem" }));
  if (key.asymmetricKeyType === "ec") return String(key.export({ type: "sec1", format: "pem" }));
  return key.asymmetricKeyType === "ed25519" ? openSshEd25519(key) : undefined;
}

/** OpenSSH's PROTOCOL.key, without a cipher. */
function openSshEd25519(key: KeyObject): string {
  const { x = "", d = "" } = key.export({ format: "jwk" });
  const point = Buffer.from(x, "base64url");
  const shared = Buffer.concat([lengthFirst("ssh-ed25519"), lengthFirst(point)]);
  const check = Buffer.alloc(8); // two equal numbers, by which a decryption is judged
  const seedAndPoint = Buffer.concat([Buffer.from(d, "base64url"), point]);
  const own = Buffer.concat([check, shared, lengthFirst(seedAndPoint), lengthFirst("")]);
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, (8 - (own.length % 8)) % 8));
  const bytes = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    lengthFirst("none"),
    lengthFirst("none"),
    lengthFirst(""),
    uint32(1),
    lengthFirst(shared),
    lengthFirst(Buffer.concat([own, padding])),
  ]);
  const lines = bytes.toString("base64").match(/.{1,70}/g) ?? [];
  return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join(
    "\n",
  );
}

/** RFC 4251 §5: a string is its length and its bytes. */
function lengthFirst(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

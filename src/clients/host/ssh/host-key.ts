import { createHash } from "node:crypto";

/** A public key as SSH sends it (RFC 4253 §6.6): a length, the type, the rest. */
export function keyTypeOf(blob: Buffer): string {
  if (blob.length < 4) return "";
  const length = blob.readUInt32BE(0);
  return length > 64 ? "" : blob.subarray(4, 4 + length).toString("latin1");
}

/** `SHA256:…` as `ssh-keygen -l` shows it. */
export function fingerprintOf(blob: Buffer): string {
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

/** The signature algorithms of each key type; ssh-rsa stands for SHA-1 there, which is not used (RFC 8332 §1). */
const algorithmsOf: Readonly<Record<string, readonly string[]>> = {
  "ssh-ed25519": ["ssh-ed25519"],
  "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
  "ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
  "ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
  "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256"],
};

/**
 * In which order to ask a machine for its keys: those that we can check first, as OpenSSH does it, so that a machine
 * with several keys shows one that is known.
 */
export function hostKeyAlgorithms(known: readonly string[]): readonly string[] {
  const types = [...new Set([...known, ...Object.keys(algorithmsOf)])];
  return types.flatMap((type) => algorithmsOf[type] ?? []);
}

import { webcrypto } from "node:crypto";

/** Gives that many random bytes. Tests and drills bring their own; the default is the source that makes the keys too. */
export type RandomBytes = (length: number) => Uint8Array;

export const systemRandomBytes: RandomBytes = (length) => webcrypto.getRandomValues(new Uint8Array(length));

/**
 * A serial number as lower-case hexadecimal digits: 16 octets, positive, with 126 random bits.
 * RFC 5280 §4.1.2.2 asks for a positive integer of at most 20 octets; a fixed first bit pattern keeps the length the same.
 */
export function newSerialNumber(randomBytes: RandomBytes): string {
  const bytes = Uint8Array.from(randomBytes(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return Buffer.from(bytes).toString("hex");
}

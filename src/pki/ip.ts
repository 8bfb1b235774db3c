import { isIPv4, isIPv6 } from "node:net";

/** The octets of an IP address as certificates hold it: 4 or 16 (RFC 5280 §4.2.1.6). */
export function ipToBytes(text: string): Uint8Array | undefined {
  if (isIPv4(text)) return Uint8Array.from(text.split("."), Number);
  // zones (fe80::1%eth0) mean something on one host only, and have no place in a certificate
  if (!isIPv6(text) || text.includes("%")) return undefined;
  const canonical = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const [head = "", tail] = canonical.split("::");
  const groups = (part: string | undefined): string[] => (part ?? "").split(":").filter((g) => g !== "");
  const before = groups(head);
  const after = groups(tail);
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0");
  return Uint8Array.from(
    [...before, ...zeros, ...after].flatMap((g) => {
      const value = parseInt(g, 16);
      return [value >> 8, value & 0xff];
    }),
  );
}

/** Octets as text: dotted, or RFC 5952's shortest form; hexadecimal where they are no address. */
export function ipFromBytes(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.length !== 16) return `0x${Buffer.from(bytes).toString("hex")}`;
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16),
  );
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}

/** Address and mask as name constraints hold them (RFC 5280 §4.2.1.10); a bare address is one host. */
export function cidrToBytes(text: string): Uint8Array | undefined {
  const [address = "", prefix, ...more] = text.split("/");
  const bytes = ipToBytes(address);
  if (bytes === undefined || more.length > 0) return undefined;
  const bits = prefix === undefined ? bytes.length * 8 : /^\d{1,3}$/.test(prefix) ? Number(prefix) : NaN;
  if (!(bits <= bytes.length * 8)) return undefined;
  const mask = bytes.map((_, i) => 0xff & ~(0xff >> Math.min(8, Math.max(0, bits - 8 * i))));
  return Uint8Array.from([...bytes.map((byte, i) => byte & (mask[i] ?? 0)), ...mask]);
}

export function cidrFromBytes(bytes: Uint8Array): string {
  const half = bytes.length / 2;
  const bits = bytes
    .subarray(half)
    .reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0);
  return `${ipFromBytes(bytes.subarray(0, half))}/${bits}`;
}

/** Whether an address lies in a constraint's address and mask. */
export function ipIsWithin(address: Uint8Array, constraint: Uint8Array): boolean {
  if (constraint.length !== 2 * address.length) return false;
  return address.every((byte, i) => {
    const mask = constraint[address.length + i] ?? 0;
    return (byte & mask) === ((constraint[i] ?? 0) & mask);
  });
}

import { MoorlineError } from "../../model/errors.ts";

/** Numbers of RFC 1035 §3.2 and §4.1.1, RFC 2136 §2 and RFC 8945. */
export const types = { TXT: 16, SOA: 6, ANY: 255, TSIG: 250 } as const;
export const classes = { IN: 1, NONE: 254, ANY: 255 } as const;
export const headerLength = 12;

const codes: Readonly<Record<number, string>> = {
  0: "NOERROR",
  1: "FORMERR",
  2: "SERVFAIL",
  3: "NXDOMAIN",
  4: "NOTIMP",
  5: "REFUSED",
  6: "YXDOMAIN",
  7: "YXRRSET",
  8: "NXRRSET",
  9: "NOTAUTH",
  10: "NOTZONE",
  16: "BADSIG",
  17: "BADKEY",
  18: "BADTIME",
  22: "BADTRUNC",
};

/** The name of a response code (RFC 2136 §2.2, RFC 8945 §3). */
export const codeName = (code: number): string => codes[code] ?? `RCODE${code}`;

/** The response code in a message's header. */
export const responseCode = (message: Buffer): number => message.readUInt8(3) & 0x0f;

/** Lower case, without the dot at the end. */
export const canonicalName = (name: string): string => name.toLowerCase().replace(/\.$/, "");

/**
 * A name as labels, in lower case and not compressed: the form that RFC 8945 §4.2 signs.
 * @throws DNS_ANSWER_UNREADABLE where it can not be one
 */
export function encodeName(name: string): Buffer {
  const canonical = canonicalName(name);
  const labels = canonical === "" ? [] : canonical.split(".").map((label) => Buffer.from(label, "latin1"));
  const encoded = Buffer.concat([
    ...labels.flatMap((label) => [Buffer.from([label.length]), label]),
    Buffer.from([0]),
  ]);
  if (labels.some((label) => label.length === 0 || label.length > 63) || encoded.length > 255)
    throw new MoorlineError("DNS_ANSWER_UNREADABLE", { subject: name, parameters: { reason: "name" } });
  return encoded;
}

export interface WireRecord {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  readonly data: Uint8Array;
}

/** A resource record (RFC 1035 §4.1.3). */
export function encodeRecord({ name, type, class: klass, ttl, data }: WireRecord): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(klass, 2);
  fixed.writeUInt32BE(ttl, 4);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([encodeName(name), fixed, data]);
}

/** The text of a TXT record as character strings of at most 255 bytes (RFC 1035 §3.3.14). */
export function textData(text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  const parts: Buffer[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += 255) {
    const part = bytes.subarray(at, at + 255);
    parts.push(Buffer.from([part.length]), part);
  }
  return Buffer.concat(parts);
}

/** Where a record begins and ends in a message, and its type. */
export interface RecordPlace {
  readonly start: number;
  readonly type: number;
  readonly data: number;
  readonly end: number;
}

/**
 * Finds the last record of a message, where TSIG must stand (RFC 8945 §5.1).
 * @throws RangeError where the message ends too soon
 */
export function lastRecord(message: Buffer): RecordPlace | undefined {
  let at = headerLength;
  for (let i = message.readUInt16BE(4); i > 0; i--) at = skipName(message, at) + 4;
  const count = message.readUInt16BE(6) + message.readUInt16BE(8) + message.readUInt16BE(10);
  let last: RecordPlace | undefined;
  for (let i = 0; i < count; i++) {
    const start = at;
    const fixed = skipName(message, at);
    at = fixed + 10 + message.readUInt16BE(fixed + 8);
    if (at > message.length) throw new RangeError("the message ends within a record");
    last = { start, type: message.readUInt16BE(fixed), data: fixed + 10, end: at };
  }
  return last;
}

/** @returns the offset behind a name, compressed or not (RFC 1035 §4.1.4) */
export function skipName(message: Buffer, offset: number): number {
  for (let at = offset; ;) {
    const length = message.readUInt8(at);
    if (length === 0) return at + 1;
    if ((length & 0xc0) === 0xc0) return at + 2;
    at += length + 1;
  }
}

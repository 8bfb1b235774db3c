/** A piece of DER (X.690): its identifier octet, its content, and the whole of it. */
export interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  /** Identifier, length and content, as they stand in the input. */
  readonly raw: Uint8Array;
}

/** The input is not the DER that it should be. Callers turn it into an error that names the thing read. */
export class DerError extends Error {
  override readonly name = "DerError";
}

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The identifier octet of `[number]`, primitive unless said. */
export const context = (number: number, constructed = false): number =>
  0x80 | (constructed ? 0x20 : 0) | number;

/** Reads the element at an offset. Only definite, minimal lengths and tag numbers below 31 are DER that X.509 uses. */
function readAt(bytes: Uint8Array, offset: number): Element {
  const tag = bytes[offset];
  const first = bytes[offset + 1];
  if (tag === undefined || first === undefined) throw new DerError("cut off");
  if ((tag & 0x1f) === 0x1f) throw new DerError("tag number too large");
  let length = first;
  let start = offset + 2;
  if (first >= 0x80) {
    const octets = first & 0x7f;
    if (octets === 0 || octets > 4) throw new DerError("length not definite");
    length = 0;
    for (let i = 0; i < octets; i++) length = length * 256 + (bytes[start + i] ?? 0);
    if (length < 0x80 || length < 256 ** (octets - 1)) throw new DerError("length not minimal");
    start += octets;
  }
  const end = start + length;
  if (end > bytes.length) throw new DerError("cut off");
  return { tag, content: bytes.subarray(start, end), raw: bytes.subarray(offset, end) };
}

/** Reads exactly one element. @throws DerError where bytes follow it, or a tag is asked for and another is there */
export function read(bytes: Uint8Array, tag?: number): Element {
  const element = readAt(bytes, 0);
  if (element.raw.length !== bytes.length) throw new DerError("bytes follow the end");
  return tag === undefined ? element : expected(element, tag);
}

/** The elements inside a constructed one. @throws DerError */
export function children(of: Element, tag?: number): Element[] {
  if (tag !== undefined) expected(of, tag);
  if ((of.tag & 0x20) === 0) throw new DerError("not constructed");
  const found: Element[] = [];
  for (let offset = 0; offset < of.content.length;) {
    const element = readAt(of.content, offset);
    found.push(element);
    offset += element.raw.length;
  }
  return found;
}

/** @throws DerError where the element is missing or has another tag */
export function expected(element: Element | undefined, tag: number): Element {
  if (element?.tag !== tag) throw new DerError(`tag ${tag} expected, ${element?.tag ?? "nothing"} found`);
  return element;
}

export function readBoolean(element: Element): boolean {
  const value = expected(element, tags.boolean).content;
  if (value.length !== 1) throw new DerError("boolean of a wrong length");
  return value[0] !== 0;
}

/** An INTEGER or ENUMERATED, or one of either under a context tag, as a number of at most 32 bits. */
export function readSmallInteger(element: Element): number {
  const { content } = element;
  if (content.length === 0 || content.length > 4 || (content[0] ?? 0) >= 0x80)
    throw new DerError("integer out of range");
  return content.reduce((sum, byte) => sum * 256 + byte, 0);
}

export function readOid(element: Element): string {
  const { content } = expected(element, tags.oid);
  if (content.length === 0 || (content.at(-1) ?? 0) >= 0x80) throw new DerError("object identifier cut off");
  const parts: number[] = [];
  let value = 0;
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f);
    if (value > Number.MAX_SAFE_INTEGER) throw new DerError("object identifier too large");
    if (byte < 0x80) {
      parts.push(value);
      value = 0;
    }
  }
  const [head = 0, ...rest] = parts;
  const first = Math.min(2, Math.floor(head / 40));
  return [first, head - first * 40, ...rest].join(".");
}

/** UTCTime and GeneralizedTime in the forms that RFC 5280 §4.1.2.5 allows: Zulu, with seconds. */
export function readTime(element: Element): Date {
  const isShort = element.tag === tags.utcTime;
  if (!isShort) expected(element, tags.generalizedTime);
  const form = isShort ? /^(..)(..)(..)(..)(..)(..)Z$/ : /^(....)(..)(..)(..)(..)(..)Z$/;
  const text = Buffer.from(element.content).toString("latin1");
  const [year = NaN, month = NaN, day, hour, minute, second] = (form.exec(text) ?? []).slice(1).map(Number);
  // RFC 5280 §4.1.2.5.1: two-digit years are 1950 to 2049
  const fullYear = !isShort ? year : year >= 50 ? 1900 + year : 2000 + year;
  const time = Date.UTC(fullYear, month - 1, day, hour, minute, second);
  if (Number.isNaN(time)) throw new DerError("not a time");
  return new Date(time);
}

/** Writes an element; content comes as pieces, which are joined. */
export function write(tag: number, ...content: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = content.reduce((sum, piece) => sum + piece.length, 0);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  const head = length < 0x80 ? [tag, length] : [tag, 0x80 | octets.length, ...octets];
  return new Uint8Array(Buffer.concat([Uint8Array.from(head), ...content]));
}

export const sequence = (...content: readonly Uint8Array[]): Uint8Array<ArrayBuffer> =>
  write(tags.sequence, ...content);

/** A non-negative INTEGER. */
export function integer(value: bigint | number): Uint8Array<ArrayBuffer> {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  return (bytes[0] ?? 0) >= 0x80 ? write(tags.integer, Uint8Array.of(0), bytes) : write(tags.integer, bytes);
}

export function oid(dotted: string): Uint8Array<ArrayBuffer> {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((value) => {
    const groups = [value % 128];
    for (let high = Math.floor(value / 128); high > 0; high = Math.floor(high / 128))
      groups.unshift((high % 128) | 0x80);
    return groups;
  });
  return write(tags.oid, Uint8Array.from(bytes));
}

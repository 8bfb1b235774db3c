import { createHmac, timingSafeEqual } from "node:crypto";
import { MoorlineError } from "../../model/errors.ts";
import type { Sensitive } from "../../model/sensitive.ts";
import { classes, codeName, encodeName, encodeRecord, lastRecord, skipName, types } from "./wire.ts";

export const tsigAlgorithms = ["hmac-sha256", "hmac-sha384", "hmac-sha512"] as const;
export type TsigAlgorithm = (typeof tsigAlgorithms)[number];

/** A key that a DNS server and its clients share (RFC 8945). */
export interface TsigKey {
  readonly name: string;
  readonly algorithm: TsigAlgorithm;
  /** base64. */
  readonly secret: Sensitive;
}

/** Seconds that the two clocks may differ; what RFC 8945 §10 recommends. */
const fudge = 300;

const secretOf = ({ name, secret }: TsigKey): Buffer => {
  const text = secret.reveal().trim();
  const bytes = Buffer.from(text, "base64");
  if (!/^[A-Za-z0-9+/]+=*$/.test(text) || bytes.length === 0)
    throw new MoorlineError("DNS_KEY_UNREADABLE", { subject: name });
  return bytes;
};

const macOf = (key: TsigKey, parts: readonly Uint8Array[]): Buffer => {
  const hmac = createHmac(key.algorithm.replace("hmac-", ""), secretOf(key));
  for (const part of parts) hmac.update(part);
  return hmac.digest();
};

const uint16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
};

/** 48 bits of seconds since 1970, then the fudge. */
const timeBytes = (seconds: number, fudgeSeconds: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeUIntBE(seconds, 0, 6);
  bytes.writeUInt16BE(fudgeSeconds, 6);
  return bytes;
};

/** The TSIG variables that are signed together with the message (RFC 8945 §4.3.3). */
const variables = (key: TsigKey, time: Uint8Array, error: number, other: Uint8Array): Buffer =>
  Buffer.concat([
    encodeName(key.name),
    uint16(classes.ANY),
    Buffer.alloc(4),
    encodeName(key.algorithm),
    time,
    uint16(error),
    uint16(other.length),
    other,
  ]);

export interface Signed {
  readonly message: Buffer;
  /** What the answer's signature builds on. */
  readonly mac: Buffer;
}

/**
 * Adds a TSIG record to a request.
 * @throws DNS_KEY_UNREADABLE
 */
export function signMessage(message: Buffer, key: TsigKey, now: Date): Signed {
  const time = timeBytes(Math.floor(now.getTime() / 1000), fudge);
  const none = Buffer.alloc(0);
  const mac = macOf(key, [message, variables(key, time, 0, none)]);
  const data = Buffer.concat([
    encodeName(key.algorithm),
    time,
    uint16(mac.length),
    mac,
    message.subarray(0, 2),
    uint16(0),
    uint16(0),
  ]);
  const record = encodeRecord({ name: key.name, type: types.TSIG, class: classes.ANY, ttl: 0, data });
  const signed = Buffer.concat([message, record]);
  signed.writeUInt16BE(message.readUInt16BE(10) + 1, 10);
  return { message: signed, mac };
}

/**
 * Makes sure that an answer comes from whoever holds the key, and is the answer to that request (RFC 8945 §5.3).
 * @param requestMac of `signMessage`
 * @param server what messages call it
 * @throws DNS_KEY_REFUSED, DNS_ANSWER_FORGED, DNS_ANSWER_UNREADABLE
 */
export function verifyAnswer(
  answer: Buffer,
  key: TsigKey,
  requestMac: Buffer,
  server: string,
  now: Date,
): void {
  const forged = (reason: string): MoorlineError =>
    new MoorlineError("DNS_ANSWER_FORGED", { subject: server, parameters: { key: key.name, reason } });
  const tsig = readTsig(answer, server);
  if (tsig === undefined) {
    // Servers that do not know the key can not sign (RFC 8945 §5.2.1); the refusal is all there is to tell.
    const code = answer.readUInt8(3) & 0x0f;
    if (code !== 0) throw refused(server, key, codeName(code));
    throw forged("no TSIG record");
  }
  if (tsig.mac.length === 0 && tsig.error !== 0) throw refused(server, key, codeName(tsig.error));
  if (!tsig.algorithm.equals(encodeName(key.algorithm))) throw forged("algorithm");
  const bare = Buffer.from(answer.subarray(0, tsig.start));
  bare.writeUInt16BE(tsig.originalId, 0);
  bare.writeUInt16BE(answer.readUInt16BE(10) - 1, 10);
  const mac = macOf(key, [
    uint16(requestMac.length),
    requestMac,
    bare,
    variables(key, tsig.time, tsig.error, tsig.other),
  ]);
  if (mac.length !== tsig.mac.length || !timingSafeEqual(mac, tsig.mac)) throw forged("signature");
  if (tsig.error !== 0) throw refused(server, key, codeName(tsig.error));
  const apart = Math.abs(tsig.time.readUIntBE(0, 6) - now.getTime() / 1000);
  if (apart > Math.max(fudge, tsig.time.readUInt16BE(6))) throw forged("time");
}

const refused = (server: string, key: TsigKey, code: string): MoorlineError =>
  new MoorlineError("DNS_KEY_REFUSED", { subject: server, parameters: { key: key.name, code } });

interface TsigRecord {
  readonly start: number;
  readonly algorithm: Buffer;
  readonly time: Buffer;
  readonly mac: Buffer;
  readonly originalId: number;
  readonly error: number;
  readonly other: Buffer;
}

/** The TSIG record of a message (RFC 8945 §4.2); undefined where its last record is another. */
function readTsig(message: Buffer, server: string): TsigRecord | undefined {
  try {
    const place = lastRecord(message);
    if (place?.type !== types.TSIG || message.readUInt16BE(10) === 0) return undefined;
    const time = skipName(message, place.data);
    const mac = time + 10;
    const rest = mac + message.readUInt16BE(time + 8);
    const other = rest + 6;
    if (other + message.readUInt16BE(rest + 4) !== place.end) throw new RangeError("lengths do not fit");
    return {
      start: place.start,
      algorithm: Buffer.from(message.subarray(place.data, time).toString("latin1").toLowerCase(), "latin1"),
      time: message.subarray(time, time + 8),
      mac: message.subarray(mac, rest),
      originalId: message.readUInt16BE(rest),
      error: message.readUInt16BE(rest + 2),
      other: message.subarray(other, place.end),
    };
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw new MoorlineError("DNS_ANSWER_UNREADABLE", {
      subject: server,
      parameters: { reason: thrown.message },
      cause: thrown,
    });
  }
}

import { MoorlineError } from "../../model/errors.ts";
import { exchangeTcp, serverName, type DnsServer } from "./exchange.ts";
import { newId } from "./query.ts";
import { signMessage, verifyAnswer, type TsigKey } from "./tsig.ts";
import {
  canonicalName,
  classes,
  codeName,
  encodeName,
  encodeRecord,
  headerLength,
  responseCode,
  textData,
  types,
} from "./wire.ts";

export interface UpdateContext {
  readonly server: DnsServer;
  readonly zone: string;
  /** Absent where the server goes by addresses alone. */
  readonly key?: TsigKey;
  now(): Date;
  randomBytes(length: number): Uint8Array;
  readonly signal: AbortSignal;
}

export interface TextRecord {
  readonly name: string;
  readonly text: string;
  /** Seconds. */
  readonly ttl: number;
}

const updateOpcode = 5 << 11;

/**
 * A dynamic update (RFC 2136 §2): one record added, or exactly that record taken away.
 * @returns the message before it is signed
 */
export function updateMessage(
  id: number,
  zone: string,
  change: "add" | "remove",
  { name, text, ttl }: TextRecord,
): Buffer {
  const header = Buffer.alloc(headerLength);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(updateOpcode, 2);
  // One zone, no prerequisites, one update (RFC 2136 §2.2).
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(1, 8);
  const zoneSection = Buffer.alloc(4);
  zoneSection.writeUInt16BE(types.SOA, 0);
  zoneSection.writeUInt16BE(classes.IN, 2);
  // RFC 2136 §2.5.4: class NONE and no lifetime mean "this record of the set".
  const record = encodeRecord({
    name,
    type: types.TXT,
    class: change === "add" ? classes.IN : classes.NONE,
    ttl: change === "add" ? ttl : 0,
    data: textData(text),
  });
  return Buffer.concat([header, encodeName(zone), zoneSection, record]);
}

/**
 * Adds or removes one TXT record. Adding what is there and removing what is gone are both fine (RFC 2136 §3.4.2).
 * @throws DNS_UPDATE_REFUSED, DNS_KEY_REFUSED, DNS_ANSWER_FORGED, DNS_UNREACHABLE, CANCELLED
 */
export async function updateText(
  context: UpdateContext,
  change: "add" | "remove",
  record: TextRecord,
): Promise<void> {
  const { server, zone, key, signal } = context;
  const message = updateMessage(newId(context), zone, change, record);
  const signed = key && signMessage(message, key, context.now());
  // Over TCP: a TSIG makes messages long, and an update must not be taken for another after a lost packet.
  const answer = await exchangeTcp(signed?.message ?? message, server, signal);
  const subject = serverName(server);
  if (key !== undefined && signed !== undefined)
    verifyAnswer(answer, key, signed.mac, subject, context.now());
  const code = responseCode(answer);
  if (code === 0) return;
  throw new MoorlineError("DNS_UPDATE_REFUSED", {
    subject,
    parameters: { name: canonicalName(record.name), zone: canonicalName(zone), code: codeName(code) },
    // RFC 2136 §3.5: SERVFAIL changed nothing and may pass.
    ...(code === 2 && { retry: "later" as const }),
  });
}

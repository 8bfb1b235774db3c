/** What a server answers a ClientHello with, as far as it is in the clear. */
export interface ServerFlight {
  /** As on the wire: 0x0303. Undefined where no ServerHello came. */
  readonly version?: number;
  readonly suite?: number;
  /** DER, in the order of the wire; TLS 1.2 and older only, 1.3 encrypts it. */
  readonly chain: readonly Buffer[];
  /** A CertificateRequest was sent (TLS 1.2 and older). */
  readonly asksForClient: boolean;
  /** An OCSP response was stapled (TLS 1.2 and older). */
  readonly stapled: boolean;
  /** Number of the alert that refused (RFC 8446 §6). */
  readonly alert?: number;
  /** Nothing more that is wanted can come. */
  readonly complete: boolean;
}

/** The first answer is no TLS record: plain HTTP, SSH, something else. */
export class NotTls extends Error {}

/** Of one handshake message this much is taken: chains are far shorter. */
const longestMessage = 1 << 18;

/**
 * Reads the beginning of a server's stream. Call it with everything that has arrived so far.
 * @throws NotTls
 */
export function readServerFlight(bytes: Buffer): ServerFlight {
  const flight: Draft = { chain: [], asksForClient: false, stapled: false, complete: false };
  const messages: Buffer[] = [];
  let at = 0;
  while (bytes.length - at >= 5) {
    const type = bytes[at] ?? 0;
    const length = bytes.readUInt16BE(at + 3);
    if (type < 20 || type > 24 || bytes[at + 1] !== 3 || length > 18_432)
      throw new NotTls("not a TLS record");
    if (bytes.length - at - 5 < length) break;
    const payload = bytes.subarray(at + 5, at + 5 + length);
    at += 5 + length;
    if (type === 21) {
      const alert = payload[1];
      // A warning (such as unrecognized_name) refuses nothing.
      if (payload[0] === 2 && alert !== undefined) flight.alert = alert;
      if (payload[0] === 2) flight.complete = true;
    } else if (type === 22) messages.push(payload);
    // Whatever follows a ChangeCipherSpec, or is application data, is encrypted.
    else flight.complete = flight.version !== undefined || messages.length > 0;
  }
  if (bytes.length > 0 && bytes.length < 5 && (bytes[0] ?? 0) > 24) throw new NotTls("not a TLS record");
  readMessages(Buffer.concat(messages), flight);
  return flight;
}

type Draft = { -readonly [K in keyof ServerFlight]: ServerFlight[K] } & { chain: Buffer[] };

function readMessages(bytes: Buffer, flight: Draft): void {
  let at = 0;
  while (bytes.length - at >= 4) {
    const type = bytes[at];
    const length = bytes.readUIntBE(at + 1, 3);
    if (length > longestMessage) throw new NotTls("a handshake message is too long");
    if (bytes.length - at - 4 < length) return;
    const body = bytes.subarray(at + 4, at + 4 + length);
    at += 4 + length;
    if (type === 2) readServerHello(body, flight);
    else if (type === 11) flight.chain = readCertificates(body);
    else if (type === 13) flight.asksForClient = true;
    else if (type === 22) flight.stapled = body.length > 4;
    else if (type === 14) flight.complete = true;
  }
}

/** RFC 5246 §7.4.1.3; for TLS 1.3 the version stands in an extension (RFC 8446 §4.2.1). */
function readServerHello(body: Buffer, flight: Draft): void {
  if (body.length < 38) throw new NotTls("the ServerHello is too short");
  const session = body[34] ?? 0;
  const suite = 35 + session;
  if (body.length < suite + 3) throw new NotTls("the ServerHello is too short");
  flight.version = body.readUInt16BE(0);
  flight.suite = body.readUInt16BE(suite);
  let at = suite + 5;
  while (body.length - at >= 4) {
    const length = body.readUInt16BE(at + 2);
    if (body.readUInt16BE(at) === 43 && length === 2 && body.length >= at + 6)
      flight.version = body.readUInt16BE(at + 4);
    at += 4 + length;
  }
  // After a ServerHello of 1.3 everything is encrypted.
  if (flight.version >= 0x0304) flight.complete = true;
}

function readCertificates(body: Buffer): Buffer[] {
  const chain: Buffer[] = [];
  let at = 3;
  while (body.length - at >= 3) {
    const length = body.readUIntBE(at, 3);
    if (body.length - at - 3 < length) break;
    chain.push(Buffer.from(body.subarray(at + 3, at + 3 + length)));
    at += 3 + length;
  }
  return chain;
}

/** Versions on the wire (RFC 8446 §4.2.1). */
export const wireVersions = {
  SSLv3: 0x0300,
  "TLSv1.0": 0x0301,
  "TLSv1.1": 0x0302,
  "TLSv1.2": 0x0303,
  "TLSv1.3": 0x0304,
} as const;

export type WireVersion = keyof typeof wireVersions;

export interface HelloOptions {
  readonly version: WireVersion;
  readonly suites: readonly number[];
  /** SNI; absent for addresses. */
  readonly serverName?: string;
  readonly randomBytes: (length: number) => Uint8Array;
}

/**
 * A ClientHello that offers exactly one version (RFC 5246 §7.4.1.2, RFC 8446 §4.1.2), in its record. It asks for OCSP
 * stapling, and nobody goes on with the handshake: what the server answers in the clear is what is wanted.
 */
export function clientHello({ version, suites, serverName, randomBytes }: HelloOptions): Buffer {
  const number = wireVersions[version];
  const legacy = Math.min(number, wireVersions["TLSv1.2"]);
  const extensions = version === "SSLv3" ? [] : extensionsOf(version, serverName, randomBytes);
  const body = Buffer.concat([
    u16(legacy),
    randomBytes(32),
    vector8(version === "TLSv1.3" ? randomBytes(32) : Buffer.alloc(0)),
    vector16(Buffer.concat(suites.map(u16))),
    vector8(Buffer.from([0])),
    ...(extensions.length === 0 ? [] : [vector16(Buffer.concat(extensions))]),
  ]);
  const handshake = Buffer.concat([Buffer.from([1]), u24(body.length), body]);
  return Buffer.concat([Buffer.from([22]), u16(Math.min(number, 0x0301)), vector16(handshake)]);
}

function extensionsOf(
  version: WireVersion,
  serverName: string | undefined,
  randomBytes: HelloOptions["randomBytes"],
): Buffer[] {
  const groups = [0x001d, 0x0017, 0x0018, 0x0019];
  const signatures = [
    0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0807, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201,
  ];
  const name = serverName === undefined ? undefined : Buffer.from(serverName, "latin1");
  return [
    ...(name === undefined
      ? []
      : [extension(0, vector16(Buffer.concat([Buffer.from([0]), vector16(name)])))]),
    extension(5, Buffer.from([1, 0, 0, 0, 0])),
    extension(10, vector16(Buffer.concat(groups.map(u16)))),
    extension(11, vector8(Buffer.from([0]))),
    extension(13, vector16(Buffer.concat(signatures.map(u16)))),
    // Renegotiation as RFC 5746 wants it.
    extension(0xff01, Buffer.from([0])),
    ...(version === "TLSv1.3"
      ? [
          extension(43, vector8(u16(wireVersions["TLSv1.3"]))),
          extension(45, vector8(Buffer.from([1]))),
          // Any 32 bytes are a public key of X25519 (RFC 7748); nobody needs the secret.
          extension(51, vector16(Buffer.concat([u16(0x001d), vector16(Buffer.from(randomBytes(32)))]))),
        ]
      : []),
  ];
}

const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);
const u24 = (value: number): Buffer => Buffer.from([value >> 16, (value >> 8) & 0xff, value & 0xff]);
const vector8 = (bytes: Uint8Array): Buffer => Buffer.concat([Buffer.from([bytes.length]), bytes]);
const vector16 = (bytes: Uint8Array): Buffer => Buffer.concat([u16(bytes.length), bytes]);
const extension = (type: number, bytes: Uint8Array): Buffer => Buffer.concat([u16(type), vector16(bytes)]);

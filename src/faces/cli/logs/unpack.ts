import { pipeline, Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { framesApart } from "./zstd-frames.ts";

/** Bytes given at a time. */
const chunkSize = 1 << 20;

interface Packing {
  readonly magic: Buffer;
  unpack(packed: AsyncIterable<Buffer>): AsyncIterable<Buffer>;
}

/** gzip (RFC 1952) and Zstandard (RFC 8878), by their first bytes. */
const packings: readonly Packing[] = [
  {
    magic: Buffer.from([0x1f, 0x8b]),
    unpack: (packed) => through(packed, createGunzip({ chunkSize })),
  },
  {
    magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
    unpack: (packed) => through(framesApart(packed), createZstdDecompress({ chunkSize })),
  },
];

function through(packed: AsyncIterable<Buffer>, unpacker: NodeJS.ReadWriteStream): AsyncIterable<Buffer> {
  // What goes wrong is told to who reads.
  pipeline(Readable.from(packed), unpacker, () => undefined);
  return unpacker as unknown as AsyncIterable<Buffer>;
}

const mayBecomePacked = (begin: Buffer): boolean =>
  packings.some(({ magic }) => begin.length < magic.length && magic.subarray(0, begin.length).equals(begin));

/** A stream as it is, or unpacked where its first bytes say that it is packed, however it is cut. */
export async function* unpacked(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    let begin: Buffer = Buffer.alloc(0);
    while (mayBecomePacked(begin)) {
      const next = await iterator.next();
      if (next.done === true) break;
      begin = Buffer.concat([begin, next.value]);
    }
    const packing = packings.find(({ magic }) => begin.subarray(0, magic.length).equals(magic));
    if (packing === undefined) yield* whole(begin, iterator);
    // A copy of each chunk: its giver may use it again before it is unpacked.
    else yield* packing.unpack(whole(begin, iterator, true));
  } finally {
    await iterator.return?.();
  }
}

async function* whole(
  begin: Buffer,
  rest: AsyncIterator<Uint8Array>,
  isCopied = false,
): AsyncGenerator<Buffer> {
  if (begin.length > 0) yield begin;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
    const { buffer, byteOffset, byteLength } = next.value;
    yield isCopied ? Buffer.from(next.value) : Buffer.from(buffer, byteOffset, byteLength);
  }
}

import { gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { analyseLogs } from "../../../diagnosis/logs/analysis.ts";
import { unpacked } from "./unpack.ts";

const lines = Array.from({ length: 60 }, (_, i) =>
  i % 3 === 0
    ? `2026-11-22T19:08:${String(i).padStart(2, "0")}Z [ERROR] [/a.go:67]: the robot account is expired: robot$r${i}`
    : `证书 2026/11/22 19:13:04 [info] 7#7: *${i} client sent no required SSL certificate`,
).join("\n");
const text = Buffer.from(`${lines}\n`);
// A second member, as logrotate and cat make them.
const half = text.length >> 1;
const packed = {
  plain: text,
  gzip: Buffer.concat([gzipSync(text.subarray(0, half)), gzipSync(text.subarray(half))]),
  zstd: Buffer.concat([zstdCompressSync(text.subarray(0, half)), zstdCompressSync(text.subarray(half))]),
};

/** Gives one buffer again and again, as the reader of files does. */
// oxlint-disable-next-line require-await -- a source is asynchronous
async function* cut(bytes: Buffer, at: readonly number[]): AsyncGenerator<Buffer> {
  const reused = Buffer.alloc(bytes.length);
  const ends = [...at.map((n) => n % bytes.length).sort((a, b) => a - b), bytes.length];
  let from = 0;
  for (const end of ends) {
    bytes.copy(reused, 0, from, end);
    yield reused.subarray(0, end - from);
    reused.fill(0);
    from = end;
  }
}

async function told(bytes: AsyncIterable<Buffer>): Promise<unknown> {
  const { groups, bytes: size } = await analyseLogs([{ name: "log", read: () => bytes }], {
    now: Date.parse("2026-11-23T00:00:00Z"),
    signal: new AbortController().signal,
  });
  return [size, groups.map(({ group }) => [group.cause.code, group.count, group.first, group.examples])];
}

test.each(Object.entries(packed))("a %s stream tells the same however it is cut", async (_, bytes) => {
  const whole = await told(unpacked(cut(text, [])));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(), { maxLength: 8 }), async (at) => {
      expect(await told(unpacked(cut(bytes, at)))).toEqual(whole);
    }),
    { numRuns: 60 },
  );
  // Byte by byte.
  expect(await told(unpacked(cut(bytes, [...bytes.keys()])))).toEqual(whole);
});

test.each([Buffer.alloc(0), Buffer.from([0x1f]), Buffer.from([0x28, 0xb5])])(
  "what only begins like a packed stream is given as it is",
  async (bytes) => {
    const chunks: Buffer[] = [];
    for await (const chunk of unpacked(cut(bytes, []))) chunks.push(Buffer.from(chunk));
    expect(Buffer.concat(chunks)).toEqual(bytes);
  },
);

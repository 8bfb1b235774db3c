/** What comes next in a stream of frames: bytes to look at, bytes to pass over, or the end of a frame. */
type Step = { readonly take: number } | { readonly skip: number } | "end";

/**
 * Cuts a stream of Zstandard so that no piece holds bytes of two frames: Node's decompressor stops at the end of a
 * frame and drops what is left of the piece (seen with 24.21), and files that were packed in parallel, or appended to,
 * have many. Only headers are looked at (RFC 8878 §3.1).
 */
export async function* framesApart(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const frames = framesOf();
  let step = frames.next(Buffer.alloc(0)).value;
  let taken: Buffer = Buffer.alloc(0);
  let left = 0;
  for await (const chunk of chunks) {
    let from = 0;
    let at = 0;
    while (at < chunk.length) {
      const length = Math.min(left > 0 ? left : sizeOf(step) - taken.length, chunk.length - at);
      if (step !== "end" && "take" in step) {
        taken = Buffer.concat([taken, chunk.subarray(at, at + length)]);
        at += length;
        if (taken.length < step.take) continue;
      } else {
        at += length;
        left = (left > 0 ? left : sizeOf(step)) - length;
        if (left > 0) continue;
      }
      step = frames.next(taken).value;
      taken = Buffer.alloc(0);
      while (step !== "end" && "skip" in step && step.skip === 0) step = frames.next(taken).value;
      if (step !== "end") continue;
      yield chunk.subarray(from, at);
      from = at;
      step = frames.next(taken).value;
    }
    if (from < chunk.length) yield chunk.subarray(from);
  }
}

const sizeOf = (step: Step): number => (step === "end" ? 0 : "take" in step ? step.take : step.skip);

/** Given the bytes that were taken. */
function* framesOf(): Generator<Step, never, Buffer> {
  for (;;) {
    const magic = (yield { take: 4 }).readUInt32LE(0);
    if (magic === 0xfd2fb528) yield* blocksOf();
    else if ((magic & 0xfffffff0) === 0x184d2a50) yield { skip: (yield { take: 4 }).readUInt32LE(0) };
    // No frame: the decompressor will say so.
    else yield { skip: Number.POSITIVE_INFINITY };
    yield "end";
  }
}

function* blocksOf(): Generator<Step, void, Buffer> {
  const [descriptor = 0] = yield { take: 1 };
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const contentSize = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  yield { skip: (isSingleSegment ? 0 : 1) + dictionary + contentSize };
  for (let isLast = false; !isLast;) {
    const header = (yield { take: 3 }).readUIntLE(0, 3);
    isLast = (header & 1) === 1;
    // A block of one byte repeated holds that byte.
    yield { skip: ((header >> 1) & 3) === 1 ? 1 : header >>> 3 };
  }
  if ((descriptor & 4) !== 0) yield { skip: 4 };
}

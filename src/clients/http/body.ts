import { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import { MoorlineError } from "../../model/errors.ts";
import type { Deadline } from "./deadline.ts";
import type { HttpHeaders } from "./response.ts";

/** A body as undici takes it; each piece of a stream that goes out starts the deadline anew. */
export function bodyOf(
  body: string | Buffer | Readable | undefined,
  deadline: Deadline,
): string | Buffer | Readable | null {
  if (body === undefined) return null;
  if (!(body instanceof Readable)) return body;
  return Readable.from(touching(body, deadline), { objectMode: false });
}

async function* touching(body: Readable, deadline: Deadline): AsyncGenerator<Buffer> {
  for await (const chunk of body as AsyncIterable<Buffer>) {
    deadline.touch();
    yield chunk;
  }
  deadline.touch();
}

/** An answer whose body is still to be read. */
interface Unread {
  readonly headers: HttpHeaders;
  readonly subject: string;
  readonly body: Dispatcher.ResponseData["body"];
}

/**
 * Reads a body whole.
 * @throws NETWORK_BODY_TOO_LARGE, having read no more than one piece beyond the limit
 */
export async function readBounded({ headers, subject, body }: Unread, limit: number): Promise<Buffer> {
  // The parser gives no more than the length that was announced (RFC 9112 §6.3), so nobody needs to count along.
  if (Number(headers["content-length"] ?? Number.NaN) <= limit) {
    const { buffer, byteOffset, byteLength } = await body.bytes();
    return Buffer.from(buffer, byteOffset, byteLength);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new MoorlineError("NETWORK_BODY_TOO_LARGE", { subject, parameters: { limit } });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

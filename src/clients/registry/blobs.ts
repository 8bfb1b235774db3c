import { PassThrough, Readable, pipeline } from "node:stream";
import { MoorlineError } from "../../model/errors.ts";
import type { RegistryConnection } from "./connection.ts";
import { checkDigest, checkRepository } from "./reference.ts";
import { verifying } from "./verify.ts";

/** A blob on its way; the stream fails at its end, at the latest, when the bytes are not the ones asked for. */
export interface Blob {
  /** Bytes, where the registry told. */
  readonly size: number | undefined;
  readonly body: Readable;
}

/** Bytes to be stored. */
export interface BlobContent {
  readonly digest: string;
  readonly size: number;
  /** Opens the bytes; called once. */
  readonly open: () => Readable | Buffer;
}

/** Storing a large blob for good can take long after its last byte came (facts/harbor.md §1.1: nginx waits 900 s). */
const commitLimitMs = 900_000;

/**
 * Opens a blob as a verified stream.
 * @param size bytes that a manifest promised
 * @throws REGISTRY_NOT_FOUND; as stream errors REGISTRY_DIGEST_MISMATCH, REGISTRY_SIZE_MISMATCH
 */
export async function openBlob(
  registry: RegistryConnection,
  repository: string,
  digest: string,
  options: { size?: number; signal?: AbortSignal } = {},
): Promise<Blob> {
  const answer = await registry.stream({
    method: "GET",
    path: `/v2/${checkRepository(repository)}/blobs/${checkDigest(digest)}`,
    scopes: [{ repository, actions: ["pull"] }],
    thing: digest,
    signal: options.signal,
  });
  const announced = Number(answer.headers["content-length"] ?? Number.NaN);
  const size = Number.isSafeInteger(announced) ? announced : undefined;
  const subject = answer.subject;
  if (options.size !== undefined && size !== undefined && size !== options.size) {
    answer.body.destroy();
    const parameters = { expected: options.size, actual: size };
    throw new MoorlineError("REGISTRY_SIZE_MISMATCH", { subject, parameters });
  }
  const check = verifying({ digest, size: options.size ?? size, subject });
  // The error reaches the reader through the stream itself.
  return { size: size ?? options.size, body: pipeline(answer.body, check, () => undefined) };
}

/** Whether a repository has a blob. */
export async function hasBlob(
  registry: RegistryConnection,
  repository: string,
  digest: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const answer = await registry.send({
    method: "HEAD",
    path: `/v2/${checkRepository(repository)}/blobs/${checkDigest(digest)}`,
    scopes: [{ repository, actions: ["pull"] }],
    thing: digest,
    expected: [404],
    signal,
  });
  return answer.status === 200;
}

/**
 * Stores a blob unless it is there. Bytes are streamed; the sent ones are verified on the way, so that a source that
 * does not hold what it promised never becomes a blob.
 * @param chunkBytes sends pieces of this size (PATCH) instead of all in one PUT
 * @returns whether anything was sent
 */
export async function pushBlob(
  registry: RegistryConnection,
  repository: string,
  content: BlobContent,
  options: { chunkBytes?: number; signal?: AbortSignal } = {},
): Promise<{ readonly uploaded: boolean }> {
  const { signal } = options;
  if (await hasBlob(registry, repository, content.digest, signal)) return { uploaded: false };
  const session = uploadSession(registry, repository, content.digest, signal);
  const location = await session.start();
  const source = verifiedSource(content, `${registry.url}/v2/${repository}`);
  try {
    if (options.chunkBytes === undefined) await session.putWhole(location, source, content.size);
    else await session.putInChunks(location, source, options.chunkBytes);
  } finally {
    source.destroy();
  }
  return { uploaded: true };
}

/**
 * Takes a blob over from another repository of the same registry, without moving bytes.
 * @returns false when the registry would rather have it uploaded
 */
export async function mountBlob(
  registry: RegistryConnection,
  repository: string,
  digest: string,
  from: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const answer = await registry.send({
    method: "POST",
    path: `/v2/${checkRepository(repository)}/blobs/uploads/`,
    query: { mount: checkDigest(digest), from: checkRepository(from) },
    body: "",
    scopes: [
      { repository, actions: ["pull", "push"] },
      { repository: from, actions: ["pull"] },
    ],
    thing: digest,
    signal,
  });
  return answer.status === 201;
}

function verifiedSource(content: BlobContent, subject: string): Readable {
  const opened = content.open();
  const source = Buffer.isBuffer(opened) ? Readable.from([opened]) : opened;
  const check = verifying({ digest: content.digest, size: content.size, subject });
  return pipeline(source, check, new PassThrough(), () => undefined);
}

function uploadSession(
  registry: RegistryConnection,
  repository: string,
  digest: string,
  signal: AbortSignal | undefined,
) {
  const scopes = [{ repository: checkRepository(repository), actions: ["pull", "push"] }] as const;
  const base = { scopes, thing: checkDigest(digest), signal, timeoutMs: commitLimitMs } as const;
  const octets = { "content-type": "application/octet-stream" };
  const next = (location: string | undefined) => registry.uploadPath(location);
  const withDigest = (path: string) =>
    `${path}${path.includes("?") ? "&" : "?"}digest=${encodeURIComponent(digest)}`;
  return {
    start: async (): Promise<string> => {
      const path = `/v2/${repository}/blobs/uploads/`;
      const answer = await registry.send({ ...base, method: "POST", path, body: "" });
      return next(answer.headers.location);
    },
    putWhole: async (location: string, body: Readable, size: number): Promise<void> => {
      const headers = { ...octets, "content-length": String(size) };
      await registry.send({ ...base, method: "PUT", path: withDigest(location), headers, body });
    },
    putInChunks: async (location: string, body: Readable, chunkBytes: number): Promise<void> => {
      let at = 0;
      let path = location;
      for await (const piece of inPieces(body, chunkBytes)) {
        const range = `${at}-${at + piece.length - 1}`;
        const headers = { ...octets, "content-range": range };
        const answer = await registry.send({ ...base, method: "PATCH", path, headers, body: piece });
        path = next(answer.headers.location);
        at += piece.length;
      }
      await registry.send({ ...base, method: "PUT", path: withDigest(path), headers: octets, body: "" });
    },
  };
}

/** Cuts a stream into pieces of a size; the last may be smaller. Holds one piece at a time. */
async function* inPieces(body: Readable, bytes: number): AsyncGenerator<Buffer> {
  let gathered: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    let rest = chunk;
    while (length + rest.length >= bytes) {
      const piece = Buffer.concat([...gathered, rest.subarray(0, bytes - length)]);
      rest = rest.subarray(bytes - length);
      gathered = [];
      length = 0;
      yield piece;
    }
    gathered.push(rest);
    length += rest.length;
  }
  if (length > 0) yield Buffer.concat(gathered);
}

import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream, mkdirSync } from "node:fs";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/**
 * Bytes on disk, each file under the SHA-256 of what is in it. A blob is written to a temporary file and renamed once
 * its digest has been checked, so a name never stands for other bytes; nothing is held in memory whole.
 */
export interface BlobStore {
  /** Bytes, or undefined where there is no such blob. */
  size(digest: string): Promise<number | undefined>;
  /** A stream of the blob, or of the bytes from `start` to `end`, both included. */
  open(digest: string, range?: { readonly start: number; readonly end: number }): Readable;
  read(digest: string): Promise<Buffer>;
  /** Stores small bytes and answers their digest. */
  write(bytes: Uint8Array): Promise<string>;
  remove(digest: string): Promise<void>;
  startUpload(): Promise<string>;
  /** Bytes received so far, or undefined where there is no such upload. */
  uploaded(id: string): Promise<number | undefined>;
  /** Appends a stream to an upload; answers the bytes received in all. */
  append(id: string, from: Readable): Promise<number>;
  /** Makes a blob of an upload; false where its bytes do not have that digest, and the upload is gone then. */
  finish(id: string, digest: string): Promise<boolean>;
  cancel(id: string): Promise<void>;
}

export const digestPattern = /^sha256:[0-9a-f]{64}$/;

export const digestOf = (bytes: Uint8Array): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** @param directory where `blobs` and `uploads` lie; made where missing */
export function openBlobStore(directory: string): BlobStore {
  const uploads = join(directory, "uploads");
  mkdirSync(uploads, { recursive: true, mode: 0o700 });
  const folderOf = (digest: string): string => join(directory, "blobs", "sha256", digest.slice(7, 9));
  const pathOf = (digest: string): string => join(folderOf(digest), checked(digest).slice(7));
  const uploadPath = (id: string): string => join(uploads, checkedId(id));
  const settle = async (temporary: string, digest: string): Promise<void> => {
    const path = pathOf(digest);
    await mkdir(folderOf(digest), { recursive: true, mode: 0o700 });
    await rename(temporary, path);
  };
  return {
    size: (digest) => sizeOf(pathOf(digest)),
    open: (digest, range) => createReadStream(pathOf(digest), range),
    read: (digest) => readFile(pathOf(digest)),
    async write(bytes) {
      const digest = digestOf(bytes);
      const temporary = join(uploads, randomUUID());
      await writeFile(temporary, bytes, { mode: 0o600 });
      await settle(temporary, digest);
      return digest;
    },
    remove: (digest) => rm(pathOf(digest), { force: true }),
    async startUpload() {
      const id = randomUUID();
      await writeFile(uploadPath(id), "", { mode: 0o600 });
      return id;
    },
    uploaded: (id) => sizeOf(uploadPath(id)),
    async append(id, from) {
      await pipeline(from, createWriteStream(uploadPath(id), { flags: "a" }));
      return (await sizeOf(uploadPath(id))) ?? 0;
    },
    async finish(id, digest) {
      const hash = createHash("sha256");
      await pipeline(createReadStream(uploadPath(id)), hash);
      if (`sha256:${hash.digest("hex")}` === digest) {
        await settle(uploadPath(id), digest);
        return true;
      }
      await rm(uploadPath(id), { force: true });
      return false;
    },
    cancel: (id) => rm(uploadPath(id), { force: true }),
  };
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Digests and upload ids become file names: nothing else may pass. */
function checked(digest: string): string {
  if (!digestPattern.test(digest)) throw new RangeError(`not a digest: ${digest}`);
  return digest;
}

function checkedId(id: string): string {
  if (!/^[0-9a-f-]{36}$/.test(id)) throw new RangeError(`not an upload: ${id}`);
  return id;
}

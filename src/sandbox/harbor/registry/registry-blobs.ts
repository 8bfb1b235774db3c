import { PassThrough, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { buffer } from "node:stream/consumers";
import type { HttpEndpoint } from "../../../clients/http/endpoint.ts";
import { createRegistryClient } from "../../../clients/registry/client.ts";
import { digestOf, type BlobStore } from "./blob-store.ts";

/** The one repository of the registry behind; who may see what is Harbor's own business, as with the real one. */
const repository = "harbor/blobs";

/**
 * Keeps blobs in a docker-registry, as Harbor's core keeps them in the one behind it. Uploads are gathered in a local
 * store first, so that a digest is checked before the registry sees a byte.
 * @param behind the registry, without a login
 */
export function registryBlobStore(behind: HttpEndpoint, uploads: BlobStore): BlobStore {
  const registry = createRegistryClient(behind, undefined);
  const path = (digest: string): string => `/v2/${repository}/blobs/${digest}`;
  const store = async (digest: string, size: number, open: () => Readable | Buffer): Promise<void> => {
    await registry.pushBlob(repository, { digest, size, open });
  };
  const open: BlobStore["open"] = (digest, range) => {
    const body = new PassThrough();
    const headers = range === undefined ? {} : { range: `bytes=${range.start}-${range.end}` };
    behind
      .stream({ method: "GET", path: path(digest), headers, redirects: 3 })
      .then((answer) => {
        if (answer.status === 200 || answer.status === 206) return pipeline(answer.body, body);
        answer.body.destroy();
        throw new Error(`the registry behind answered ${answer.status} for ${digest}`);
      })
      .catch((thrown: unknown) => body.destroy(thrown instanceof Error ? thrown : new Error(String(thrown))));
    return body;
  };
  return {
    async size(digest) {
      const answer = await behind.request({ method: "HEAD", path: path(digest) });
      return answer.status === 200 ? Number(answer.headers["content-length"]) : undefined;
    },
    open,
    read: (digest) => buffer(open(digest)),
    async write(bytes) {
      const digest = digestOf(bytes);
      await store(digest, bytes.length, () => Buffer.from(bytes));
      return digest;
    },
    // A registry frees space by its own garbage collection; deleting is allowed only where it is configured (405).
    async remove(digest) {
      await behind.request({ method: "DELETE", path: path(digest) });
    },
    startUpload: () => uploads.startUpload(),
    uploaded: (id) => uploads.uploaded(id),
    append: (id, from) => uploads.append(id, from),
    async finish(id, digest) {
      const size = await uploads.uploaded(id);
      if (size === undefined || !(await uploads.finish(id, digest))) return false;
      await store(digest, size, () => uploads.open(digest));
      await uploads.remove(digest);
      return true;
    },
    cancel: (id) => uploads.cancel(id),
  };
}

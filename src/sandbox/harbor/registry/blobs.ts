import { Readable } from "node:stream";
import { mayUse, refuseProxy, requireRepository } from "./access.ts";
import { digestPattern } from "./blob-store.ts";
import { pullBlob } from "./proxy.ts";
import { link, linked, requireRoom } from "./quota.ts";
import { projectNamed } from "../permissions.ts";
import { HarborProblem } from "../problem.ts";
import { baseOf, type Call, type Site } from "../site.ts";

const api = { "docker-distribution-api-version": "registry/2.0" };

const unknownBlob = (digest: string): HarborProblem =>
  new HarborProblem(404, "BLOB_UNKNOWN", "blob unknown to registry", { detail: digest, headers: api });
const invalidDigest = (): HarborProblem =>
  new HarborProblem(400, "DIGEST_INVALID", "provided digest did not match uploaded content", {
    headers: api,
  });
const unknownUpload = (): HarborProblem =>
  new HarborProblem(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry", { headers: api });

/** GET and HEAD of a blob, whole or one range of it. */
export async function getBlob(site: Site, c: Call, repository: string, digest: string): Promise<Response> {
  const project = requireRepository(site, c, repository, "pull");
  if (!digestPattern.test(digest)) throw unknownBlob(digest);
  let size = linked(site, repository, digest);
  if (size === undefined && project.registryId !== 0)
    size = await pullBlob(site, project, repository, digest);
  if (size === undefined) throw unknownBlob(digest);
  const headers = {
    ...api,
    "content-type": "application/octet-stream",
    "docker-content-digest": digest,
    "accept-ranges": "bytes",
    etag: `"${digest}"`,
  };
  const isHead = c.req.method === "HEAD";
  const body = (range?: { start: number; end: number }): ReadableStream<Uint8Array> | null =>
    isHead ? null : (Readable.toWeb(site.blobs.open(digest, range)) as ReadableStream<Uint8Array>);
  const range = rangeOf(c.req.header("range"), size);
  if (range === undefined || isHead) {
    return new Response(body(), { headers: { ...headers, "content-length": String(size) } });
  }
  return new Response(body(range), {
    status: 206,
    headers: {
      ...headers,
      "content-length": String(range.end - range.start + 1),
      "content-range": `bytes ${range.start}-${range.end}/${size}`,
    },
  });
}

function rangeOf(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d+)-(\d*)$/.exec(header ?? "");
  if (match === null) return undefined;
  const start = Number(match[1]);
  const end = match[2] === "" ? size - 1 : Math.min(Number(match[2]), size - 1);
  return start <= end ? { start, end } : undefined;
}

/** POST …/blobs/uploads/: an upload session, a mount of a blob known elsewhere, or the whole blob at once. */
export async function startUpload(site: Site, c: Call, repository: string): Promise<Response> {
  const project = requireRepository(site, c, repository, "push");
  refuseProxy(project);
  const { mount, from, digest } = c.req.query();
  if (mount !== undefined && from !== undefined) {
    const source = projectNamed(site, from.split("/")[0] ?? "");
    const size = linked(site, from, mount);
    if (source !== undefined && size !== undefined && mayUse(site, c.get("caller"), source, from, "pull")) {
      requireRoom(site, project, mount, size);
      link(site, project, repository, mount, size);
      return stored(site, c, repository, mount);
    }
  }
  const id = await site.blobs.startUpload();
  if (digest !== undefined) return finishUpload(site, c, repository, id);
  return uploading(site, c, repository, id, 0);
}

/** PATCH: a chunk. Where Content-Range is sent, it must go on where the upload stands. */
export async function appendChunk(site: Site, c: Call, repository: string, id: string): Promise<Response> {
  requireRepository(site, c, repository, "push");
  const received = await uploadedSoFar(site, id);
  const start = /^(?:bytes )?(\d+)-/.exec(c.req.header("content-range") ?? "")?.[1];
  if (start !== undefined && Number(start) !== received) {
    throw new HarborProblem(416, "RANGE_INVALID", "invalid content range", { headers: api });
  }
  const total = await site.blobs.append(id, c.env.incoming);
  return uploading(site, c, repository, id, total);
}

/** PUT: the end of an upload, perhaps with its last or only bytes. */
export async function finishUpload(site: Site, c: Call, repository: string, id: string): Promise<Response> {
  const project = requireRepository(site, c, repository, "push");
  await uploadedSoFar(site, id);
  const digest = c.req.query("digest") ?? "";
  if (!digestPattern.test(digest)) throw invalidDigest();
  const size = await site.blobs.append(id, c.env.incoming);
  try {
    requireRoom(site, project, digest, size);
  } catch (error) {
    await site.blobs.cancel(id);
    throw error;
  }
  if (!(await site.blobs.finish(id, digest))) throw invalidDigest();
  // Asked again: another upload may have taken the room while this one was being checked.
  requireRoom(site, project, digest, size);
  link(site, project, repository, digest, size);
  return stored(site, c, repository, digest);
}

export async function uploadStatus(site: Site, c: Call, repository: string, id: string): Promise<Response> {
  requireRepository(site, c, repository, "push");
  const total = await uploadedSoFar(site, id);
  return uploading(site, c, repository, id, total, 204);
}

export async function cancelUpload(site: Site, c: Call, repository: string, id: string): Promise<Response> {
  requireRepository(site, c, repository, "push");
  await uploadedSoFar(site, id);
  await site.blobs.cancel(id);
  return new Response(null, { status: 204, headers: api });
}

async function uploadedSoFar(site: Site, id: string): Promise<number> {
  const size = /^[0-9a-f-]{36}$/.test(id) ? await site.blobs.uploaded(id) : undefined;
  if (size === undefined) throw unknownUpload();
  return size;
}

function uploading(
  site: Site,
  c: Call,
  repository: string,
  id: string,
  total: number,
  status = 202,
): Response {
  const state = Buffer.from(JSON.stringify({ Name: repository, UUID: id, Offset: total })).toString(
    "base64url",
  );
  return new Response(null, {
    status,
    headers: {
      ...api,
      "content-length": "0",
      location: `${baseOf(site, c)}/v2/${repository}/blobs/uploads/${id}?_state=${state}`,
      "docker-upload-uuid": id,
      range: `0-${Math.max(0, total - 1)}`,
    },
  });
}

function stored(site: Site, c: Call, repository: string, digest: string): Response {
  return new Response(null, {
    status: 201,
    headers: {
      ...api,
      "content-length": "0",
      location: `${baseOf(site, c)}/v2/${repository}/blobs/${digest}`,
      "docker-content-digest": digest,
    },
  });
}

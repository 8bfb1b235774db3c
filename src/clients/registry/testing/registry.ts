import { createHash, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { serveHttp, type TestServer } from "../../http/testing/servers.ts";

/** A registry in memory with Harbor's token service, whose answers a test may bend. */
export interface MemoryRegistry extends AsyncDisposable {
  readonly url: string;
  readonly blobs: Map<string, Buffer>;
  /** By `repository:tag` and `repository@digest`. */
  readonly manifests: Map<string, { mediaType: string; bytes: Buffer }>;
  /** `METHOD path` of every request. */
  readonly log: string[];
  readonly bend: {
    /** Actions in tokens; by default whatever the password allows. */
    grant: readonly string[];
    realm: string | undefined;
    withoutHeadDigest: boolean;
    rejectTokens: number;
    uploadAt: string | undefined;
    expiresIn: number;
  };
}

export const username = "robot$team-a+ci";
export const password = "Secret12345";

export const sha256 = (bytes: Buffer | string): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

export async function memoryRegistry(): Promise<MemoryRegistry> {
  const blobs: MemoryRegistry["blobs"] = new Map();
  const manifests: MemoryRegistry["manifests"] = new Map();
  const uploads = new Map<string, Buffer[]>();
  const log: string[] = [];
  const bend: MemoryRegistry["bend"] = {
    grant: ["pull", "push"],
    realm: undefined,
    withoutHeadDigest: false,
    rejectTokens: 0,
    uploadAt: undefined,
    expiresIn: 1800,
  };
  let base = "";

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const url = new URL(request.url ?? "/", base);
    const method = request.method ?? "";
    log.push(`${method} ${url.pathname}`);
    const fail = (status: number, code: string, message: string) =>
      void response
        .writeHead(status, { "content-type": "application/json" })
        .end(method === "HEAD" ? undefined : JSON.stringify({ errors: [{ code, message }] }));
    if (url.pathname === "/service/token") return token(request, response, url);
    const authorized =
      request.headers.authorization?.startsWith("Bearer ") === true && bend.rejectTokens-- <= 0;
    if (!authorized) {
      const realm = bend.realm ?? `${base}/service/token`;
      response.setHeader("www-authenticate", `Bearer realm="${realm}",service="harbor-registry"`);
      return fail(401, "UNAUTHORIZED", "unauthorized: unauthorized");
    }
    const match = /^\/v2\/(.+)\/(manifests|blobs|tags|referrers)\/(.+)$/.exec(url.pathname);
    const [, repository = "", kind = "", last = ""] = match ?? [];
    if (kind === "tags") return tagPage(repository, url, response);
    if (kind === "manifests") {
      const key = `${repository}${last.includes(":") ? "@" : ":"}${last}`;
      if (method === "PUT") {
        const entry = { mediaType: request.headers["content-type"] ?? "", bytes: body };
        manifests.set(key, entry).set(`${repository}@${sha256(body)}`, entry);
        return void response.writeHead(201, { "docker-content-digest": sha256(body) }).end();
      }
      const found = manifests.get(key);
      if (!found) return fail(404, "NOT_FOUND", `artifact ${repository}:${last} not found`);
      const digest = bend.withoutHeadDigest ? "" : last.includes(":") ? last : sha256(found.bytes);
      response.writeHead(200, {
        "content-type": found.mediaType,
        "docker-content-digest": digest,
        "content-length": found.bytes.length,
      });
      return void response.end(method === "HEAD" ? undefined : found.bytes);
    }
    if (last.startsWith("uploads/")) return upload(method, repository, last.slice(8), url, body, response);
    const blob = blobs.get(last);
    if (!blob)
      return fail(404, kind === "referrers" ? "NOT_FOUND" : "BLOB_UNKNOWN", "blob unknown to registry");
    response.writeHead(200, { "content-length": blob.length }).end(method === "HEAD" ? undefined : blob);
  }

  function token(request: IncomingMessage, response: ServerResponse, url: URL): void {
    const right = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
    const known = request.headers.authorization === right;
    const access = url.searchParams.getAll("scope").map((scope) => {
      const [type, name] = scope.split(":");
      return { type, name, actions: known ? bend.grant : [] };
    });
    const claims = { iss: "harbor-token-issuer", sub: known ? username : "", access };
    const jwt = `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ token: jwt, access_token: "", expires_in: bend.expiresIn }));
  }

  function upload(
    method: string,
    repository: string,
    id: string,
    url: URL,
    body: Buffer,
    response: ServerResponse,
  ): void {
    if (method === "POST") {
      const mounted = url.searchParams.get("mount");
      if (mounted !== null && blobs.has(mounted)) return void response.writeHead(201).end();
      const fresh = randomUUID();
      uploads.set(fresh, []);
      const origin = bend.uploadAt ?? base;
      const location = `${origin}/v2/${repository}/blobs/uploads/${fresh}?_state=s1`;
      return void response.writeHead(202, { location }).end();
    }
    const pieces = uploads.get(id) ?? [];
    pieces.push(body);
    if (method === "PATCH") {
      const location = `/v2/${repository}/blobs/uploads/${id}?_state=s${pieces.length + 1}`;
      return void response.writeHead(202, { location }).end();
    }
    const bytes = Buffer.concat(pieces);
    const digest = url.searchParams.get("digest") ?? "";
    if (sha256(bytes) !== digest) return void response.writeHead(400).end();
    blobs.set(digest, bytes);
    response.writeHead(201, { "docker-content-digest": digest }).end();
  }

  function tagPage(repository: string, url: URL, response: ServerResponse): void {
    const known = [...manifests.keys()].filter((k) => k.startsWith(`${repository}:`));
    const names = known.map((k) => k.slice(repository.length + 1)).sort();
    const after = url.searchParams.get("last") ?? "";
    const rest = names.filter((name) => name > after);
    // Two a page, whatever is asked for: servers may give less.
    if (rest.length > 2) response.setHeader("link", `</v2/evil?last=x>; rel="next"`);
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ name: repository, tags: rest.slice(0, 2) }));
  }

  const server: TestServer = await serveHttp((request, response) => void serve(request, response));
  base = server.url;
  return {
    url: base,
    blobs,
    manifests,
    log,
    bend,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Stores an image of some layers under a tag. */
export function addImage(
  registry: MemoryRegistry,
  repository: string,
  tag: string,
  layers: readonly Buffer[],
) {
  const config = Buffer.from(JSON.stringify({ os: "linux", architecture: "amd64" }));
  const describe = (bytes: Buffer, mediaType: string) => {
    registry.blobs.set(sha256(bytes), bytes);
    return { mediaType, digest: sha256(bytes), size: bytes.length };
  };
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: describe(config, "application/vnd.oci.image.config.v1+json"),
    layers: layers.map((layer) => describe(layer, "application/vnd.oci.image.layer.v1.tar")),
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  const digest = sha256(bytes);
  registry.manifests.set(`${repository}:${tag}`, { mediaType, bytes });
  registry.manifests.set(`${repository}@${digest}`, { mediaType, bytes });
  return { digest, size: bytes.length, mediaType, manifest, bytes };
}

import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MoorlineError } from "../../model/errors.ts";
import { Sensitive } from "../../model/sensitive.ts";
import { openEndpoint, type HttpEndpoint } from "../http/endpoint.ts";
import { serveHttp } from "../http/testing/servers.ts";
import { createRegistryClient, type RegistryClient } from "./client.ts";
import type { AuthorizerOptions } from "./authorizer.ts";
import { discard, type PullSink } from "./pull.ts";
import {
  addImage,
  memoryRegistry,
  password,
  sha256,
  username,
  type MemoryRegistry,
} from "./testing/registry.ts";

let registry: MemoryRegistry;
let endpoint: HttpEndpoint;
let client: RegistryClient;

const as = (secret: string, options: AuthorizerOptions = {}): RegistryClient =>
  createRegistryClient(endpoint, { username, password: new Sensitive(secret) }, options);

beforeEach(async () => {
  registry = await memoryRegistry();
  endpoint = openEndpoint(registry.url);
  client = as(password);
});
afterEach(async () => {
  await endpoint[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
});

async function failureOf(promise: Promise<unknown>): Promise<MoorlineError> {
  const thrown = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(thrown).toBeInstanceOf(MoorlineError);
  return thrown as MoorlineError;
}

const layers = [Buffer.from("layer one"), Buffer.alloc(300_000, 7)];
const tokenRequests = () => registry.log.filter((line) => line.includes("/service/token")).length;

describe("resolving", () => {
  test("asks HEAD once, under a token for exactly that repository", async () => {
    const image = addImage(registry, "team-a/app", "v1", layers);
    const found = await client.resolve("team-a/app", "v1");
    expect(found).toEqual({ digest: image.digest, size: image.size, mediaType: image.mediaType });
    expect(registry.log).toEqual(["GET /v2/", "GET /service/token", "HEAD /v2/team-a/app/manifests/v1"]);
  });

  test("fetches the manifest where HEAD names no digest, as Harbor's proxy cache does", async () => {
    const image = addImage(registry, "cache/app", "v1", layers);
    registry.bend.withoutHeadDigest = true;
    expect((await client.resolve("cache/app", "v1")).digest).toBe(image.digest);
  });

  test("says what is missing", async () => {
    const error = await failureOf(client.resolve("team-a/app", "absent"));
    expect([error.code, error.retry]).toEqual(["REGISTRY_NOT_FOUND", "never"]);
    expect(error.message).toContain("team-a/app:absent");
  });

  test("keeps a token while it lives and asks anew when it is about to end", async () => {
    addImage(registry, "team-a/app", "v1", layers);
    let now = 0;
    const timed = as(password, { now: () => now });
    await timed.resolve("team-a/app", "v1");
    await timed.resolve("team-a/app", "v1");
    expect(tokenRequests()).toBe(1);
    now = 1_795_000;
    await timed.resolve("team-a/app", "v1");
    expect(tokenRequests()).toBe(2);
  });

  test("asks once more with a new token when the registry no longer takes the remembered one", async () => {
    addImage(registry, "team-a/app", "v1", layers);
    await client.resolve("team-a/app", "v1");
    registry.bend.rejectTokens = 1;
    await client.resolve("team-a/app", "v1");
    expect(tokenRequests()).toBe(2);
  });
});

describe("a pull", () => {
  test("brings every byte, verified, and each blob once", async () => {
    const image = addImage(registry, "team-a/app", "v1", [...layers, layers[0] as Buffer]);
    const got = new Map<string, Buffer>();
    const sink: PullSink = {
      blob: async (descriptor, body) => void got.set(descriptor.digest, await buffer(body)),
    };
    const summary = await client.pull("team-a/app", "v1", sink);
    expect(summary).toMatchObject({ digest: image.digest, imageDigest: image.digest, layers: 3 });
    expect(got.size).toBe(3);
    for (const [digest, bytes] of got) expect(sha256(bytes)).toBe(digest);
  });

  test("fails on a damaged layer, and names both digests", async () => {
    addImage(registry, "team-a/app", "v1", layers);
    const digest = sha256(layers[1] as Buffer);
    registry.blobs.set(digest, Buffer.alloc(300_000, 8));
    const error = await failureOf(client.pull("team-a/app", "v1", discard));
    expect(error.code).toBe("REGISTRY_DIGEST_MISMATCH");
    expect(error.message).toContain(digest);
  });

  test("fails on a layer of another size before reading it", async () => {
    addImage(registry, "team-a/app", "v1", layers);
    registry.blobs.set(sha256(layers[0] as Buffer), Buffer.alloc(50_000_000));
    expect((await failureOf(client.pull("team-a/app", "v1", discard))).code).toBe("REGISTRY_SIZE_MISMATCH");
  });

  test("fails on a manifest that is not the one its digest names", async () => {
    const image = addImage(registry, "team-a/app", "v1", layers);
    const other = addImage(registry, "team-a/app", "v2", []);
    registry.manifests.set(`team-a/app@${image.digest}`, other);
    registry.bend.withoutHeadDigest = true;
    const error = await failureOf(client.pull("team-a/app", image.digest, discard));
    expect(error.code).toBe("REGISTRY_DIGEST_MISMATCH");
  });

  test("refuses a manifest that is served as another media type than it claims", async () => {
    const image = addImage(registry, "team-a/app", "v1", layers);
    const mediaType = "application/vnd.docker.distribution.manifest.v2+json";
    registry.manifests.set("team-a/app:v1", { mediaType, bytes: image.bytes });
    expect((await failureOf(client.manifest("team-a/app", "v1"))).code).toBe("REGISTRY_NOT_REGISTRY");
  });

  test("chooses the platform's image of an index, and names what there is otherwise", async () => {
    const image = addImage(registry, "team-a/app", "amd64", layers);
    const mediaType = "application/vnd.oci.image.index.v1+json";
    const entry = { mediaType: image.mediaType, digest: image.digest, size: image.size };
    const index = {
      schemaVersion: 2,
      mediaType,
      manifests: [
        { ...entry, platform: { os: "unknown", architecture: "unknown" } },
        { ...entry, platform: { os: "linux", architecture: "amd64" } },
      ],
    };
    const bytes = Buffer.from(JSON.stringify(index));
    registry.manifests.set("team-a/app:multi", { mediaType, bytes });
    const summary = await client.pull("team-a/app", "multi", discard);
    expect([summary.digest, summary.imageDigest]).toEqual([sha256(bytes), image.digest]);
    const platform = { os: "linux", architecture: "arm64", variant: "v8" };
    const error = await failureOf(client.pull("team-a/app", "multi", discard, { platform }));
    expect(error.message).toContain("has no image for linux/arm64/v8; it has: linux/amd64.");
  });
});

describe("a push", () => {
  const bytes = Buffer.alloc(250_000, 3);
  const content = { digest: sha256(bytes), size: bytes.length, open: () => Readable.from([bytes]) };

  test("in one piece stores the bytes, and sends nothing the second time", async () => {
    expect(await client.pushBlob("team-a/new", content)).toEqual({ uploaded: true });
    expect(registry.blobs.get(content.digest)?.equals(bytes)).toBe(true);
    expect(await client.pushBlob("team-a/new", content)).toEqual({ uploaded: false });
  });

  test("in chunks stores the same bytes", async () => {
    await client.pushBlob("team-a/new", content, { chunkBytes: 100_000 });
    expect(registry.blobs.get(content.digest)?.equals(bytes)).toBe(true);
    expect(registry.log.filter((line) => line.startsWith("PATCH"))).toHaveLength(3);
  });

  test("of a source that is not what it says never becomes a blob", async () => {
    const lying = { ...content, open: () => Readable.from([Buffer.alloc(250_000, 4)]) };
    const error = await failureOf(client.pushBlob("team-a/new", lying));
    expect(error.code).toBe("REGISTRY_DIGEST_MISMATCH");
    expect(registry.blobs.size).toBe(0);
  });

  test("does not follow an upload to another server", async () => {
    registry.bend.uploadAt = "http://127.0.0.1:1";
    const error = await failureOf(client.pushBlob("team-a/new", content));
    expect(error.code).toBe("REGISTRY_NOT_REGISTRY");
    expect(error.message).toContain("http://127.0.0.1:1");
  });

  test("of a manifest gives its digest; a blob is mounted where it is known", async () => {
    const image = addImage(registry, "team-a/app", "v1", layers);
    const pushed = await client.pushManifest("team-a/copy", "v1", image);
    expect(pushed.digest).toBe(image.digest);
    expect(await client.mount("team-a/copy", sha256(layers[0] as Buffer), "team-a/app")).toBe(true);
    expect(await client.mount("team-a/copy", sha256("absent"), "team-a/app")).toBe(false);
  });
});

describe("lists", () => {
  test("of tags go on by the last tag, wherever the link leads", async () => {
    for (const tag of ["a", "b", "c", "d", "e"]) addImage(registry, "team-a/app", tag, []);
    expect(await Array.fromAsync(client.tags("team-a/app"))).toEqual(["a", "b", "c", "d", "e"]);
    expect(registry.log.join()).not.toContain("evil");
  });

  test("of referrers fall back to the tag where the registry has no such API", async () => {
    const image = addImage(registry, "team-a/app", "v1", layers);
    expect(await client.referrers("team-a/app", image.digest)).toEqual([]);
    const entry = {
      mediaType: image.mediaType,
      digest: image.digest,
      size: 1,
      artifactType: "application/sbom",
    };
    const mediaType = "application/vnd.oci.image.index.v1+json";
    const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests: [entry] }));
    registry.manifests.set(`team-a/app:${image.digest.replace(":", "-")}`, { mediaType, bytes: index });
    const find = (artifactType: string) => client.referrers("team-a/app", image.digest, { artifactType });
    expect(await find("application/sbom")).toHaveLength(1);
    expect(await find("application/signature")).toHaveLength(0);
  });
});

describe("access", () => {
  test("is what the token grants", async () => {
    registry.bend.grant = ["pull"];
    expect(await client.checkAccess("team-a/app", ["pull", "push"])).toEqual({
      granted: ["pull"],
      as: "account",
    });
    expect(await as("wrong").checkAccess("team-a/app", ["pull"])).toEqual({ granted: [], as: "anonymous" });
    expect(registry.log.filter((line) => line.includes("team-a"))).toEqual([]);
  });

  test("that is missing is told before the registry is asked, and asked for anew each time", async () => {
    registry.bend.grant = ["pull"];
    const content = { digest: sha256("x"), size: 1, open: () => Buffer.from("x") };
    const error = await failureOf(client.pushBlob("team-a/app", content));
    expect([error.code, error.retry]).toEqual(["REGISTRY_NO_PERMISSION", "never"]);
    expect(error.message).toContain("may not pull, push in team-a/app; granted: pull.");
    registry.bend.grant = ["pull", "push"];
    expect(await client.pushBlob("team-a/app", content)).toEqual({ uploaded: true });
  });

  test("by a wrong secret reads as one, although Harbor answers 200", async () => {
    const error = await failureOf(as("wrong").resolve("team-a/app", "v1"));
    expect(error.code).toBe("REGISTRY_ANONYMOUS_TOKEN");
    expect(error.message).not.toContain("wrong");
  });

  test("by a wrong secret is not tried again while Harbor locks the account", async () => {
    const wrong = as("wrong");
    await failureOf(wrong.resolve("team-a/app", "v1"));
    const before = tokenRequests();
    expect((await failureOf(wrong.resolve("team-a/other", "v1"))).code).toBe("REGISTRY_CREDENTIAL_REFUSED");
    expect(tokenRequests()).toBe(before);
  });

  test("by nobody to what is not public asks for a login", async () => {
    const nobody = createRegistryClient(endpoint, undefined);
    expect((await failureOf(nobody.resolve("team-a/app", "v1"))).code).toBe("REGISTRY_LOGIN_REQUIRED");
  });

  test("through another server's token service is refused, unless that server is named", async () => {
    addImage(registry, "team-a/app", "v1", layers);
    const seen: (string | undefined)[] = [];
    await using thief = await serveHttp((request, response) => {
      seen.push(request.headers.authorization);
      response.setHeader("content-type", "application/json").end('{"token":"opaque"}');
    });
    registry.bend.realm = `${thief.url}/service/token`;
    expect((await failureOf(client.resolve("team-a/app", "v1"))).code).toBe("REGISTRY_REALM_REFUSED");
    expect(seen).toEqual([]);
    await using named = openEndpoint(thief.url);
    await as(password, { tokenServices: [named] }).resolve("team-a/app", "v1");
    expect(seen).toHaveLength(1);
  });
});

test.each(["../admin", "a/../b", "A/b", "a//b", "a/%2e%2e", "a?x", ""])(
  "the repository %s is never put into a path",
  async (name) => {
    expect((await failureOf(client.resolve(name, "v1"))).code).toBe("REGISTRY_REFERENCE_INVALID");
    expect((await failureOf(client.checkAccess(name, ["pull"]))).code).toBe("REGISTRY_REFERENCE_INVALID");
    expect(registry.log).toEqual([]);
  },
);

import { createHash } from "node:crypto";
import { pipeline, Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { openEndpoint } from "../http/endpoint.ts";
import { serveHttp } from "../http/testing/servers.ts";
import { createRegistryClient } from "./client.ts";
import { discard } from "./pull.ts";
import { addImage, memoryRegistry, password, username } from "./testing/registry.ts";
import { Sensitive } from "../../model/sensitive.ts";

const piece = Buffer.alloc(64 * 1024, 9);
const pieces = 1024;

test("a blob that nobody reads stays on the server, and is verified when it is read", async () => {
  let sent = 0;
  const bytes = function* () {
    for (let i = 0; i < pieces; i++) {
      sent += piece.length;
      yield piece;
    }
  };
  await using server = await serveHttp((request, response) => {
    if (request.url === "/v2/") response.end();
    else pipeline(Readable.from(bytes()), response, () => undefined);
  });
  await using endpoint = openEndpoint(server.url);
  const hash = createHash("sha256");
  for (let i = 0; i < pieces; i++) hash.update(piece);
  const digest = `sha256:${hash.digest("hex")}`;
  const blob = await createRegistryClient(endpoint, undefined).blob("a/b", digest);
  await wait(300);
  // 64 MiB are there to be had; the sockets' own buffers on loopback take a few.
  expect(sent).toBeLessThan(24 * 1024 * 1024);
  let read = 0;
  for await (const chunk of blob.body as AsyncIterable<Buffer>) read += chunk.length;
  expect(read).toBe(pieces * piece.length);
});

test("a sink that fails ends the pull and frees its connections", async () => {
  await using registry = await memoryRegistry();
  await using endpoint = openEndpoint(registry.url, { connections: 2 });
  const client = createRegistryClient(endpoint, { username, password: new Sensitive(password) });
  const layers = Array.from({ length: 6 }, (_, i) => Buffer.alloc(400_000, i));
  addImage(registry, "team-a/app", "v1", layers);
  const full = { blob: () => Promise.reject(new Error("disk full")) };
  await expect(client.pull("team-a/app", "v1", full)).rejects.toThrowError("disk full");
  expect((await client.pull("team-a/app", "v1", discard)).layers).toBe(6);
});

test("a sink that leaves a blob unread does not escape its verification", async () => {
  await using registry = await memoryRegistry();
  await using endpoint = openEndpoint(registry.url);
  const client = createRegistryClient(endpoint, { username, password: new Sensitive(password) });
  const { manifest } = addImage(registry, "team-a/app", "v1", [Buffer.alloc(400_000, 1)]);
  registry.blobs.set(manifest.layers[0]?.digest ?? "", Buffer.alloc(400_000, 2));
  const careless = { blob: () => Promise.resolve() };
  await expect(client.pull("team-a/app", "v1", careless)).rejects.toMatchObject({
    code: "REGISTRY_DIGEST_MISMATCH",
  });
});

import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { MoorlineError, type ErrorCode } from "../../model/errors.ts";
import { Sensitive } from "../../model/sensitive.ts";
import { replay, type Replay } from "../harbor/testing/replay.ts";
import { createRegistryClient, type RegistryClient } from "./client.ts";

let harbor: Replay;
let client: RegistryClient;

beforeAll(async () => {
  harbor = await replay("2.9.5");
});
afterAll(() => harbor[Symbol.asyncDispose]());
beforeEach(() => {
  const credential = { username: "robot$team-a+ci", password: new Sensitive("secret") };
  client = createRegistryClient(harbor.endpoint, credential);
});

const login = ["v2.challenge", "token.scope"];
const v1 = "sha256:1ea49766598e8a18afab0ce2b74e9fc9c5cda317cde9a4d36148c4398b9a74c7";
const layer = "sha256:5d508015e7b771ec9d43597bfcf1144c65912f994f2bb5a91c87c5a2e2043f69";
const layerBytes = Buffer.from("moorline contract layer\n".repeat(40));
const content = { digest: layer, size: layerBytes.length, open: () => layerBytes };

describe("against the recorded answers of Harbor 2.9.5, the registry client", () => {
  test("takes the token of the challenge's realm for the scope it needs", async () => {
    harbor.next(...login, "manifest.get");
    const manifest = await client.manifest("team-a/app", "v1");
    const [challenge, token, get] = harbor.seen.slice(-3);
    expect(challenge?.headers.authorization).toBeUndefined();
    expect([token?.path, token?.query.get("service"), token?.query.get("scope")]).toEqual([
      "/service/token",
      "harbor-registry",
      "repository:team-a/app:pull",
    ]);
    expect(token?.headers.authorization).toMatch(/^Basic /);
    expect([get?.path, get?.headers.authorization]).toEqual([
      "/v2/team-a/app/manifests/v1",
      "Bearer jwt-sample",
    ]);
    expect(manifest).toMatchObject({
      digest: v1,
      content: { kind: "image", image: { layers: [{ digest: layer }] } },
    });
  });

  test("verifies a blob, and lists tags and referrers", async () => {
    harbor.next(...login, "blob.get", "tags", "referrers");
    const blob = await client.blob("team-a/app", layer, { size: layerBytes.length });
    expect((await buffer(blob.body)).equals(layerBytes)).toBe(true);
    expect(await Array.fromAsync(client.tags("team-a/app"))).toEqual(["v1"]);
    expect(await client.referrers("team-a/app", v1)).toEqual([]);
  });

  test("resolves in a proxy cache, which leaves the digest's header empty", async () => {
    harbor.next(...login, "proxy.pull", "proxy.pull");
    expect((await client.resolve("cache/team-a/app", "v1")).digest).toBe(v1);
  });

  test("pushes a blob to the Location that Harbor gives, with the digest added", async () => {
    harbor.next(...login, "push.layer.head", "token.scope", "push.layer.start", "push.layer.put");
    expect(await client.pushBlob("team-a/app", content)).toEqual({ uploaded: true });
    const put = harbor.seen.at(-1);
    expect([put?.method, put?.path, put?.query.get("digest"), put?.query.get("_state")]).toEqual([
      "PUT",
      "/v2/team-a/app/blobs/uploads/uuid-sample",
      layer,
      "state-sample",
    ]);
    expect(put?.headers["content-length"]).toBe(String(layerBytes.length));
  });
});

describe("a recorded refusal of the registry becomes an error that says what to do", () => {
  const push = () => client.pushBlob("team-a/app", content);
  const started = ["push.layer.head", "token.scope", "push.layer.start"];
  test.each<[string, readonly string[], () => Promise<unknown>, ErrorCode, string]>([
    [
      "manifest.notag",
      [],
      () => client.manifest("team-a/app", "absent"),
      "REGISTRY_NOT_FOUND",
      "team-a/app:absent",
    ],
    [
      "manifest.norepo",
      [],
      () => client.manifest("team-a/absent", "v1"),
      "REGISTRY_NOT_FOUND",
      "team-a/absent",
    ],
    [
      "manifest.noproject",
      [],
      () => client.manifest("absent/app", "v1"),
      "REGISTRY_NO_PERMISSION",
      "absent/app",
    ],
    [
      "manifest.otherproject",
      [],
      () => client.manifest("team-b/x", "v1"),
      "REGISTRY_NO_PERMISSION",
      "team-b/x",
    ],
    ["blob.missing", [], () => client.blob("team-a/app", layer), "REGISTRY_NOT_FOUND", "blob unknown"],
    ["quota.push.put", started, push, "HARBOR_QUOTA_EXCEEDED", "4.0 KiB"],
    ["readonly.push", started.slice(0, 2), push, "HARBOR_READ_ONLY", "read-only"],
    ["proxy.push", started.slice(0, 2), push, "REGISTRY_DENIED", "proxy project"],
  ])("%s", async (id, before, call, code, named) => {
    harbor.next(...login, ...before, id);
    const error = (await call().catch((e: unknown) => e)) as MoorlineError;
    expect(error).toBeInstanceOf(MoorlineError);
    expect(error.code).toBe(code);
    expect(error.message).toContain(named);
  });

  test.each<[string, ErrorCode]>([
    ["token.badservice", "REGISTRY_NOT_REGISTRY"],
    ["token.noscope.wrong", "REGISTRY_CREDENTIAL_REFUSED"],
  ])("%s", async (id, code) => {
    harbor.next("v2.challenge", id);
    expect(await client.manifest("team-a/app", "v1").catch((e: unknown) => e)).toMatchObject({ code });
  });
});

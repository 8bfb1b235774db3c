import { afterAll, beforeAll, expect, test } from "vitest";
import { createHarborClient, type HarborClient } from "../../clients/harbor/client.ts";
import { openEndpoint, type HttpEndpoint } from "../../clients/http/endpoint.ts";
import { createRegistryClient, type RegistryClient } from "../../clients/registry/client.ts";
import { Sensitive } from "../../model/sensitive.ts";
import { addProject } from "../../sandbox/harbor/api/projects.ts";
import { seedImage } from "../../sandbox/harbor/seed.ts";
import { adminPassword, testHarbor, type TestHarbor } from "../../sandbox/harbor/testing/start.ts";
import { isCached } from "./cache.ts";

const signal = new AbortController().signal;
const stack = new AsyncDisposableStack();
const credential = { username: "admin", password: new Sensitive(adminPassword) };
let cache: TestHarbor;
let endpoint: HttpEndpoint;
let harbor: HarborClient;
let registry: RegistryClient;

beforeAll(async () => {
  const upstream = stack.use(await testHarbor());
  cache = stack.use(await testHarbor());
  const files = [{ path: "data", content: "x" }];
  for (const tag of ["1", "2"])
    await seedImage(upstream.harbor, {
      project: "library",
      repository: "app",
      tag,
      files: [...files, { path: tag, content: tag }],
    });
  await seedImage(cache.harbor, { project: "library", repository: "app", tag: "1", files });
  const { id } = cache.harbor.site.store.insert("registries", {
    name: "up",
    type: "docker-registry",
    url: upstream.harbor.url,
    description: "",
    insecure: false,
    caCertificate: "",
    credentialType: "",
    accessKey: "",
    accessSecret: "",
    created: "",
    updated: "",
  });
  addProject(cache.harbor.site, {
    name: "cache",
    ownerId: 1,
    metadata: { public: "false" },
    registryId: id,
    limit: -1,
  });
  endpoint = stack.use(openEndpoint(cache.harbor.url, {}));
  harbor = createHarborClient(endpoint, credential);
  registry = createRegistryClient(endpoint, credential);
});
afterAll(() => stack.disposeAsync());

const ask = (repository: string, reference: string, as = harbor) =>
  isCached(as, registry, { repository, reference }, signal);
/** As containerd pulls, or as a client that never asks by HEAD. */
async function pull(reference: string): Promise<void> {
  const { content } = await registry.manifest("cache/library/app", reference, signal);
  if (content.kind !== "image") throw new TypeError("one image was seeded");
  for (const { digest } of [content.image.config, ...content.image.layers]) {
    const { body } = await registry.blob("cache/library/app", digest, { signal });
    for await (const chunk of body) void chunk;
  }
}

test("a proxy cache is missed before the first pull and hit after it", async () => {
  expect(await ask("cache/library/app", "1")).toBe(false);
  // Asking again shows that the question itself caches nothing.
  expect(await ask("cache/library/app", "1")).toBe(false);
  const { digest } = await registry.resolve("cache/library/app", "1", signal);
  await pull(digest);
  await expect.poll(() => ask("cache/library/app", digest), { timeout: 30_000 }).toBe(true);
  expect(await ask("cache/library/app", "1")).toBe(true);
});

test("a project that caches nothing, and an account that is not told, leave it open", async () => {
  expect(await ask("library/app", "1")).toBeUndefined();
  expect(await ask("cache/library/app", "1", createHarborClient(endpoint, undefined))).toBeUndefined();
  expect(await ask("nosuch/app", "1")).toBeUndefined();
  expect(await ask("bare", "1")).toBeUndefined();
});

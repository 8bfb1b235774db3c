import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { cachedClient } from "./cached-client.ts";
import { startInformer, type Informer, type InformerOptions } from "./informer.ts";
import type { KubernetesObject, ServiceAccount } from "./object.ts";
import { resources } from "./resources.ts";
import { configMap, failure, scripted, sendJson } from "./testing/api-server.ts";
import { sandboxServer, type SandboxServer } from "./testing/sandbox-server.ts";

const { configMaps, namespaces, serviceAccounts } = resources;
const never = new AbortController().signal;
const limit = { timeout: 30_000, interval: 10 };

let server: SandboxServer;
beforeAll(async () => {
  server = await sandboxServer(20);
});
afterAll(() => server[Symbol.asyncDispose]());

/** An informer that ends with the test. */
async function informed<T extends KubernetesObject>(
  resource: Parameters<typeof startInformer>[1],
  options: Partial<InformerOptions<T>> = {},
): Promise<Informer<T> & Disposable> {
  const stop = new AbortController();
  const informer = startInformer<T>(server.client, resource, { signal: stop.signal, retryMs: 5, ...options });
  await informer.synced(AbortSignal.timeout(30_000));
  return Object.assign(informer, { [Symbol.dispose]: () => stop.abort() });
}

const make = (name: string, labels: Record<string, string> = {}, data = {}) =>
  server.client.create(configMaps, { metadata: { name, namespace: "default", labels }, data } as never, {
    signal: never,
  });
const remove = (name: string) =>
  server.client.delete(configMaps, { name, namespace: "default" }, { signal: never });
const at = (name: string) => ({ name, namespace: "default" });

describe("an informer", () => {
  test("knows what was there, and hears what comes, changes and goes", async () => {
    await make("before", { kept: "yes" });
    using informer = await informed(configMaps, { labelSelector: "kept" });
    const heard: string[] = [];
    informer.onChange(({ object, before }) =>
      heard.push(`${before?.metadata.name ?? "-"} → ${object?.metadata.name ?? "-"}`),
    );
    await make("after", { kept: "yes" });
    await make("other");
    await server.client.patch(configMaps, at("after"), "merge", { data: { a: "b" } }, { signal: never });
    await remove("after");
    await vi.waitUntil(() => heard.length === 3, limit);
    expect(heard).toEqual(["- → after", "after → after", "after → -"]);
    expect([...informer.list()].map((o) => o.metadata.name)).toEqual(["before"]);
  });

  test("keeps metadata alone where nothing else is asked for, and never managedFields", async () => {
    await make("large", { size: "l" }, { text: "x".repeat(1000) });
    using bare = await informed(configMaps, { labelSelector: "size", metadataOnly: true });
    await make("larger", { size: "l" }, { text: "x".repeat(1000) });
    await vi.waitUntil(() => bare.size === 2, limit);
    for (const object of bare.list()) {
      expect(Object.keys(object)).toEqual(["metadata"]);
      expect(object.metadata.managedFields).toBeUndefined();
    }
  });

  test("finds by an index what is there now", async () => {
    using informer = await informed(configMaps, {
      labelSelector: "colour",
      indexes: { colour: (o) => [o.metadata.labels?.["colour"] ?? ""] },
    });
    await make("a", { colour: "red" });
    await make("b", { colour: "blue" });
    await vi.waitUntil(() => informer.size === 2, limit);
    await server.client.patch(
      configMaps,
      at("a"),
      "merge",
      { metadata: { labels: { colour: "blue" } } },
      { signal: never },
    );
    await vi.waitUntil(() => informer.byIndex("colour", "blue").length === 2, limit);
    expect(informer.byIndex("colour", "red")).toEqual([]);
  });

  test("misses nothing when streams end in mid-burst and versions are compacted away", async () => {
    using informer = await informed(configMaps, { labelSelector: "burst" });
    server.kubernetes.faults.endWatchAfterEvents = 3;
    for (let i = 0; i < 40; i++) await make(`burst-${i}`, { burst: "yes" });
    for (let i = 0; i < 40; i += 2) await remove(`burst-${i}`);
    server.kubernetes.faults.endWatchAfterEvents = undefined;
    await vi.waitUntil(() => informer.size === 20, limit);
    expect([...informer.list()].every((o) => Number(o.metadata.name?.slice(6)) % 2 === 1)).toBe(true);
  });

  test("lives through a server that is down", async () => {
    server.kubernetes.faults.refuseNext = { code: 503, times: 5 };
    const troubles: string[] = [];
    using informer = await informed(namespaces, { onTrouble: ({ code }) => troubles.push(code) });
    expect(informer.get({ name: "kube-system" })).toBeDefined();
    expect(troubles).toContain("KUBERNETES_UNAVAILABLE");
  });

  test("waits for an API that is not served yet, and for rights", async () => {
    let refusals = 0;
    await using at = await scripted((asked, response) => {
      if (refusals++ < 2) return sendJson(response, 403, failure(403, "Forbidden", "no", { name: "x" }));
      if (asked.query.get("watch") !== "true")
        sendJson(response, 200, { metadata: { resourceVersion: "5" }, items: [configMap("a", "4")] });
    });
    const stop = new AbortController();
    const informer = startInformer(at.client, configMaps, { signal: stop.signal, retryMs: 5 });
    await informer.synced(AbortSignal.timeout(30_000));
    expect(informer.size).toBe(1);
    stop.abort();
  });
});

describe("a client with a cache", () => {
  test("reads what is known from memory, and what it wrote at once, without hearing of it again", async () => {
    using accounts = await informed<ServiceAccount>(serviceAccounts);
    const heard: unknown[] = [];
    accounts.onChange((change) => heard.push(change));
    let asked = 0;
    const counting = {
      ...server.client,
      get: (...g: Parameters<typeof server.client.get>) => (asked++, server.client.get(...g)),
    };
    const client = cachedClient(counting as typeof server.client, {
      reading: [accounts],
      listening: [],
    });
    await client.create(serviceAccounts, { metadata: at("robot") }, { signal: never });
    const body = { imagePullSecrets: [{ name: "harbor" }], metadata: { labels: { linked: "yes" } } };
    await client.patch(serviceAccounts, at("robot"), "merge", body, { signal: never });
    const found = await client.get<ServiceAccount>(serviceAccounts, at("robot"), never);
    expect(found?.imagePullSecrets).toEqual([{ name: "harbor" }]);
    expect(
      (await client.list(serviceAccounts, { labelSelector: "linked=yes", signal: never })).items,
    ).toHaveLength(1);
    expect(
      (await client.list(serviceAccounts, { fieldSelector: "metadata.name=robot", signal: never })).items,
    ).toHaveLength(1);
    expect(asked).toBe(0);
    await server.client.delete(serviceAccounts, at("robot"), { signal: never });
    await vi.waitUntil(() => accounts.get(at("robot")) === undefined, limit);
    expect(heard).toHaveLength(1);
  });

  test("finds what a list selects by its indexes as it does without them", async () => {
    const names = ["one", "two", "three"];
    for (const [i, name] of names.entries())
      await make(`indexed-${name}`, { team: name, ...(i > 0 && { later: "yes" }) });
    const byLabels = (key: string): boolean => key === "team" || key === "later";
    using plain = await informed<KubernetesObject>(configMaps);
    using indexed = await informed<KubernetesObject>(configMaps, { byNamespace: true, byLabels });
    await server.client.patch(
      configMaps,
      at("indexed-two"),
      "merge",
      { metadata: { labels: { team: "one" } } },
      { signal: never },
    );
    await remove("indexed-three");
    const isSettled = (one: Informer<KubernetesObject>): boolean =>
      one.get(at("indexed-three")) === undefined &&
      one.get(at("indexed-two"))?.metadata.labels?.["team"] === "one";
    await vi.waitUntil(() => isSettled(plain) && isSettled(indexed), limit);
    const found = async (
      informer: Informer<KubernetesObject>,
      selection: object,
    ): Promise<ReadonlySet<unknown>> => {
      const client = cachedClient(server.client, { reading: [informer], listening: [] });
      const { items } = await client.list(configMaps, { ...selection, signal: never });
      return new Set(items.map(({ metadata }) => metadata.name));
    };
    for (const selection of [
      { labelSelector: "team=one" },
      { labelSelector: "team=three" },
      { labelSelector: "later" },
      { labelSelector: "later=yes,team==one" },
      { namespace: "default" },
      { namespace: "kube-system", labelSelector: "team=one" },
      {},
    ])
      expect(await found(indexed, selection)).toEqual(await found(plain, selection));
    expect(await found(indexed, { labelSelector: "team=one" })).toEqual(
      new Set(["indexed-one", "indexed-two"]),
    );
  });

  test("takes a write of its own for no news, even where the watch is faster than the answer", async () => {
    using maps = await informed<KubernetesObject>(configMaps, { labelSelector: "hasty" });
    const heard: unknown[] = [];
    maps.onChange(({ object }) => heard.push([object?.metadata.name, object?.metadata.labels?.["hasty"]]));
    const slow = {
      ...server.client,
      create: async (...given: Parameters<typeof server.client.create>) => {
        const made = await server.client.create(...given);
        // The watch keeps order: with the second it has told of the first.
        await make("second", { hasty: "other" });
        await vi.waitUntil(() => maps.get(at("second")) !== undefined, limit);
        return made;
      },
    } as typeof server.client;
    const client = cachedClient(slow, { reading: [], listening: [maps] });
    await client.create(
      configMaps,
      { metadata: { ...at("first"), labels: { hasty: "own" } } },
      { signal: never },
    );
    expect(heard).toEqual([["second", "other"]]);
    expect(maps.get(at("first"))).toBeDefined();
    await server.client.patch(
      configMaps,
      at("first"),
      "merge",
      { metadata: { labels: { hasty: "changed" } } },
      { signal: never },
    );
    await vi.waitUntil(() => heard.length === 2, limit);
    expect(heard[1]).toEqual(["first", "changed"]);
  });

  test("asks the server where a selector is one that only the server knows, and for what nobody informs of", async () => {
    using accounts = await informed<ServiceAccount>(serviceAccounts);
    const client = cachedClient(server.client, {
      reading: [accounts],
      listening: [],
    });
    await make("asked", { stage: "test" });
    expect((await client.get(configMaps, at("asked"), never))?.metadata.name).toBe("asked");
    const some = await client.list(serviceAccounts, { labelSelector: "linked notin (yes)", signal: never });
    expect(some.items.length).toBeGreaterThan(0);
  });

  test("tells the metadata of what an informer of some objects has, and asks the server for any other", async () => {
    using ours = await informed<KubernetesObject>(configMaps, { labelSelector: "kept=yes,kind" });
    await make("marked", { kept: "yes", kind: "a" });
    await make("stranger", { kept: "no", kind: "a" });
    await vi.waitUntil(() => ours.get(at("marked")) !== undefined, limit);
    const asked: unknown[] = [];
    const counting = {
      ...server.client,
      listMetadata: (...given: Parameters<typeof server.client.listMetadata>) => {
        asked.push(given[1].labelSelector);
        return server.client.listMetadata(...given);
      },
    };
    const client = cachedClient(counting, { reading: [], listening: [ours] });
    const names = async (labelSelector: string): Promise<readonly unknown[]> =>
      (await client.listMetadata(configMaps, { labelSelector, signal: never })).items.map(
        (o) => o.metadata.name,
      );
    expect(await names("kept=yes,kind=a")).toEqual(["marked"]);
    expect(asked).toEqual([]);
    expect(await names("kind=a")).toEqual(expect.arrayContaining(["marked", "stranger"]));
    expect(await names("kept=no,kind=a")).toEqual(["stranger"]);
    expect(asked).toEqual(["kind=a", "kept=no,kind=a"]);
  });

  test("reads anew what it could not write because it had changed", async () => {
    using accounts = await informed<ServiceAccount>(serviceAccounts);
    const client = cachedClient(server.client, {
      reading: [accounts],
      listening: [],
    });
    const made: KubernetesObject = await client.create(
      serviceAccounts,
      { metadata: at("contested") },
      { signal: never },
    );
    await server.client.patch(
      serviceAccounts,
      at("contested"),
      "merge",
      { metadata: { labels: { a: "b" } } },
      { signal: never },
    );
    const stale = { metadata: { resourceVersion: made.metadata.resourceVersion, labels: { c: "d" } } };
    await expect(
      client.patch(serviceAccounts, at("contested"), "merge", stale, { signal: never }),
    ).rejects.toThrow("contested");
    const fresh = await client.get(serviceAccounts, at("contested"), never);
    expect(fresh?.metadata.labels).toEqual({ a: "b" });
  });
});

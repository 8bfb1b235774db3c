import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { startAbsence } from "./absence.ts";
import { cachedClient } from "./cached-client.ts";
import { startInformer } from "./informer.ts";
import { RecentAnswers } from "./recent-answers.ts";
import { resources } from "./resources.ts";
import { sandboxServer, type SandboxServer } from "./testing/sandbox-server.ts";

const { configMaps } = resources;
const never = new AbortController().signal;
const limit = { timeout: 30_000, interval: 10 };
const ours = { ours: "yes" };

let server: SandboxServer;
beforeAll(async () => {
  server = await sandboxServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const make = (name: string, labels: Record<string, string> = {}) =>
  server.client.create(configMaps, { metadata: { name, namespace: "default", labels } }, { signal: never });
const at = (name: string) => ({ name, namespace: "default" });

/** A client that knows the metadata of objects with our label, and where those called `name` are not; and what it asks the server. */
async function caching(name: string) {
  const stop = new AbortController();
  const { signal } = stop;
  const informer = startInformer(server.client, configMaps, {
    signal,
    labelSelector: "ours",
    metadataOnly: true,
  });
  await informer.synced(AbortSignal.timeout(30_000));
  const absence = startAbsence(server.client, informer, { name, signal });
  await absence.ready;
  const asked: string[] = [];
  const counting: typeof server.client = {
    ...server.client,
    get: async (resource, place, until) => {
      asked.push(place.name);
      return server.client.get(resource, place, until);
    },
  };
  const client = cachedClient(counting, { reading: [], listening: [informer], absence });
  const read = (which = name) => client.get(configMaps, at(which), never);
  return { client, informer, asked, read, [Symbol.dispose]: () => stop.abort() };
}

describe("a cached client that listens to some objects", () => {
  test("does not ask for what is not there, and asks for all of which it can not be sure", async () => {
    await make("foreign");
    using there = await caching("foreign");
    expect((await there.read())?.metadata.name).toBe("foreign");
    expect(await there.read("other")).toBeUndefined();
    expect(there.asked).toEqual(["foreign", "other"]);
    using none = await caching("none");
    expect(await none.read()).toBeUndefined();
    expect(none.asked).toEqual([]);
  });

  test("asks again once the server said that something is there", async () => {
    using cached = await caching("late");
    await make("late");
    expect(await cached.read()).toBeUndefined();
    await expect(
      cached.client.create(configMaps, { metadata: at("late") }, { signal: never }),
    ).rejects.toMatchObject({ code: "KUBERNETES_ALREADY_EXISTS" });
    expect((await cached.read())?.metadata.name).toBe("late");
    await server.client.delete(configMaps, at("late"), { signal: never });
    expect(await cached.read()).toBeUndefined();
    expect(cached.asked).toEqual(["late", "late"]);
    // The server said so, and nothing came since.
    expect(await cached.read()).toBeUndefined();
    expect(cached.asked).toHaveLength(2);
  });

  test("asks for what lost its label, which is as good as gone to the watch", async () => {
    using cached = await caching("stripped");
    await cached.client.create(
      configMaps,
      { metadata: { ...at("stripped"), labels: ours } },
      { signal: never },
    );
    await server.client.patch(
      configMaps,
      at("stripped"),
      "merge",
      { metadata: { labels: null } },
      { signal: never },
    );
    await vi.waitUntil(() => cached.informer.get(at("stripped")) === undefined, limit);
    expect((await cached.read())?.metadata.name).toBe("stripped");
  });

  test("reads once what its own write was answered with, unless the watch tells of something newer", async () => {
    using cached = await caching("unused");
    const write = (name: string) =>
      cached.client.create(
        configMaps,
        { metadata: { ...at(name), labels: ours }, data: { a: "b" } } as never,
        { signal: never },
      );
    await write("own");
    expect(await cached.read("own")).toMatchObject({ data: { a: "b" } });
    expect(cached.asked).toEqual([]);
    expect(await cached.read("own")).toMatchObject({ data: { a: "b" } });
    expect(cached.asked).toEqual(["own"]);
    await write("contested");
    const change = { data: { a: "c" } };
    const changed = await server.client.patch(configMaps, at("contested"), "merge", change, {
      signal: never,
    });
    const isTold = (): boolean =>
      cached.informer.get(at("contested"))?.metadata.resourceVersion === changed.metadata.resourceVersion;
    await vi.waitUntil(isTold, limit);
    expect(await cached.read("contested")).toMatchObject({ data: { a: "c" } });
    expect(cached.asked).toEqual(["own", "contested"]);
  });
});

describe("answers to writes", () => {
  const object = { metadata: { ...at("a"), resourceVersion: "7" } };

  test("are given away once, and not when they grew old", () => {
    let now = 0;
    const answers = new RecentAnswers(() => now);
    answers.keep(configMaps, at("a"), object);
    expect(answers.take(configMaps, at("a"), "7")).toBe(object);
    expect(answers.take(configMaps, at("a"), "7")).toBeUndefined();
    answers.keep(configMaps, at("a"), object);
    now = 30_000;
    expect(answers.take(configMaps, at("a"), "7")).toBeUndefined();
  });
});

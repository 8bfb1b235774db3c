import type { ServerResponse } from "node:http";
import { expect, test, vi } from "vitest";
import { cachedClient } from "./cached-client.ts";
import { startInformer, type Informer } from "./informer.ts";
import type { KubernetesObject } from "./object.ts";
import { resources } from "./resources.ts";
import { failure, scripted, sendJson } from "./testing/api-server.ts";

const { configMaps } = resources;
const limit = { timeout: 60_000, interval: 10 };
const at = { name: "held", namespace: "demo" };
const held = {
  metadata: {
    ...at,
    uid: "1",
    resourceVersion: "23",
    deletionTimestamp: "2026-01-01T00:00:00Z",
    finalizers: ["moorline.io/removal"],
  },
};

test.each(["reading", "listening"] as const)(
  "the answer to the write that takes the last finalizer does not bring the object back, in what is for %s",
  async (role) => {
    let informer: Informer<KubernetesObject> | undefined;
    let watched: ServerResponse | undefined;
    let isGone = false;
    const answerLate = async (response: ServerResponse): Promise<void> => {
      // The object ends with the write. Its news is lost with a watch that breaks: a list tells of it before the answer does.
      isGone = true;
      watched?.end(`${JSON.stringify({ type: "ERROR", object: failure(410, "Expired", "too old") })}\n`);
      await vi.waitUntil(() => informer?.size === 0, limit);
      const { finalizers: _, ...metadata } = held.metadata;
      sendJson(response, 200, { apiVersion: "v1", kind: "ConfigMap", metadata });
    };
    await using server = await scripted(({ method, query }, response) => {
      if (method === "PATCH") void answerLate(response);
      else if (query.get("watch") !== null) {
        watched = response;
        response.writeHead(200, { "content-type": "application/json" }).flushHeaders();
      } else {
        const metadata = { resourceVersion: isGone ? "24" : "23" };
        sendJson(response, 200, { metadata, items: isGone ? [] : [held] });
      }
    });
    using ending = new DisposableStack();
    const stop = new AbortController();
    ending.defer(() => stop.abort());
    informer = startInformer(server.client, configMaps, { signal: stop.signal, retryMs: 5 });
    await vi.waitUntil(() => informer?.size === 1 && watched !== undefined, limit);
    const client = cachedClient(server.client, { reading: [], listening: [], [role]: [informer] });
    const { signal } = stop;
    const answer = await client.patch(configMaps, at, "merge", { metadata: { finalizers: [] } }, { signal });
    expect(answer.metadata.deletionTimestamp).toBe(held.metadata.deletionTimestamp);
    expect([...informer.list()]).toEqual([]);
  },
  120_000,
);

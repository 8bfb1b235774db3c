import type { ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import type { MoorlineError } from "../../model/errors.ts";
import { resources } from "./resources.ts";
import { configMap, failure, scripted, sendJson, type Asked } from "./testing/api-server.ts";
import type { WatchEvent } from "./watch.ts";
import type { KubernetesObject } from "./object.ts";

const { configMaps } = resources;
const list = (response: ServerResponse, version: string, ...items: object[]) =>
  sendJson(response, 200, { kind: "ConfigMapList", metadata: { resourceVersion: version }, items });
const event = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`;
const isWatch = (asked: Asked) => asked.query.get("watch") === "true";

/** Reads events until there are as many as asked for, then stops the watch. */
async function take(
  events: AsyncIterable<WatchEvent<KubernetesObject>>,
  count: number,
): Promise<WatchEvent<KubernetesObject>[]> {
  const taken: WatchEvent<KubernetesObject>[] = [];
  for await (const each of events) {
    taken.push(each);
    if (taken.length === count) break;
  }
  return taken;
}

const told = (event: WatchEvent<KubernetesObject>): string =>
  event.type === "listed"
    ? `listed ${event.items.map((each) => each.metadata.name).join(" ")}`
    : `${event.type} ${event.object.metadata.name}`;

const signal = () => AbortSignal.timeout(10_000);

describe("a watch", () => {
  test("goes on from the last version seen when the server ends the stream in mid-burst", async () => {
    await using at = await scripted((asked, response) => {
      if (!isWatch(asked)) return list(response, "10", configMap("a", "9"));
      const from = Number(asked.query.get("resourceVersion"));
      // Two and a half events, then the end: half an event counts for nothing.
      const whole = [1, 2].map((n) => event("ADDED", configMap(`n${from + n}`, `${from + n}`)));
      response.end(`${whole.join("")}{"type":"ADDED","object":{"meta`);
    });
    const events = await take(at.client.watch(configMaps, { signal: signal() }), 8);
    expect(events.map(told)).toEqual(["listed a", ...[11, 12, 13, 14, 15, 16, 17].map((n) => `added n${n}`)]);
    expect(at.asked.filter((asked) => !isWatch(asked))).toHaveLength(1);
    expect(at.asked.filter(isWatch).map((asked) => asked.query.get("resourceVersion"))).toEqual([
      "10",
      "12",
      "14",
      "16",
    ]);
  });

  test.each([
    [
      "as an event",
      (response: ServerResponse) => response.end(event("ERROR", failure(410, "Expired", "too old"))),
    ],
    [
      "as an answer",
      (response: ServerResponse) => sendJson(response, 410, failure(410, "Expired", "too old")),
    ],
  ])("lists anew when its version is gone, told %s", async (_how, tell) => {
    const troubles: MoorlineError[] = [];
    await using at = await scripted((asked, response, turn) => {
      if (!isWatch(asked)) return list(response, `${turn}0`, configMap(`list${turn}`, "1"));
      if (asked.query.get("resourceVersion") === "5") return tell(response);
      response.write(event("DELETED", configMap("a", "21")));
    });
    const watch = at.client.watch(configMaps, {
      resourceVersion: "5",
      signal: signal(),
      retryMs: 1,
      onTrouble: (error) => troubles.push(error),
    });
    expect((await take(watch, 2)).map(told)).toEqual(["listed list1", "deleted a"]);
    expect(troubles.map((each) => each.code)).toEqual(["KUBERNETES_GONE"]);
  });

  test("moves on with bookmarks, without telling of them", async () => {
    await using at = await scripted((asked, response) => {
      if (asked.query.get("resourceVersion") === "1") response.end(event("BOOKMARK", configMap("", "50")));
      else response.write(event("MODIFIED", configMap("a", "51")));
    });
    const watch = at.client.watch(configMaps, { resourceVersion: "1", signal: signal() });
    expect((await take(watch, 1)).map(told)).toEqual(["modified a"]);
    expect(at.asked.map((asked) => asked.query.get("resourceVersion"))).toEqual(["1", "50"]);
  });

  test("is opened again after a silence, a reset and an overload", async () => {
    const troubles: string[] = [];
    await using at = await scripted((_asked, response, turn) => {
      if (turn === 0) response.writeHead(200).flushHeaders();
      else if (turn === 1) response.destroy();
      else if (turn === 2) sendJson(response, 429, failure(429, "TooManyRequests", "slow down"));
      else response.write(event("ADDED", configMap("a", "2")));
    });
    const watch = at.client.watch(configMaps, {
      resourceVersion: "1",
      signal: signal(),
      silenceMs: 200,
      retryMs: 1,
      onTrouble: (error) => troubles.push(error.code),
    });
    expect((await take(watch, 1)).map(told)).toEqual(["added a"]);
    expect(troubles).toEqual(["NETWORK_TIMEOUT", "NETWORK_RESET", "KUBERNETES_TOO_MANY_REQUESTS"]);
  });

  test("gives up where waiting mends nothing, and says what is missing", async () => {
    await using at = await scripted((_asked, response) =>
      sendJson(response, 403, failure(403, "Forbidden", 'User "dev" cannot watch resource "configmaps"')),
    );
    const watch = at.client.watch(configMaps, { resourceVersion: "1", signal: signal() });
    await expect(take(watch, 1)).rejects.toMatchObject({
      code: "KUBERNETES_FORBIDDEN",
      parameters: { user: "dev", rule: '{"apiGroups":[""],"resources":["configmaps"],"verbs":["watch"]}' },
    });
  });

  test("ends quietly when it is cancelled", async () => {
    const cancel = new AbortController();
    await using at = await scripted((_asked, response) => {
      response.write(event("ADDED", configMap("a", "2")));
    });
    const seen: string[] = [];
    for await (const each of at.client.watch(configMaps, { resourceVersion: "1", signal: cancel.signal })) {
      seen.push(told(each));
      cancel.abort();
    }
    expect(seen).toEqual(["added a"]);
  });
});

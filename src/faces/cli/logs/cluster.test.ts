import { describe, expect, test } from "vitest";
import { failure, scripted, sendJson, type Asked } from "../../../clients/kubernetes/testing/api-server.ts";
import type { KubernetesClient } from "../../../clients/kubernetes/client.ts";
import { analyseLogs, type LogSource } from "../../../diagnosis/logs/analysis.ts";
import { isError } from "../../../model/errors.ts";
import { eventSource, podSources } from "./cluster.ts";
import type { RemoteOptions } from "./remote.ts";

const expired = "2026-11-22T19:08:42.5Z the robot account is expired: robot$ci\n";
const running = { running: {} };
const pods = [
  {
    metadata: { name: "harbor-core-5d", namespace: "harbor" },
    spec: { containers: [{ name: "core" }], initContainers: [{ name: "init" }] },
    status: {
      containerStatuses: [{ name: "core", restartCount: 2, state: running }],
      initContainerStatuses: [{ name: "init", restartCount: 0, state: { terminated: {} } }],
    },
  },
  {
    metadata: { name: "harbor-nginx-7c", namespace: "harbor" },
    spec: { containers: [{ name: "nginx" }] },
    status: { containerStatuses: [{ name: "nginx", restartCount: 0, state: { waiting: {} } }] },
  },
];

const options = (more: Partial<RemoteOptions> = {}): RemoteOptions => ({
  since: undefined,
  follow: false,
  signal: new AbortController().signal,
  ...more,
});

async function causesOf(
  sources: readonly LogSource[],
  signal = new AbortController().signal,
  onFinding?: () => void,
): Promise<unknown> {
  const { groups } = await analyseLogs(sources, {
    now: Date.parse("2026-11-23T00:00:00Z"),
    signal,
    atOnce: 8,
    ...(onFinding !== undefined && { onFinding }),
  });
  return groups.map(({ group }) => [group.cause.code, group.count, [...group.components.keys()]]);
}

const logsAsked = (asked: readonly Asked[]): readonly string[] =>
  asked.filter(({ path }) => path.endsWith("/log")).map(({ path, query }) => `${path}?${query.toString()}`);

describe("logs of pods", () => {
  test("are those of each container that has begun, and of the one before it", async () => {
    await using api = await scripted((one, response) => {
      if (one.path.endsWith("/log")) response.end(expired);
      else sendJson(response, 200, { kind: "PodList", metadata: {}, items: pods });
    });
    const sources = await podSources(
      api.client,
      "harbor/app=harbor",
      options({ since: Date.parse("2026-11-22T18:00:00Z") }),
    );
    expect(await causesOf(sources)).toEqual([["ROBOT_EXPIRED", 3, ["core"]]]);
    expect(api.asked[0]?.query.get("labelSelector")).toBe("app=harbor");
    const since = "timestamps=true&sinceTime=2026-11-22T18%3A00%3A00.000Z";
    const path = "/api/v1/namespaces/harbor/pods/harbor-core-5d/log?container=";
    expect([...logsAsked(api.asked)].sort()).toEqual([
      `${path}core&${since}`,
      `${path}core&${since}&previous=true`,
      `${path}init&${since}`,
    ]);
  });

  test("that are gone in the meantime are none, and other refusals are told", async () => {
    let answer = failure(404, "NotFound", 'pods "harbor-core-5d" not found', {
      name: "harbor-core-5d",
      kind: "pods",
    });
    await using api = await scripted((one, response) => {
      if (one.path.endsWith("/log")) sendJson(response, answer.code, answer);
      else sendJson(response, 200, { kind: "PodList", metadata: {}, items: pods });
    });
    const sources = await podSources(api.client, "harbor", options());
    expect(await causesOf(sources)).toEqual([]);
    answer = failure(403, "Forbidden", "pods is forbidden");
    await expect(causesOf(sources)).rejects.toSatisfy((e) => isError(e, "KUBERNETES_FORBIDDEN"));
  });

  test("are followed until it is asked to stop", async () => {
    const stop = new AbortController();
    await using api = await scripted((one, response) => {
      if (one.query.has("previous") || one.query.get("container") === "init") response.end();
      else if (one.path.endsWith("/log")) response.write(expired);
      else sendJson(response, 200, { kind: "PodList", metadata: {}, items: pods });
    });
    const sources = await podSources(api.client, "harbor", options({ follow: true, signal: stop.signal }));
    const told = await causesOf(sources, stop.signal, () => stop.abort());
    expect(told).toEqual([["ROBOT_EXPIRED", 1, ["core"]]]);
    expect(logsAsked(api.asked).filter((one) => one.includes("follow=true"))).toHaveLength(2);
  });

  test.each([
    ["Harbor", "LOGS_PODS"],
    ["../secrets", "LOGS_PODS"],
    ["harbor", "LOGS_NOT_FOUND"],
  ])("%s without a container is %s", async (place, code) => {
    await using api = await scripted((_, response) =>
      sendJson(response, 200, { kind: "PodList", metadata: {}, items: [] }),
    );
    await expect(podSources(api.client, place, options())).rejects.toSatisfy((e) =>
      isError(e, code as never),
    );
  });
});

const event = (name: string, time: string, message: string): object => ({
  metadata: { name, namespace: "demo", creationTimestamp: time, resourceVersion: "5" },
  type: "Warning",
  reason: "Failed",
  message,
  involvedObject: { kind: "Pod", namespace: "demo", name: "web" },
  lastTimestamp: time,
});
const untrusted = event(
  "a",
  "2026-11-22T19:00:00Z",
  'Failed to pull image "h.example/a/b:1": x509: certificate signed by unknown authority',
);

describe("events", () => {
  test("of a namespace are read, each with the pod that it is about", async () => {
    await using api = await scripted((_, response) =>
      sendJson(response, 200, { kind: "EventList", metadata: { resourceVersion: "5" }, items: [untrusted] }),
    );
    expect(await causesOf([eventSource(api.client, "demo", { follow: false })])).toEqual([
      ["AUTHORITY_UNKNOWN", 1, ["event"]],
    ]);
    expect(api.asked[0]?.path).toBe("/api/v1/namespaces/demo/events");
  });

  test("of all namespaces are followed until it is asked to stop", async () => {
    const stop = new AbortController();
    await using api = await scripted((one, response) => {
      if (one.query.has("watch"))
        response.write(`${JSON.stringify({ type: "ADDED", object: { kind: "Event", ...untrusted } })}\n`);
      else sendJson(response, 200, { kind: "EventList", metadata: { resourceVersion: "5" }, items: [] });
    });
    const source = eventSource(api.client satisfies KubernetesClient, "all", { follow: true });
    const told = await causesOf([source], stop.signal, () => stop.abort());
    expect(told).toEqual([["AUTHORITY_UNKNOWN", 1, ["event"]]]);
    expect(api.asked[0]?.path).toBe("/api/v1/events");
  });
});

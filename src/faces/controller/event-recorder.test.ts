import { afterAll, beforeAll, expect, test } from "vitest";
import type { KubernetesObject } from "../../clients/kubernetes/object.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import { sandboxServer, type SandboxServer } from "../../clients/kubernetes/testing/sandbox-server.ts";
import { SteeredClock } from "../../clients/kubernetes/testing/steered-clock.ts";
import { EventRecorder } from "./event-recorder.ts";
import { followFailedPulls } from "./failed-pulls.ts";

const never = new AbortController().signal;
let server: SandboxServer;
beforeAll(async () => {
  server = await sandboxServer();
});
afterAll(() => server[Symbol.asyncDispose]());

interface Told extends KubernetesObject {
  readonly reason?: string;
  readonly count?: number;
  readonly message?: string;
}

test("the same news within ten minutes is one event whose count goes up, written now and then", async () => {
  const clock = new SteeredClock();
  const recorder = new EventRecorder(server.client, clock, "test", (error) => {
    throw error;
  });
  const about = {
    apiVersion: "moorline.io/v1alpha1",
    kind: "HarborRegistry",
    metadata: { name: "main", uid: "u1" },
  };
  const tell = (reason: string, text: string) => recorder.record(about, "Warning", reason, text, never);
  for (let i = 0; i < 100; i++) {
    await tell("DOWN", `try ${i}`);
    clock.advance(5_000);
  }
  await tell("OTHER", "something else");
  clock.advance(600_000);
  await tell("DOWN", "again");
  const { items } = await server.client.list<Told>(resources.events, { namespace: "default", signal: never });
  const told = items.map((e) => `${e.reason} ${e.count}`).toSorted();
  expect(told).toEqual(["DOWN 1", "DOWN 97", "OTHER 1"]);
});

test("failed pulls are counted by their cause, once for each time that the kubelet tells of one", async () => {
  const stop = new AbortController();
  const counted: string[] = [];
  const enough = Promise.withResolvers<void>();
  const following = followFailedPulls(
    server.client,
    (code) => {
      counted.push(code);
      if (counted.length === 2) enough.resolve();
    },
    (error) => enough.reject(error),
    stop.signal,
  );
  const messages = [
    'Failed to pull image "harbor.example.com/a/b:1": rpc error: code = Unknown desc = failed to pull and unpack image "harbor.example.com/a/b:1": failed to resolve reference "harbor.example.com/a/b:1": failed to do request: Head "https://harbor.example.com/v2/a/b/manifests/1": x509: certificate signed by unknown authority',
    "Error: ErrImagePull",
    'Failed to pull image "harbor.example.com/a/b:2": rpc error: code = Unknown desc = failed to pull and unpack image "harbor.example.com/a/b:2": failed to resolve reference "harbor.example.com/a/b:2": failed to do request: Head "https://harbor.example.com/v2/a/b/manifests/2": dial tcp 10.0.0.1:443: connect: connection refused',
  ];
  // The watch may begin before or after: what was there at its beginning is not counted.
  const { setTimeout: sleep } = await import("node:timers/promises");
  for (let round = 0; counted.length < 2 && round < 300; round++) {
    for (const [i, message] of messages.entries()) {
      const event = {
        metadata: { name: `pull-${round}-${i}`, namespace: "default" },
        involvedObject: { kind: "Pod", name: "web", namespace: "default" },
        reason: "Failed",
        type: "Warning",
        message,
      };
      await server.client.create(resources.events, event as never, { signal: never });
    }
    await Promise.race([enough.promise, sleep(100)]);
  }
  stop.abort();
  await following;
  expect(new Set(counted)).toEqual(new Set(["AUTHORITY_UNKNOWN", "CONNECTION_REFUSED"]));
});

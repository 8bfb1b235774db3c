import { setImmediate as yieldOnce } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { resources } from "../../clients/kubernetes/resources.ts";
import type { Clock } from "../../engine/world.ts";
import { startCluster, type TestCluster } from "../harbor-certificate/testing/cluster.ts";
import { inTurn, turnLease, type TurnOptions } from "./turn.ts";

const { signal } = new AbortController();
let cluster: TestCluster;
let namespace: string;
let now: number;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());
beforeEach(async () => {
  namespace = await cluster.namespace();
  now = Date.parse("2026-06-01T00:00:00Z");
});

/** Time that passes as fast as it is waited for. */
const clock: Clock = {
  now: () => new Date(now),
  sleep: async (ms, until) => {
    await yieldOnce();
    until.throwIfAborted();
    now += ms;
  },
};

async function node(name: string, ready: boolean): Promise<void> {
  const { client } = cluster;
  if ((await client.get(resources.nodes, { name }, signal)) === undefined)
    await client.create(resources.nodes, { metadata: { name } }, { signal });
  const body = { status: { conditions: [{ type: "Ready", status: ready ? "True" : "False" }] } };
  await client.patch(resources.nodes, { name }, "merge", body, { signal, subresource: "status" });
}

const options = (name: string, more: Partial<TurnOptions> = {}): TurnOptions => ({
  client: cluster.client,
  clock,
  namespace,
  node: name,
  settleMs: 2000,
  ...more,
});

const leaseOf = (holder: string, renewTime: string): Promise<unknown> =>
  cluster.client.create(
    resources.leases,
    {
      metadata: { name: turnLease, namespace },
      spec: { holderIdentity: holder, leaseDurationSeconds: 60, acquireTime: renewTime, renewTime },
    } as never,
    { signal },
  );

describe("nodes that all start at once", () => {
  test(
    "are restarted one after the other, each only when those before are Ready again",
    { timeout: 60_000 },
    async () => {
      const names = ["a", "b", "c", "d", "e"].map((n) => `node-${n}`);
      for (const name of names) await node(name, true);
      const unready = new Set<string>();
      const seen: string[] = [];
      const restart = async (name: string): Promise<void> => {
        seen.push(name);
        expect([...unready]).toEqual([]);
        unready.add(name);
        await node(name, false);
        await clock.sleep(1000, signal);
        await node(name, true);
        unready.delete(name);
      };
      await Promise.all(
        names.map((name) =>
          inTurn(options(name, { turnMs: 36_000_000, readyMs: 3_600_000 }), () => restart(name), signal),
        ),
      );
      expect(seen.toSorted()).toEqual(names);
    },
  );

  test(
    "wait for one that does not come back, which goes on itself when it can",
    { timeout: 60_000 },
    async () => {
      await node("node-x", true);
      await node("node-y", true);
      const breaks = inTurn(options("node-x", { readyMs: 5000 }), () => node("node-x", false), signal);
      await expect(breaks).rejects.toMatchObject({ code: "NODE_NOT_READY", subject: "node-x" });
      const waits = inTurn(options("node-y", { turnMs: 5000 }), () => Promise.resolve("done"), signal);
      await expect(waits).rejects.toMatchObject({
        code: "NODE_TURN_NOT_GRANTED",
        parameters: { holder: "node-x" },
      });
      await expect(inTurn(options("node-x"), () => node("node-x", true), signal)).resolves.toBeUndefined();
      await expect(inTurn(options("node-y"), () => Promise.resolve("done"), signal)).resolves.toBe("done");
    },
  );

  test("wait for the last one, should it fall after its turn", async () => {
    await node("node-x", true);
    await node("node-y", true);
    await inTurn(options("node-x"), () => Promise.resolve(), signal);
    await node("node-x", false);
    const waits = inTurn(options("node-y", { turnMs: 5000 }), () => Promise.resolve(), signal);
    await expect(waits).rejects.toMatchObject({
      code: "NODE_TURN_NOT_GRANTED",
      parameters: { holder: "node-x" },
    });
  });
});

test("work that fails hands the turn on when its node is Ready, and tells its own failure", async () => {
  await node("node-x", true);
  await node("node-y", true);
  const failing = inTurn(options("node-x"), () => Promise.reject(new Error("refused")), signal);
  await expect(failing).rejects.toThrow("refused");
  await expect(inTurn(options("node-y"), () => Promise.resolve("done"), signal)).resolves.toBe("done");
});

describe("a turn whose agent died", () => {
  const long = "2026-05-01T00:00:00.000000Z";
  test.each<[string, string, "ready" | "not-ready" | "gone", boolean]>([
    ["is taken over when its time is over and its node is Ready", long, "ready", true],
    ["is not, however long ago, while its node is not Ready", long, "not-ready", false],
    ["is not before its time is over", "2026-06-01T00:00:00.000000Z", "ready", false],
    ["is taken over at once when its node is gone", "2026-06-01T00:00:00.000000Z", "gone", true],
  ])("%s", async (_name, renewTime, state, isGranted) => {
    await node("node-y", true);
    const holder = `node-${state}`;
    if (state !== "gone") await node(holder, state === "ready");
    await leaseOf(holder, renewTime);
    const turn = inTurn(options("node-y", { turnMs: 5000 }), () => Promise.resolve("done"), signal);
    const outcome = await turn.catch((error: unknown) => error);
    const refused: unknown = expect.objectContaining({ code: "NODE_TURN_NOT_GRANTED" });
    expect(outcome).toEqual(isGranted ? "done" : refused);
  });
});

test("a stop ends the waiting, but not what was begun", async () => {
  await node("node-x", true);
  await node("node-y", true);
  const stop = new AbortController();
  const stopping = stop.signal;
  const done = await inTurn(
    options("node-x", { stopping }),
    () => (stop.abort(), Promise.resolve("done")),
    signal,
  );
  expect(done).toBe("done");
  await expect(
    inTurn(options("node-y", { stopping }), () => Promise.resolve(), signal),
  ).rejects.toMatchObject({ code: "CANCELLED" });
});

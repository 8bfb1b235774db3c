import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { MoorlineError } from "../../model/errors.ts";
import type { KubernetesClient } from "./client.ts";
import { leadWhile, type ElectionOptions } from "./lease.ts";
import { resources } from "./resources.ts";
import { sandboxServer, type SandboxServer } from "./testing/sandbox-server.ts";
import { SteeredClock } from "./testing/steered-clock.ts";

const limit = { timeout: 30_000, interval: 5 };
const never = new AbortController().signal;

let server: SandboxServer;
beforeAll(async () => {
  server = await sandboxServer();
});
afterAll(() => server[Symbol.asyncDispose]());

let count = 0;
let clock: SteeredClock;
let name: string;
let told: string[];
beforeEach(() => {
  clock = new SteeredClock();
  name = `lease-${++count}`;
  told = [];
});

/** A candidate whose work is to wait until it has lost the lease. */
function candidate(identity: string, client: KubernetesClient = server.client) {
  const stop = new AbortController();
  const options: ElectionOptions = {
    client,
    namespace: "default",
    name,
    identity,
    clock,
    elapsed: clock.elapsed,
    fraction: () => 0,
    stopping: stop.signal,
  };
  const ended = leadWhile(options, async ({ ending }) => {
    told.push(`${identity} leads`);
    await new Promise((resolve) => ending.addEventListener("abort", resolve, { once: true }));
    told.push(`${identity} ends`);
  });
  return { ended, stop: () => stop.abort() };
}

/** Lets time pass in small pieces, each when those who run have gone to sleep, until something holds. */
async function passUntil(holds: () => boolean, sleepers: number): Promise<void> {
  await vi.waitUntil(() => {
    if (holds()) return true;
    if (clock.sleeping >= sleepers) clock.advance(500);
    return false;
  }, limit);
}

/** Who holds the lease; empty where nobody does, which the API server leaves out. */
const holder = async (): Promise<string> => {
  const lease = await server.client.get(resources.leases, { namespace: "default", name }, never);
  return (lease as { spec?: { holderIdentity?: string } } | undefined)?.spec?.holderIdentity ?? "";
};

describe("a lease", () => {
  test("is given back on a stop, so that the next one takes it at its next try", async () => {
    const first = candidate("first");
    await vi.waitUntil(() => told.includes("first leads"), limit);
    const second = candidate("second");
    // The leader sleeps twice: until the next renewal, and until its deadline.
    await vi.waitUntil(() => clock.sleeping === 3, limit);
    const before = clock.elapsed();
    first.stop();
    await first.ended;
    expect(await holder()).toBe("");
    await passUntil(() => told.includes("second leads"), 1);
    expect(clock.elapsed() - before).toBeLessThanOrEqual(2_500);
    expect(told).toEqual(["first leads", "first ends", "second leads"]);
    second.stop();
    await second.ended;
  });

  test("is kept by renewing, however long others wait", async () => {
    const first = candidate("first");
    await vi.waitUntil(() => told.includes("first leads"), limit);
    const second = candidate("second");
    const end = clock.elapsed() + 60_000;
    await passUntil(() => clock.elapsed() >= end, 3);
    expect(told).toEqual(["first leads"]);
    second.stop();
    first.stop();
    await Promise.all([first.ended, second.ended]);
  });

  test("is lost by who can not renew before anybody else begins", async () => {
    let isDown = false;
    const flaky: KubernetesClient = {
      ...server.client,
      replace: (...given) =>
        isDown
          ? Promise.reject(new MoorlineError("NETWORK_TIMEOUT", { subject: "x" }))
          : server.client.replace(...given),
      get: (...given) =>
        isDown
          ? Promise.reject(new MoorlineError("NETWORK_TIMEOUT", { subject: "x" }))
          : server.client.get(...given),
    };
    const first = candidate("first", flaky);
    await vi.waitUntil(() => told.includes("first leads"), limit);
    const second = candidate("second");
    await vi.waitUntil(() => clock.sleeping === 3, limit);
    isDown = true;
    const before = clock.elapsed();
    await passUntil(() => told.includes("second leads"), 2);
    expect(told).toEqual(["first leads", "first ends", "second leads"]);
    expect(clock.elapsed() - before).toBeGreaterThan(15_000);
    first.stop();
    second.stop();
    await Promise.all([first.ended, second.ended]);
  });

  test("of another that was killed is taken when it was not seen to change for its whole duration, whatever it says of the time", async () => {
    const spec = {
      holderIdentity: "killed",
      leaseDurationSeconds: 15,
      renewTime: "2036-01-01T00:00:00.000000Z",
    };
    await server.client.create(
      resources.leases,
      { metadata: { name, namespace: "default" }, spec } as never,
      { signal: never },
    );
    const before = clock.elapsed();
    const next = candidate("next");
    await passUntil(() => told.includes("next leads"), 1);
    expect(clock.elapsed() - before).toBeGreaterThan(15_000);
    next.stop();
    await next.ended;
    expect(await holder()).toBe("");
  });

  test("that somebody else took is lost at once", async () => {
    const first = candidate("first");
    await vi.waitUntil(() => told.includes("first leads"), limit);
    await server.client.patch(
      resources.leases,
      { namespace: "default", name },
      "merge",
      { spec: { holderIdentity: "thief" } },
      { signal: never },
    );
    await passUntil(() => told.includes("first ends"), 2);
    expect(await holder()).toBe("thief");
    first.stop();
    await first.ended;
  });
});

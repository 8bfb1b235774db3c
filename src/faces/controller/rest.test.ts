import { beforeEach, describe, expect, test } from "vitest";
import { SteeredClock } from "../../clients/kubernetes/testing/steered-clock.ts";
import { Rest } from "./rest.ts";

let clock: SteeredClock;
let released: number;
let rest: Rest;
const stop = new AbortController();
beforeEach(() => {
  clock = new SteeredClock();
  released = 0;
  rest = new Rest({ clock, release: () => released++, stopping: stop.signal, worthIt: 10, quietMs: 1_000 });
});

async function pass(milliseconds: number): Promise<void> {
  clock.advance(milliseconds);
  await new Promise((resolve) => setImmediate(resolve));
}

describe("the controller's rest", () => {
  test("gives memory back once, when much was done and all has been quiet", async () => {
    rest.begin();
    rest.end(10);
    await pass(999);
    expect(released).toBe(0);
    await pass(1);
    await pass(10_000);
    expect(released).toBe(1);
  });

  test("does not while anything runs, nor soon after", async () => {
    rest.begin();
    rest.begin();
    rest.end(10);
    await pass(10_000);
    rest.end(1);
    await pass(900);
    rest.begin();
    await pass(900);
    rest.end(0);
    await pass(900);
    expect(released).toBe(0);
    await pass(100);
    expect(released).toBe(1);
  });

  test("leaves it where little was done, and counts from then on", async () => {
    rest.begin();
    rest.end(9);
    await pass(10_000);
    expect([released, clock.sleeping]).toEqual([0, 0]);
    rest.begin();
    rest.end(1);
    await pass(1_000);
    rest.begin();
    rest.end(9);
    await pass(10_000);
    expect(released).toBe(1);
  });

  test("waits no longer when all ends", async () => {
    const ending = new AbortController();
    rest = new Rest({ clock, release: () => released++, stopping: ending.signal });
    rest.begin();
    rest.end(1_000);
    ending.abort();
    await pass(20_000);
    expect([released, clock.sleeping]).toEqual([0, 0]);
  });
});

import { expect, test } from "vitest";
import { Budget } from "./budget.ts";

test("no more calls are under way than the budget allows", async () => {
  const budget = new Budget({ parallel: 2 });
  let running = 0;
  let most = 0;
  const call = async (): Promise<void> => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
  };
  await Promise.all(Array.from({ length: 10 }, () => budget.run(call, "x")));
  expect(most).toBe(2);
});

test("calls begin no faster than the budget allows, whoever makes them", async () => {
  const budget = new Budget({ parallel: 16, callsPerSecond: 100 });
  const began: number[] = [];
  const call = (): Promise<void> => {
    began.push(performance.now());
    return Promise.resolve();
  };
  await Promise.all(Array.from({ length: 5 }, () => budget.run(call, "x")));
  // Later is fine, earlier is not; timers may fire up to a millisecond early.
  expect((began.at(-1) ?? 0) - (began[0] ?? 0)).toBeGreaterThan(40 - 5);
});

test("who is cancelled while waiting for a turn sends nothing", async () => {
  const budget = new Budget({ parallel: 16, callsPerSecond: 0.001 });
  const stop = new AbortController();
  await budget.run(() => Promise.resolve(), "x");
  let sent = false;
  const waiting = budget.run(() => Promise.resolve((sent = true)), "x", stop.signal);
  stop.abort();
  await expect(waiting).rejects.toMatchObject({ code: "CANCELLED" });
  expect(sent).toBe(false);
});

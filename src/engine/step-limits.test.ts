import { once } from "node:events";
import { expect, test } from "vitest";
import { StepLimits } from "./step-limits.ts";

test("each step ends when its own time is up, and says so", async () => {
  using limits = new StepLimits(20, new AbortController().signal);
  using first = limits.start();
  await once(first.signal, "abort");
  using second = limits.start();
  expect([first.expired, second.expired, second.signal.aborted]).toEqual([true, false, false]);
  await once(second.signal, "abort");
  expect(second.expired).toBe(true);
});

test("a run that is cut off cuts off its steps, and no time was up", () => {
  const run = new AbortController();
  using limits = new StepLimits(300_000, run.signal);
  using step = limits.start();
  run.abort();
  using late = limits.start();
  expect([step, late].map((s) => [s.signal.aborted, s.expired])).toEqual([
    [true, false],
    [true, false],
  ]);
});

test("a step that has ended is left alone", async () => {
  using limits = new StepLimits(20, new AbortController().signal);
  const done = limits.start();
  done[Symbol.dispose]();
  using other = limits.start();
  await once(other.signal, "abort");
  expect([done.signal.aborted, done.expired]).toEqual([false, false]);
});

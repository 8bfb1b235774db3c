import { expect, test } from "vitest";
import { concurrently } from "./concurrency.ts";

const signal = new AbortController().signal;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test("works on no more than the limit at once and keeps the order", async () => {
  let running = 0;
  let most = 0;
  const items = Array.from({ length: 30 }, (_, n) => n);
  const results = await concurrently(
    items,
    4,
    async (item) => {
      most = Math.max(most, ++running);
      for (let n = 0; n < (item % 3) + 1; n++) await turn();
      running -= 1;
      return item * 2;
    },
    signal,
  );
  expect(results).toEqual(items.map((item) => item * 2));
  expect(most).toBe(4);
});

test("starts nothing after a failure and waits for what runs", async () => {
  const started: number[] = [];
  const ended: number[] = [];
  const work = async (item: number) => {
    started.push(item);
    await turn();
    if (item === 1) throw new Error("one");
    await turn();
    ended.push(item);
  };
  await expect(concurrently([0, 1, 2, 3, 4], 2, work, signal)).rejects.toThrow("one");
  expect(started).toEqual([0, 1]);
  expect(ended).toEqual([0]);
});

test("stops when it is cancelled", async () => {
  const cancel = new AbortController();
  const done: number[] = [];
  const work = async (item: number) => {
    done.push(item);
    cancel.abort();
  };
  const all = concurrently([1, 2, 3], 1, work, cancel.signal);
  await expect(all).rejects.toMatchObject({ code: "CANCELLED" });
  expect(done).toEqual([1]);
  expect(await concurrently([], 5, async () => 1, signal)).toEqual([]);
});

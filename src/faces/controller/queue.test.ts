import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { SteeredClock } from "../../clients/kubernetes/testing/steered-clock.ts";
import { WorkQueue, type Task } from "./queue.ts";

const never = new AbortController().signal;
let clock: SteeredClock;
let queue: WorkQueue;
beforeEach(() => {
  clock = new SteeredClock();
  queue = new WorkQueue({ clock, fraction: () => 1 });
});

const a: Task = { key: "a" };
const keys = (tasks: readonly Task[]): string[] => tasks.map((t) => t.key);

/** What is due now; nothing where nothing is. */
async function takeNow(): Promise<string[]> {
  return queue.depth === 0 ? [] : keys(await queue.take(never));
}

describe("the queue", () => {
  test("gives a thing once, however often it was asked for", async () => {
    queue.add(a);
    queue.add(a);
    expect(await takeNow()).toEqual(["a"]);
    expect(await takeNow()).toEqual([]);
  });

  test("gives again afterwards what was asked for while it ran, and never to two at a time", async () => {
    queue.add(a);
    await queue.take(never);
    queue.add(a);
    expect(queue.depth).toBe(0);
    queue.end(a, { type: "done" });
    expect(await takeNow()).toEqual(["a"]);
  });

  test("lets what fails wait longer each time, up to a bound, and forgets that on success", async () => {
    const waits: number[] = [];
    const failOnce = async (): Promise<void> => {
      await queue.take(never);
      queue.end(a, { type: "failed", retry: "later" });
      const from = clock.elapsed();
      while (queue.depth === 0) clock.advance(500);
      waits.push(clock.elapsed() - from);
    };
    queue.add(a);
    for (let i = 0; i < 11; i++) await failOnce();
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map((s) => s * 1000));
    await queue.take(never);
    queue.end(a, { type: "done" });
    queue.add(a);
    await failOnce();
    expect(waits.at(-1)).toBe(1000);
  });

  test("does not wait longer because somebody set the clock back", async () => {
    let wall = 7_200_000;
    let passed = 0;
    const jumping = { now: () => new Date(wall), sleep: () => Promise.resolve() };
    const steady = new WorkQueue({ clock: jumping, elapsed: () => passed, fraction: () => 1 });
    steady.add(a);
    await steady.take(never);
    steady.end(a, { type: "failed", retry: "later" });
    wall -= 3_600_000;
    passed += 999;
    expect(steady.depth).toBe(0);
    passed += 1;
    expect(keys(await steady.take(never))).toEqual(["a"]);
  });

  test("waits as long as a server asks", async () => {
    queue.add(a);
    await queue.take(never);
    queue.end(a, { type: "failed", retry: "later", retryAfterSeconds: 30 });
    clock.advance(29_000);
    expect(queue.depth).toBe(0);
    clock.advance(1_000);
    expect(queue.depth).toBe(1);
  });

  test("tries what only a person can mend on a change, or slowly", async () => {
    queue.add(a);
    await queue.take(never);
    queue.end(a, { type: "failed", retry: "never", slowMs: 600_000 });
    clock.advance(599_000);
    expect(await takeNow()).toEqual([]);
    queue.add(a);
    expect(await takeNow()).toEqual(["a"]);
  });

  test("gives what belongs together and comes within the window in one go", async () => {
    const of = (key: string): Task => ({ key, group: "g" });
    queue.add(of("1"), 30);
    clock.advance(20);
    queue.add(of("2"), 30);
    queue.add({ key: "3", group: "other" }, 30);
    queue.add(of("4"), 500);
    clock.advance(10);
    expect(keys(await queue.take(never))).toEqual(["1", "2"]);
  });

  test("wakes who waits when something comes, and gives nothing once it is to stop", async () => {
    const stop = new AbortController();
    const waiting = queue.take(stop.signal);
    queue.add(a);
    expect(keys(await waiting)).toEqual(["a"]);
    const last = queue.take(stop.signal);
    stop.abort();
    expect(await last).toEqual([]);
  });

  test("has one alarm for all who wait, and whatever is due is taken at once by one of them", async () => {
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    const delays = fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(delays, fc.integer({ min: 1, max: 8 }), async (asked, takers) => {
        clock = new SteeredClock();
        queue = new WorkQueue({ clock, fraction: () => 1 });
        const stop = new AbortController();
        const taken: string[] = [];
        const loop = async (): Promise<void> => {
          while (!stop.signal.aborted)
            for (const task of await queue.take(stop.signal)) {
              taken.push(task.key);
              queue.end(task, { type: "done" });
            }
        };
        const loops = Array.from({ length: takers }, loop);
        for (const [i, delay] of asked.entries()) queue.add({ key: String(i) }, delay);
        const seen: [string[], boolean][] = [];
        const wanted: [string[], boolean][] = [];
        for (let now = 0; now <= 500; now += 50) {
          await turn();
          seen.push([taken.toSorted(), clock.sleeping <= 1]);
          wanted.push([asked.flatMap((delay, i) => (delay <= now ? [String(i)] : [])).toSorted(), true]);
          clock.advance(50);
        }
        expect(seen).toEqual(wanted);
        stop.abort();
        await Promise.all(loops);
        expect(clock.sleeping).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  test("loses nothing that is asked for, in any order of asking, taking and ending", async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("add" as const), key: fc.constantFrom("a", "b", "c") }),
      fc.record({ do: fc.constantFrom("take" as const, "end" as const), key: fc.constant("") }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        clock = new SteeredClock();
        queue = new WorkQueue({ clock, fraction: () => 1 });
        const running: Task[] = [];
        const asked = new Set<string>();
        let twice = false;
        for (const { do: what, key } of steps) {
          if (what === "add") {
            queue.add({ key });
            asked.add(key);
          } else if (what === "take" && queue.depth > 0) {
            const taken = await queue.take(never);
            twice ||= taken.some((task) => running.some((other) => other.key === task.key));
            running.push(...taken);
            for (const task of taken) asked.delete(task.key);
          } else if (what === "end") {
            const task = running.shift();
            if (task !== undefined) queue.end(task, { type: "done" });
          }
        }
        for (const task of running.splice(0)) queue.end(task, { type: "done" });
        const left: string[] = [];
        while (queue.depth > 0) left.push(...keys(await queue.take(never)));
        expect([twice, left.toSorted()]).toEqual([false, [...asked].toSorted()]);
      }),
      { numRuns: 100 },
    );
  });
});

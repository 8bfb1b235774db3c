import { describe, expect, test } from "vitest";
import type { ScanAnswer } from "./report.ts";
import { ScanCache, usualTimes, type Fetched } from "./scan-cache.ts";
import type { ScanQuestion } from "./validate.ts";

const question = (reference: string): ScanQuestion => ({
  registry: "main",
  harborProject: "team-a",
  repository: "app",
  reference,
  honourAllowlist: true,
});
const digest = question(`sha256:${"0".repeat(64)}`);
const clean: ScanAnswer = { kind: "scanned", counts: {}, examples: {} };
const bad: ScanAnswer = { kind: "scanned", counts: { critical: 1 }, examples: {} };
const failed: ScanAnswer = { kind: "unknown", reason: "failed", code: "NETWORK_REFUSED" };

/** A cache before a Harbor whose answers the test gives one by one, at times that it sets. */
function stage(size = 10, waitMs = 60_000) {
  const asked: { readonly question: ScanQuestion; answer(fetched: Fetched): void }[] = [];
  let now = 0;
  const cache = new ScanCache({
    size,
    waitMs,
    fetchMs: 60_000,
    now: () => now,
    fetch: (of) =>
      new Promise((resolve) => {
        asked.push({ question: of, answer: resolve });
      }),
  });
  return {
    cache,
    asked,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    /** Asks, and lets Harbor give that answer to the call that this makes. */
    first: async (of: ScanQuestion, fetched: Fetched) => {
      const waiting = cache.ask(of);
      asked.at(-1)?.answer(fetched);
      return waiting;
    },
  };
}

describe("the cache of scan reports", () => {
  test("asks once for all who wait for the same image", async () => {
    const { cache, asked } = stage();
    const waiting = Array.from({ length: 50 }, () => cache.ask(digest));
    expect(asked).toHaveLength(1);
    asked[0]?.answer({ answer: clean });
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([clean]));
    expect(await cache.ask(digest)).toBe(clean);
    expect(asked).toHaveLength(1);
  });

  test("gives a stale answer at once, and the new one afterwards", async () => {
    const { cache, asked, first, pass } = stage();
    await first(digest, { answer: clean });
    pass(usualTimes.digest.fresh);
    expect(await cache.ask(digest)).toBe(clean);
    expect(await cache.ask(digest)).toBe(clean);
    expect(asked).toHaveLength(2);
    asked[1]?.answer({ answer: bad });
    await expect.poll(() => cache.ask(digest), { timeout: 30_000 }).toBe(bad);
    expect(asked).toHaveLength(2);
  });

  test("waits anew for what is too old", async () => {
    const { asked, first, pass } = stage();
    await first(digest, { answer: clean });
    pass(usualTimes.digest.stale);
    expect(await first(digest, { answer: bad })).toBe(bad);
    expect(asked).toHaveLength(2);
  });

  test("believes tags for seconds, and nothing beyond the end of the allowlist that it rests on", async () => {
    const { asked, first, pass } = stage();
    await first(question("v1"), { answer: clean });
    pass(usualTimes.tag.stale);
    expect(await first(question("v1"), { answer: bad, until: 70_000 })).toBe(bad);
    pass(10_000);
    expect(await first(question("v1"), { answer: clean })).toBe(clean);
    expect(asked).toHaveLength(3);
  });

  test("keeps what Harbor said last while it is away, and asks again soon", async () => {
    const { cache, asked, first, pass } = stage();
    await first(digest, { answer: bad });
    pass(usualTimes.digest.fresh);
    await cache.ask(digest);
    asked[1]?.answer({ answer: failed });
    await expect.poll(() => cache.ask(digest).then(() => asked.length), { timeout: 30_000 }).toBe(3);
    expect(await cache.ask(digest)).toBe(bad);
  });

  test("remembers a failure for a moment only", async () => {
    const { cache, first, pass } = stage();
    expect(await first(digest, { answer: failed })).toBe(failed);
    expect(await cache.ask(digest)).toBe(failed);
    pass(usualTimes.failed.stale);
    expect(await first(digest, { answer: clean })).toBe(clean);
  });

  test("does not wait longer than it may; what comes late serves the next", async () => {
    const { cache, asked } = stage(10, 1);
    expect(await cache.ask(digest)).toEqual({ kind: "unknown", reason: "late" });
    asked[0]?.answer({ answer: clean });
    await expect.poll(() => cache.ask(digest), { timeout: 30_000 }).toBe(clean);
    expect(asked).toHaveLength(1);
  });

  test("holds no more than its size, and lets go what was not asked for longest", async () => {
    const { cache, asked, first } = stage(2);
    await first(question("a"), { answer: clean });
    await first(question("b"), { answer: clean });
    await cache.ask(question("a"));
    await first(question("c"), { answer: clean });
    expect(cache.size).toBe(2);
    await cache.ask(question("a"));
    expect(asked).toHaveLength(3);
    void cache.ask(question("b"));
    expect(asked).toHaveLength(4);
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MoorlineError } from "../model/errors.ts";
import { shelf } from "../model/testing/shelf.ts";
import { apply, type ApplyOptions, type ApplyResult } from "./apply.ts";
import type { EngineEvent } from "./events.ts";
import { confirmPlan, makePlan } from "./plan.ts";
import { describeInvariants } from "./testing/invariants.ts";
import { library, shelfKind, type Library } from "./testing/library.ts";
import { verify } from "./verify.ts";

const kinds = [shelfKind];
const signal = new AbortController().signal;
const gone = (): MoorlineError => new MoorlineError("DOCUMENT_NONE", { subject: "x" });
const busy = (): MoorlineError =>
  new MoorlineError("STEP_TIMED_OUT", { subject: "x", parameters: { seconds: 1 } });
const conflict = (): MoorlineError => new MoorlineError("PLAN_STALE", { subject: "x" });

async function applyAll(
  world: Library,
  documents: Parameters<typeof makePlan>[0],
  options: ApplyOptions = {},
): Promise<ApplyResult> {
  return apply(await makePlan(documents, kinds, world, { signal }), kinds, world, options);
}

const bookNames = fc.constantFrom("a", "b", "c", "d");
describeInvariants("the engine with shelves", {
  kinds,
  states: fc.dictionary(fc.constantFrom("low", "high"), fc.uniqueArray(bookNames)),
  scene: async (state) => {
    const world = library(state);
    return {
      world,
      documents: [shelf("high", { books: ["a", "c"], below: ["low"] }), shelf("low", { books: ["a", "b"] })],
      works: async () => world.shelves.get("low")?.has("a") ?? false,
      snapshot: async () => Object.fromEntries([...world.shelves].map(([k, v]) => [k, [...v].sort()])),
      secrets: async () => [],
      [Symbol.asyncDispose]: async () => undefined,
    };
  },
  runs: 40,
});

describe("planning", () => {
  test("writes nothing", async () => {
    const world = library();
    await makePlan([shelf("a", { books: ["x"] })], kinds, world, { signal });
    expect(world.writes).toEqual([]);
  });

  test("a saved plan is let through while the world is as it was", async () => {
    const world = library();
    const saved = JSON.parse(
      JSON.stringify(await makePlan([shelf("a", { books: ["x"] })], kinds, world, { signal })),
    );
    const fresh = await makePlan([shelf("a", { books: ["x"] })], kinds, world, { signal });
    expect(confirmPlan(saved, fresh)).toBe(fresh);
  });

  test("a saved plan is refused once the world has changed", async () => {
    const world = library();
    const saved = JSON.parse(
      JSON.stringify(await makePlan([shelf("a", { books: ["x"] })], kinds, world, { signal })),
    );
    world.shelves.set("a", new Set(["y"]));
    const fresh = await makePlan([shelf("a", { books: ["x"] })], kinds, world, { signal });
    expect(() => confirmPlan(saved, fresh)).toThrow("The plan for Shelf/a no longer fits");
  });
});

describe("applying", () => {
  test("carries out referenced documents first and proves each", async () => {
    const world = library();
    const result = await applyAll(world, [
      shelf("top", { books: ["x"], below: ["low"] }),
      shelf("low", { books: ["y"] }),
    ]);
    expect(world.writes).toEqual(["build low", "put low y", "build top", "put top x"]);
    expect(result.documents.map((d) => [d.name, d.outcome, d.proofs.length])).toEqual([
      ["Shelf/low", "changed", 1],
      ["Shelf/top", "changed", 1],
    ]);
  });

  test("removes in the reverse order", async () => {
    const world = library({ top: ["x"], low: ["y"] });
    const documents = [shelf("top", { books: ["x"], below: ["low"] }), shelf("low", { books: ["y"] })];
    await apply(await makePlan(documents, kinds, world, { signal, direction: "remove" }), kinds, world);
    expect(world.writes).toEqual(["take top x", "take low y"]);
  });

  test("a failure stops what refers to it and nothing else", async () => {
    const world = library({ low: [], other: [] });
    world.faults.push(gone());
    const result = await applyAll(world, [
      shelf("low", { books: ["y"] }),
      shelf("top", { books: ["x"], below: ["low"] }),
      shelf("other", { books: ["z"] }),
    ]);
    expect(result.ok).toBe(false);
    expect(result.documents.map((d) => [d.name, d.outcome])).toEqual([
      ["Shelf/low", "failed"],
      ["Shelf/top", "skipped"],
      ["Shelf/other", "changed"],
    ]);
  });

  test("what passes is tried again with growing waits, and given up after the last try", async () => {
    const world = library({ a: [] });
    world.faults.push(busy(), busy());
    const events: EngineEvent[] = [];
    expect(
      (await applyAll(world, [shelf("a", { books: ["x"] })], { onEvent: (e) => events.push(e) })).ok,
    ).toBe(true);
    expect(events.filter((e) => e.type === "step-retrying").map((e) => e.delayMs)).toEqual([100, 200]);
    world.faults.push(...Array.from({ length: 9 }, busy));
    expect((await applyAll(world, [shelf("a", { books: ["x", "y"] })])).ok).toBe(false);
    expect(world.faults).toHaveLength(4);
  });

  test("a refusal is not tried again", async () => {
    const world = library({ a: [] });
    world.faults.push(gone(), gone());
    await applyAll(world, [shelf("a", { books: ["x"] })]);
    expect(world.faults).toHaveLength(1);
  });

  test("a conflict is planned anew from what is there now", async () => {
    const world = library({ a: ["old"] });
    world.faults.push(conflict());
    world.beforeWrite = (): void => void world.shelves.get("a")?.delete("old");
    const result = await applyAll(world, [shelf("a", { books: ["x"] })], { parallel: 1 });
    expect(result.ok).toBe(true);
    expect(world.writes).toEqual(["put a x"]);
  });

  test("a conflict that never ends is an error, not a loop", async () => {
    const world = library({ a: [] });
    world.faults.push(...Array.from({ length: 50 }, conflict));
    const result = await applyAll(world, [shelf("a", { books: ["x"] })]);
    expect(result.documents[0]?.failures[0]?.error.code).toBe("PLAN_STALE");
    expect(world.faults.length).toBeGreaterThan(40);
  });

  test("a plan made long ago is confirmed before it writes", async () => {
    const world = library();
    const plan = await makePlan([shelf("a", { books: ["x"] })], kinds, world, { signal });
    await world.clock.sleep(120_000, signal);
    world.shelves.set("a", new Set(["y"]));
    const result = await apply(plan, kinds, world);
    expect(result.documents[0]?.failures[0]?.error.code).toBe("PLAN_STALE");
    expect(world.writes).toEqual([]);
  });

  test("asked to stop, it finishes the steps in hand, starts no other and says so", async () => {
    const world = library({ a: [] });
    const stop = new AbortController();
    world.beforeWrite = (what): void => void (what === "put a y" && stop.abort());
    const result = await applyAll(world, [shelf("a", { books: ["x", "y", "z"] })], {
      parallel: 1,
      stopping: stop.signal,
    });
    expect(world.writes).toEqual(["put a x", "put a y"]);
    expect(result.documents[0]?.outcome).toBe("stopped");
  });

  test("never runs more steps at a time than allowed", async () => {
    const world = library({ a: [] });
    let running = 0;
    let most = 0;
    world.beforeWrite = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
    };
    await applyAll(world, [shelf("a", { books: Array.from({ length: 40 }, (_, i) => String(i)) })], {
      parallel: 3,
    });
    expect(most).toBe(3);
  });

  test("what was just changed gets a moment to take effect before it counts as unproved", async () => {
    const world = library({ a: [] });
    let asked = 0;
    const slow = {
      ...shelfKind,
      verify: async (...args: Parameters<typeof shelfKind.verify>) =>
        (await shelfKind.verify(...args)).map((p) => ({ ...p, ok: ++asked > 3 })),
    };
    const documents = [shelf("a", { books: ["x"] })];
    const result = await apply(await makePlan(documents, [slow], world, { signal }), [slow], world);
    expect([result.ok, asked]).toEqual([true, 4]);
    asked = 0;
    const again = await apply(await makePlan(documents, [slow], world, { signal }), [slow], world);
    expect([again.documents[0]?.outcome, asked]).toEqual(["unproved", 1]);
  });

  test("a step that takes too long is cut off and named", async () => {
    const world = library({ a: [] });
    world.beforeWrite = (_what, s): Promise<void> =>
      new Promise((_resolve, reject) =>
        s.addEventListener("abort", () => reject(new Error("aborted")), { once: true }),
      );
    const result = await applyAll(world, [shelf("a", { books: ["x"] })], { stepTimeoutMs: 20 });
    expect(result.documents[0]?.failures[0]?.error.message).toBe("The step a/x took longer than 0.02 s.");
  });
});

test("verifying writes nothing and tells what does not hold", async () => {
  const world = library({ a: ["x"], b: [] });
  const answers = await verify([shelf("a", { books: ["x"] }), shelf("b", { books: ["y"] })], kinds, world, {
    signal,
  });
  expect(answers.map((v) => [v.name, v.proofs.map((p) => p.ok)])).toEqual([
    ["Shelf/a", [true]],
    ["Shelf/b", [false]],
  ]);
  expect(world.writes).toEqual([]);
});

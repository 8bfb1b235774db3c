import fc from "fast-check";
import { expect, test } from "vitest";
import { message } from "../text/message.ts";
import { checkGraph, StepGraph } from "./graph.ts";
import type { Step } from "./kind.ts";
import { backoff, usualRetry } from "./retry.ts";

const step = (id: string, after: readonly string[] = []): Step => ({
  id,
  change: "create",
  title: message("cli.proved"),
  target: id,
  reason: message("cli.proved"),
  after,
  action: { type: "x" },
});

/** Steps that come only after earlier ones, in any order of listing. */
const graphs = fc
  .array(fc.array(fc.nat(30), { maxLength: 4 }), { maxLength: 30 })
  .map((edges) =>
    edges.map((targets, i) =>
      step(
        `s${i}`,
        [...new Set(targets.filter((t) => t < i))].map((t) => `s${t}`),
      ),
    ),
  )
  .chain((steps) => fc.shuffledSubarray(steps, { minLength: steps.length }));

test("every step comes after all that it waits for, and every step comes", () => {
  fc.assert(
    fc.property(graphs, (steps) => {
      checkGraph("d", steps);
      const graph = new StepGraph(steps);
      const done = new Set<string>();
      for (let ready = graph.takeReady(); ready.length > 0; ready = graph.takeReady())
        for (const s of ready) {
          expect(s.after.every((id) => done.has(id))).toBe(true);
          done.add(s.id);
          graph.finish(s.id);
        }
      expect(done.size).toBe(steps.length);
    }),
  );
});

test.each([
  ["two steps with one id", [step("a"), step("a")], "a stands twice"],
  ["a step after one that is not there", [step("a", ["b"])], "a comes after b, which is not there"],
  ["a circle", [step("a", ["b"]), step("b", ["a"])], "some steps wait for each other"],
])("%s is refused", (_what, steps, reason) => {
  expect(() => checkGraph("d", steps)).toThrow(reason);
});

test("waits grow to a ceiling, are never negative, and never shorter than the server asked", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.nat(100),
      (n, f, asked) => {
        const wait = backoff(n, usualRetry, f, asked);
        expect(wait).toBeGreaterThanOrEqual(asked * 1000);
        expect(wait).toBeLessThanOrEqual(Math.max(usualRetry.longestDelayMs, asked * 1000));
      },
    ),
  );
});

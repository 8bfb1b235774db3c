import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { message } from "../text/message.ts";
import { daysLeft, stateOf, type DueDate, type DueState } from "./due-date.ts";
import { judged } from "./status.ts";

const now = new Date("2026-06-01T00:00:00Z");
const inDays = (days: number): string => new Date(now.getTime() + days * 86_400_000).toISOString();
const date = (more: Partial<DueDate> = {}): DueDate & { readonly document: string } => ({
  document: "HarborCertificate/main",
  type: "server",
  what: message("status.server"),
  where: "ca",
  renewedBy: message("status.byApply"),
  ...more,
});
const order: readonly DueState[] = ["overdue", "due", "unknown", "ok"];

describe("the state of something that ends", () => {
  test.each<[string, Partial<DueDate>, DueState]>([
    ["well before it is due", { expiresAt: inDays(30), dueAt: inDays(1) }, "ok"],
    ["from the moment it is due", { expiresAt: inDays(30), dueAt: inDays(0) }, "due"],
    ["late, with half of the time to its end gone", { expiresAt: inDays(10), dueAt: inDays(-11) }, "overdue"],
    ["ended, though nothing was due", { expiresAt: inDays(0) }, "overdue"],
    ["without an end", {}, "ok"],
    ["not to be told", { unknown: message("status.unknownNode") }, "unknown"],
  ])("%s", (_, more, state) => {
    expect(stateOf(date(more), now)).toBe(state);
  });

  test("days are whole, and negative past the end", () => {
    expect(daysLeft(date({ expiresAt: inDays(1.9) }), now)).toBe(1);
    expect(daysLeft(date({ expiresAt: inDays(-0.5) }), now)).toBe(-1);
    expect(daysLeft(date(), now)).toBeUndefined();
  });
});

test("the most urgent stands first, whatever the order of finding, and nothing is lost", () => {
  const any = fc
    .record({ end: fc.option(fc.integer({ min: -50, max: 400 })), life: fc.integer({ min: 1, max: 90 }) })
    .map(({ end, life }) => date(end === null ? {} : { expiresAt: inDays(end), dueAt: inDays(end - life) }));
  fc.assert(
    fc.property(fc.array(any, { maxLength: 20 }), (dates) => {
      const items = judged(dates, now);
      expect(items.length).toBe(dates.length);
      const ranks = items.map((item) => order.indexOf(item.state));
      expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
      for (const state of order) {
        const days = items.filter((i) => i.state === state).map((i) => i.daysLeft ?? Infinity);
        expect(days).toEqual(days.toSorted((a, b) => (a === b ? 0 : a - b)));
      }
      expect(judged(dates.toReversed(), now).map((i) => i.state)).toEqual(items.map((i) => i.state));
    }),
  );
});

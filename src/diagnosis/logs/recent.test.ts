import fc from "fast-check";
import { expect, test } from "vitest";
import { Recent } from "./recent.ts";

const key = fc.nat(40).map((n) => `robot$team+${n}`);

test("the last value of each key is there until as many other keys were set, and never another one's", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.nat()), { maxLength: 200 }), (sets) => {
      const recent = new Recent<number>(8);
      sets.forEach(([name, value], at) => {
        recent.set(name, value);
        const last = new Map<string, number>();
        for (const [n, v] of sets.slice(0, at + 1)) {
          last.delete(n);
          last.set(n, v);
        }
        [...last].reverse().forEach(([n, v], age) => {
          expect(age < 8 ? [v] : [v, undefined]).toContain(recent.get(n));
        });
      });
    }),
    { numRuns: 100 },
  );
});

test("what it keeps is bounded", () => {
  const recent = new Recent<number>(8);
  const keys = Array.from({ length: 1000 }, (_, i) => String(i));
  for (const k of keys) recent.set(k, 1);
  expect(keys.filter((k) => recent.get(k) !== undefined).length).toBeLessThanOrEqual(16);
});

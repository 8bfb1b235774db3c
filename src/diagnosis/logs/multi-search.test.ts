import fc from "fast-check";
import { expect, test } from "vitest";
import { literalPattern, MultiSearch, type BytePattern } from "./multi-search.ts";

interface Match {
  readonly id: number;
  readonly start: number;
}

function found(patterns: readonly BytePattern[], bytes: Buffer, from = 0, to = bytes.length): Match[] {
  const matches: Match[] = [];
  new MultiSearch(patterns).search(bytes, from, to, (id, start) => matches.push({ id, start }));
  return matches.sort((a, b) => a.start - b.start || a.id - b.id);
}

/** Looks at every place for every pattern. */
function foundByHand(patterns: readonly BytePattern[], bytes: Buffer, from: number, to: number): Match[] {
  const matches: Match[] = [];
  for (let start = from; start < to; start++)
    patterns.forEach((pattern, id) => {
      const fits = pattern.every((set, i) => start + i < to && set.includes(bytes[start + i] ?? -1));
      if (fits) matches.push({ id, start });
    });
  return matches;
}

// Few letters, so that there are many matches and many that nearly match.
const byte = fc.constantFrom(97, 98, 99);
const pattern = fc.array(fc.uniqueArray(byte, { minLength: 1, maxLength: 2 }), {
  minLength: 3,
  maxLength: 6,
});

test("finds exactly what looking at every place finds, within the range", () => {
  fc.assert(
    fc.property(
      fc.array(pattern, { minLength: 1, maxLength: 6 }),
      fc.array(byte, { maxLength: 80 }),
      fc.nat(80),
      fc.nat(80),
      (patterns, text, a, b) => {
        const bytes = Buffer.from(text);
        const [from, to] = [Math.min(a, b, bytes.length), Math.min(Math.max(a, b), bytes.length)];
        expect(found(patterns, bytes, from, to)).toEqual(foundByHand(patterns, bytes, from, to));
      },
    ),
    { numRuns: 300 },
  );
});

test("finds texts of different lengths, also where they overlap", () => {
  const patterns = ["level=error", "error authorizing", "=er"].map(literalPattern);
  expect(found(patterns, Buffer.from("x level=error authorizing"))).toEqual([
    { id: 0, start: 2 },
    { id: 2, start: 7 },
    { id: 1, start: 8 },
  ]);
});

import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson, fingerprint } from "./fingerprint.ts";

test("a fingerprint is the digest of the canonical JSON, however large the lists in it are", () => {
  const value = fc.oneof(
    fc.jsonValue(),
    fc.dictionary(fc.string(), fc.oneof(fc.jsonValue(), fc.constant(undefined)), { noNullPrototype: true }),
  );
  fc.assert(
    fc.property(value, (observed) => {
      const whole = createHash("sha256").update(canonicalJson(observed) ?? "undefined");
      expect(fingerprint(observed)).toBe(whole.digest("hex"));
    }),
    { numRuns: 300 },
  );
});

test("the order of fields does not matter, that of a list does", () => {
  expect(fingerprint({ a: 1, b: [{ c: 1, d: 2 }] })).toBe(fingerprint({ b: [{ d: 2, c: 1 }], a: 1 }));
  expect(fingerprint({ a: [1, 2] })).not.toBe(fingerprint({ a: [2, 1] }));
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { causes } from "../causes/catalogue.ts";
import type { LiveSign } from "../causes/cause.ts";
import { liveCauses } from "./causes/catalogue.ts";
import { diagnose } from "./diagnose.ts";
import type { Evidence } from "./evidence.ts";

const shows = (sign: LiveSign): Evidence => {
  return { probe: "test", subject: "it", outcome: "wrong", sign, told: { en: sign, zh: sign } };
};
const diagnosed = (...signs: readonly LiveSign[]) =>
  diagnose(signs.map(shows), 0, new AbortController().signal);

test("a root stands before what follows from it, which says so", async () => {
  const found = await diagnosed("REGISTRY_ANONYMOUS_TOKEN", "ROBOT_EXPIRED");
  expect(found.map(({ cause, follows }) => [cause.code, follows?.code])).toEqual([
    ["ROBOT_EXPIRED", undefined],
    ["CREDENTIAL_REFUSED", "ROBOT_EXPIRED"],
  ]);
});

test("what nothing explains stands for itself", async () => {
  const found = await diagnosed("PULL_SECRET_ABSENT", "TLS_UNKNOWN_AUTHORITY");
  expect(found.map(({ follows }) => follows)).toEqual([undefined, undefined]);
});

test("a refusal follows from who was refused, not from what lets nobody in", async () => {
  const codesOf = async (...signs: readonly LiveSign[]) =>
    (await diagnosed(...signs)).map(({ cause }) => cause.code);
  expect(await codesOf("REGISTRY_LOGIN_REQUIRED", "TLS_CERTIFICATE_EXPIRED")).toEqual([
    "CERTIFICATE_EXPIRED",
    "PULL_REFUSED",
  ]);
  expect(await codesOf("REGISTRY_LOGIN_REQUIRED", "PULL_SECRET_ABSENT")).toEqual(["PULL_SECRET_MISSING"]);
});

test("only causes that there are are explained", () => {
  const all = [...causes, ...liveCauses];
  const codes = new Set(all.map(({ code }) => code));
  const dangling = all.flatMap((c) =>
    (c.explains ?? []).filter((code) => !codes.has(code) || code === c.code),
  );
  expect(dangling).toEqual([]);
});

test("no sign is lost in the ranking, whatever is found together", async () => {
  const all = [...liveCauses, ...causes];
  const signs = [...new Set(all.flatMap(({ live }) => live ?? []))];
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.constantFrom(...signs), { maxLength: 8 }), async (some) => {
      const found = await diagnosed(...some);
      expect(new Set(found.map(({ cause }) => cause)).size).toBe(found.length);
      for (const [index, { cause, follows }] of found.entries()) {
        if (follows === undefined) continue;
        expect(follows.explains).toContain(cause.code);
        expect(found.findIndex((d) => d.cause === follows)).toBeLessThan(index);
      }
      expect(found.length === 0).toBe(some.length === 0);
    }),
    { numRuns: 200 },
  );
});

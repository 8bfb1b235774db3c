import { inspect } from "node:util";
import { expect, test } from "vitest";
import { describeError, fromUnknown, MoorlineError } from "./errors.ts";
import { Sensitive } from "./sensitive.ts";

test("an error says what happened and what to do, in both languages", () => {
  const error = new MoorlineError("DOCUMENT_NONE", { subject: "empty.yaml" });
  expect(describeError(error, "en").what).toBe("empty.yaml holds no Moorline document.");
  expect(describeError(error, "zh-CN").what).toBe("empty.yaml 中没有 Moorline 文档。");
});

test("what a server says cannot move the cursor", () => {
  const error = fromUnknown(new Error("\u001b[2J\u009b1mboo"), "x");
  expect(error.message).toContain("\\u001b[2J\\u009b1mboo");
});

test("a secret prints as hidden however it is printed", () => {
  const secret = new Sensitive("Passw0rd");
  const printed = [
    String(secret),
    ["", secret].join(""),
    JSON.stringify({ secret }),
    inspect(secret),
    inspect({ a: [secret] }),
  ];
  expect(printed.filter((p) => p.includes("Passw0rd"))).toEqual([]);
  expect(secret.reveal()).toBe("Passw0rd");
});

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { quoteWord, quoteWords } from "./quote.ts";
import { systemCodeIn } from "./system-error.ts";

const shells: readonly (readonly string[])[] = [
  ["/bin/sh"],
  ["/bin/bash", "--posix"],
  ["/bin/busybox", "sh"],
].filter(([path]) => existsSync(path ?? ""));

/** Words that have hurt somebody, and any other without NUL. */
const hostile = fc.constantFrom(
  ..."|'|''|\\'|\"|$(touch /tmp/x)|`id`|a;b|-n|--|*|~root|!!|#x|\t| |\\|$'\\x41'|${HOME}|&&|>x|{a,b}|证书".split(
    "|",
  ),
  "a\nb",
  "\n",
  "|",
  "\u0001\u007f",
);
const word = fc.oneof(
  hostile,
  fc.string({ unit: "binary", maxLength: 20 }).filter((w) => !w.includes("\0")),
  fc.array(hostile, { maxLength: 5 }).map((w) => w.join("")),
);

test.each(shells.map((shell) => [shell.join(" "), shell] as const))(
  "%s reads any quoted words as they were",
  (_name, [shell = "", ...options]) => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), (words) => {
        const script = `for w in ${quoteWords(words)}; do printf '%s\\0' "$w"; done`;
        const said = execFileSync(shell, [...options, "-c", script]);
        expect(said.equals(Buffer.from(words.map((w) => `${w}\0`).join("")))).toBe(true);
      }),
      { numRuns: 60 },
    );
  },
);

test("NUL, which no word can hold, is refused", () => {
  expect(() => quoteWord("a\0b")).toThrow(RangeError);
});

test.each([
  ["dd: error writing 'standard output': No space left on device", "ENOSPC"],
  ["mv: cannot move './a' to './b': Read-only file system", "EROFS"],
  ["sh: 12: cannot create ./.a.moorline-1-0: Permission denied", "EACCES"],
  ["sh: 1: cannot open /x: No such file", "ENOENT"],
  ["stat: can't stat '/x/y': Not a directory", "ENOTDIR"],
  ["chown: changing ownership of 'x': Operation not permitted", "EPERM"],
  ["(SSH) Channel open failure: Connection refused", "ECONNREFUSED"],
  ["something else", undefined],
])("%s is %s", (said, code) => {
  expect(systemCodeIn(said)).toBe(code);
});

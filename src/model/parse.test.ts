import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { describeError } from "./errors.ts";
import { parseDocuments } from "./parse.ts";
import { shelfSchema } from "./testing/shelf.ts";

const parse = (text: string): ReturnType<typeof parseDocuments> =>
  parseDocuments([{ name: "a.yaml", directory: "/docs", text }], [shelfSchema]);

const errorsOf = (text: string): string[] => parse(text).errors.map((e) => e.message);

const head = "apiVersion: moorline.io/v1alpha1\nkind: Shelf\nmetadata: {name: a}\n";

describe("documents from YAML", () => {
  test("several documents of one file are read, with defaults and places", () => {
    const { documents, errors } = parse(
      `${head}spec: {books: [x]}\n---\n${head.replace("name: a", "name: b")}`,
    );
    expect(errors).toEqual([]);
    expect(documents.map((d) => [d.metadata.name, d.spec, d.source.line])).toEqual([
      ["a", { books: ["x"], below: [], height: 1 }, 1],
      ["b", { books: [], below: [], height: 1 }, 6],
    ]);
  });

  test("objects of other API groups are passed over", () => {
    const { documents, errors } = parse(`apiVersion: v1\nkind: Secret\n---\n${head}`);
    expect([documents.length, errors.length]).toEqual([1, 0]);
  });

  test("anchors and aliases within reason are read", () => {
    expect(parse(`${head}spec: {books: &b [x], below: *b}`).documents[0]?.spec).toMatchObject({
      below: ["x"],
    });
  });

  test.each([
    [
      "an unknown field, at its place",
      `${head}spec:\n  boks: [x]`,
      'a.yaml:5:3: spec: unknown field "boks".',
    ],
    [
      "a wrong type, at its place",
      `${head}spec:\n  height: tall`,
      "a.yaml:5:11: spec.height: expected a number.",
    ],
    ["a number out of range", `${head}spec: {height: 12}`, "a.yaml:4:16: spec.height: expected at most 9."],
    ["an entry of a list", `${head}spec: {books: [x, 3]}`, "a.yaml:4:19: spec.books.1: expected a string."],
    [
      "a missing name",
      head.replace("{name: a}", "{}"),
      "a.yaml:3:11: metadata.name: is missing; expected a string.",
    ],
    ["a path in a name", head.replace("{name: a}", "{name: ../../etc}"), "is not a name"],
    ["an unknown kind", head.replace("Shelf", "Shelve"), "no kind Shelve in moorline.io/v1alpha1"],
    ["an unknown version", head.replace("v1alpha1", "v9"), "no kind Shelf in moorline.io/v9"],
    ["broken YAML", `${head}spec: {books: [x`, "not valid YAML"],
    ["a key given twice", `${head}spec:\n  height: 1\n  height: 2`, "not valid YAML"],
    ["a text instead of a document", "hello", "a.yaml:1:1: document: expected a mapping."],
  ])("%s is an error that says where and what was expected", (_what, text, expected) => {
    expect(errorsOf(text).join("\n")).toContain(expected);
  });

  test("all errors of a file are told at once", () => {
    expect(errorsOf(`${head}spec: {height: 0, books: 3, colour: red}`)).toHaveLength(3);
  });

  test("errors exist in Chinese", () => {
    const [error] = parse(`${head}spec: {height: 12}`).errors;
    expect(error && describeError(error, "zh-CN").what).toBe("a.yaml:4:16：spec.height：至多为 9。");
  });

  test("the same name twice is refused, naming both places", () => {
    expect(errorsOf(`${head}---\n${head}`)).toEqual([
      "a.yaml:5:1: Shelf/a is declared already at a.yaml:1:1.",
    ]);
  });
});

describe("hostile input", () => {
  test("a YAML bomb is refused", () => {
    const bomb = `${head}spec:\n  a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefgh"
      .split("")
      .map((c, i) => `  ${c}: &${c} [${Array(9).fill(`*${"abcdefgh"[i]}`).join(",")}]`)
      .join("\n")}`;
    expect(errorsOf(bomb).join()).toContain("alias");
  });

  test("a field of a megabyte is refused, at its place", () => {
    expect(errorsOf(`${head}spec:\n  books: [${"x".repeat(100_000)}]`)).toEqual([
      "a.yaml:5:11: spec.books.0: is longer than 64 KiB.",
    ]);
  });

  test("a file of more than a mebibyte is refused", () => {
    expect(errorsOf(`# ${"x".repeat(1024 * 1024)}`)).toEqual(["a.yaml is larger than 1024 KiB."]);
  });

  test("whatever the bytes are, the answer is documents or errors", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.string({ unit: "binary" })), (text) => {
        const { documents, errors } = parse(text);
        expect(documents.length + errors.length).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test("what is written as YAML is read as it was", () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
    const spec = fc.record({
      books: fc.array(fc.string({ minLength: 1 })),
      below: fc.array(fc.string()),
      height: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(name, spec, (n, s) => {
        const { documents, errors } = parse(
          stringify({ apiVersion: "moorline.io/v1alpha1", kind: "Shelf", metadata: { name: n }, spec: s }),
        );
        expect(errors).toEqual([]);
        expect(documents[0]?.spec).toEqual(s);
      }),
    );
  });
});

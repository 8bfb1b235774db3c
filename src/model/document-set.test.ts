import { expect, test } from "vitest";
import { documentSet } from "./document-set.ts";
import { shelf, shelfSchema } from "./testing/shelf.ts";

const setOf = (...documents: Parameters<typeof documentSet>[0]): ReturnType<typeof documentSet> =>
  documentSet(documents, [shelfSchema]);

test("each document stands behind those it refers to, whatever order they came in", () => {
  const { set, errors } = setOf(
    shelf("top", { below: ["middle"] }),
    shelf("middle", { below: ["floor"] }),
    shelf("floor"),
  );
  expect(errors).toEqual([]);
  expect(set.ordered.map((d) => d.metadata.name)).toEqual(["floor", "middle", "top"]);
});

test("a reference that leads nowhere is named with the document that makes it", () => {
  const { errors } = setOf(shelf("top", { below: ["nowhere"] }));
  expect(errors.map((e) => e.message)).toEqual([
    "shelves.yaml:1:1: Shelf/top refers to Shelf/nowhere, which no document declares.",
  ]);
});

test("a circle is named in full", () => {
  const { errors } = setOf(shelf("a", { below: ["b"] }), shelf("b", { below: ["a"] }));
  expect(errors.map((e) => e.message)).toEqual([
    "The documents refer to each other in a circle: Shelf/a → Shelf/b → Shelf/a.",
  ]);
});

import { expect, test } from "vitest";
import { z } from "zod";
import { described, type KindSchema } from "../kind-schema.ts";
import { shelfSchema } from "../testing/shelf.ts";
import { customResourceDefinition } from "./crd.ts";
import { kindJsonSchema, isNode, type SchemaNode } from "./json-schema.ts";
import { fieldsOf, referencePage } from "./reference.ts";

const withSpec = (spec: z.ZodType): KindSchema => ({ ...shelfSchema, spec, references: () => [] });

function specOf(kind: KindSchema): SchemaNode {
  const path = ["spec", "versions", "0", "schema", "openAPIV3Schema", "properties", "spec"];
  let node: unknown = customResourceDefinition(kind);
  for (const key of path) node = (node as Record<string, unknown>)[key];
  return isNode(node) ? node : {};
}

test("a CRD keeps types, bounds and words, and leaves out what a structural schema may not hold", () => {
  expect(specOf(shelfSchema as KindSchema)).toEqual({
    type: "object",
    properties: {
      books: { type: "array", description: "The books on it.", items: { type: "string", minLength: 1 } },
      below: { type: "array", description: "The shelves it stands on.", items: { type: "string" } },
      height: { type: "integer", description: "Its height.", minimum: 1, maximum: 9 },
    },
  });
});

test("a pattern is put as RE2 has it, or left to the engine where RE2 cannot say it", () => {
  const spec = z.strictObject({
    // oxlint-disable-next-line no-control-regex -- paths forbid them, and CRDs must say so
    path: z.string().regex(/^[^\u0000-\u001f]+$/),
    far: z.string().regex(/^(?!\.\.).*$/),
    both: z.string().regex(/^a/).regex(/b$/),
  });
  expect(specOf(withSpec(spec)).properties).toEqual({
    path: { type: "string", pattern: String.raw`^[^\x{0000}-\x{001f}]+$` },
    far: { type: "string" },
    both: { type: "string", allOf: [{ pattern: "^a" }, { pattern: "b$" }] },
  });
});

test("maps of strings stay maps, constants become an enumeration", () => {
  const spec = z.strictObject({ labels: z.record(z.string(), z.string()), kind: z.literal("x") });
  expect(specOf(withSpec(spec)).properties).toEqual({
    labels: { type: "object", additionalProperties: { type: "string" } },
    kind: { type: "string", enum: ["x"] },
  });
});

test("a union of objects is refused, because no structural schema can hold it", () => {
  const spec = z.strictObject({
    a: z.union([z.strictObject({ b: z.string() }), z.strictObject({ c: z.string() })]),
  });
  expect(() => customResourceDefinition(withSpec(spec))).toThrow("use optional members");
});

test("the JSON Schema for editors asks for the envelope and knows no other fields", () => {
  expect(kindJsonSchema(shelfSchema as KindSchema)).toMatchObject({
    required: ["apiVersion", "kind", "metadata", "spec"],
    properties: { kind: { const: "Shelf" }, spec: { additionalProperties: false } },
  });
  expect(JSON.stringify(kindJsonSchema(shelfSchema as KindSchema))).not.toContain("书");
});

test("the reference lists every field, inner ones too, in both languages", () => {
  const spec = z.strictObject({
    rows: described(
      z.array(z.strictObject({ name: described(z.string(), "Its name.", "名称。") })),
      "Rows.",
      "行。",
    ),
    mode: described(z.enum(["a", "b"]).default("a"), "How.", "方式。"),
  });
  const kind = withSpec(spec);
  expect(fieldsOf(kind).map((f) => [f.path, f.type, f.required, f.default, f.choices])).toEqual([
    ["spec.rows[]", "[]object", true, undefined, []],
    ["spec.rows[].name", "string", true, undefined, []],
    ["spec.mode", "string", false, '"a"', ["a", "b"]],
  ]);
  expect(referencePage(kind, "en")).toContain(
    '| `spec.mode` | `string` | How. (one of `a`, `b`; default `"a"`) |',
  );
  expect(referencePage(kind, "zh-CN")).toContain("方式。");
});

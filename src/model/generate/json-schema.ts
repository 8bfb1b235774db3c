import { z } from "zod";
import { apiVersion, type KindSchema } from "../kind-schema.ts";

/** A JSON Schema node; open, because post-passes walk it whatever it holds. */
export type SchemaNode = { [key: string]: unknown };

export function isNode(value: unknown): value is SchemaNode {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A schema made by zod keeps what the two generators need: descriptions in both languages. */
export function rawSpecSchema(kind: KindSchema, target: "draft-2020-12" | "openapi-3.0"): SchemaNode {
  const made: unknown = z.toJSONSchema(kind.spec, { target, io: "input" });
  return isNode(made) ? made : {};
}

/** Applies a change to every schema node, innermost first; the change returns the node to keep. */
export function walk(node: unknown, change: (node: SchemaNode) => SchemaNode): unknown {
  if (Array.isArray(node)) return node.map((n: unknown) => walk(n, change));
  if (!isNode(node)) return node;
  const inner: SchemaNode = {};
  for (const [key, value] of Object.entries(node)) {
    // Under these keys names map to schemas; everything else that is an object may be a schema itself.
    if ((key === "properties" || key === "patternProperties" || key === "$defs") && isNode(value))
      inner[key] = Object.fromEntries(Object.entries(value).map(([name, n]) => [name, walk(n, change)]));
    else if (key === "default" || key === "enum" || key === "const" || key === "examples") inner[key] = value;
    else inner[key] = walk(value, change);
  }
  return change(inner);
}

/** The Chinese half of a description is for the reference pages; editors show one language. */
const withoutChinese = (node: SchemaNode): SchemaNode => {
  const { zh: _zh, ...rest } = node;
  return rest;
};

/** The JSON Schema (2020-12) of one kind's documents, for editors. */
export function kindJsonSchema(kind: KindSchema): SchemaNode {
  const spec = walk(rawSpecSchema(kind, "draft-2020-12"), withoutChinese);
  const { $schema: _, ...specNode } = isNode(spec) ? spec : {};
  return {
    title: kind.kind,
    description: kind.description.en,
    type: "object",
    required: ["apiVersion", "kind", "metadata", "spec"],
    properties: {
      apiVersion: { const: apiVersion },
      kind: { const: kind.kind },
      metadata: {
        type: "object",
        required: ["name"],
        properties: {
          name: { type: "string", maxLength: 253 },
          labels: { type: "object", additionalProperties: { type: "string" } },
          annotations: { type: "object", additionalProperties: { type: "string" } },
        },
      },
      spec: specNode,
    },
  };
}

/** One schema for a file of any kind. */
export function allKindsJsonSchema(kinds: readonly KindSchema[]): SchemaNode {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Moorline documents",
    oneOf: kinds.map(kindJsonSchema),
  };
}

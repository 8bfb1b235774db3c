import { z } from "zod";
import type { Document } from "../document.ts";
import { apiVersion, described, type KindSchema } from "../kind-schema.ts";

/** A small kind for tests of the model and the engine: a shelf that must hold certain books. */
export interface ShelfSpec {
  readonly books: readonly string[];
  readonly below: readonly string[];
  readonly height: number;
}

const spec: z.ZodType<ShelfSpec> = z.strictObject({
  books: described(z.array(z.string().min(1)).default([]), "The books on it.", "书架上的书。"),
  below: described(z.array(z.string()).default([]), "The shelves it stands on.", "其下方的书架。"),
  height: described(z.int().min(1).max(9).default(1), "Its height.", "高度。"),
});

export const shelfSchema: KindSchema<ShelfSpec> = {
  kind: "Shelf",
  plural: "shelves",
  shortNames: ["sh"],
  description: { en: "A shelf that holds books.", zh: "放书的书架。" },
  spec,
  columns: [{ name: "Height", type: "integer", jsonPath: ".spec.height" }],
  references: (s) => s.below.map((name) => ({ kind: "Shelf", name })),
};

/** A document of it. */
export function shelf(name: string, fields: Partial<ShelfSpec> = {}): Document<ShelfSpec> {
  return {
    apiVersion,
    kind: "Shelf",
    metadata: { name, labels: {}, annotations: {} },
    spec: { books: [], below: [], height: 1, ...fields },
    source: { name: "shelves.yaml", line: 1, column: 1, directory: "/" },
  };
}

/**
 * The types that server-side apply, strategic merge patch and decoding need: what is a leaf, which lists are keyed, and by
 * what. Kubernetes takes the same facts from its OpenAPI document (`x-kubernetes-list-type` and the patch strategies).
 */
export type Schema = ScalarSchema | MapSchema | ListSchema | AnySchema;

export interface ScalarSchema {
  readonly kind: "scalar";
  readonly type: "string" | "bytes" | "number" | "boolean" | "time" | "microTime" | "untyped";
}

export interface MapSchema {
  readonly kind: "map";
  /** Members with a type of their own. */
  readonly fields: Map<string, Schema>;
  /** The type of every other member; undefined where no other member may be. */
  elements: Schema | undefined;
  readonly atomic: boolean;
}

export interface ListSchema {
  readonly kind: "list";
  readonly items: Schema;
  /** `atomic`: replaced as a whole; `set`: scalars, each once; `keyed`: objects told apart by `keys`. */
  readonly relationship: "atomic" | "set" | "keyed";
  readonly keys: readonly string[];
  /** The one key that strategic merge patch goes by, which differs from `keys` for container ports. */
  readonly mergeKey: string | undefined;
}

/** No schema: maps are merged member by member, lists replaced. */
export interface AnySchema {
  readonly kind: "any";
}

export const any: AnySchema = { kind: "any" };
const anyMap: MapSchema = { kind: "map", fields: new Map(), elements: any, atomic: false };
const anyList: ListSchema = {
  kind: "list",
  items: any,
  relationship: "atomic",
  keys: [],
  mergeKey: undefined,
};
const anyScalar: ScalarSchema = { kind: "scalar", type: "untyped" };

/** The schema to go by for a value: itself, or what the value looks like where there is no schema. */
export function resolve(schema: Schema, value: unknown): Exclude<Schema, AnySchema> {
  if (schema.kind !== "any") return schema;
  if (Array.isArray(value)) return anyList;
  return typeof value === "object" ? anyMap : anyScalar;
}

/** The schema of a member, or undefined where the type does not have it. */
export function memberSchema(schema: MapSchema, key: string): Schema | undefined {
  return schema.fields.get(key) ?? schema.elements;
}

import {
  isObject,
  listAt,
  objectAt,
  own,
  setOwn,
  stringAt,
  clone,
  type Json,
  type JsonObject,
} from "../json.ts";
import { any, type ListSchema, type MapSchema, type Schema } from "./schema.ts";

/** What server-side apply needs of a CRD's schema. */
export function schemaOfStructural(schema: JsonObject): Schema {
  if (own(schema, "x-kubernetes-int-or-string") === true) return { kind: "scalar", type: "untyped" };
  const preserves = own(schema, "x-kubernetes-preserve-unknown-fields") === true;
  switch (stringAt(schema, "type")) {
    case "object":
      return mapOf(schema, preserves);
    case "array":
      return listOf(schema);
    case "integer":
    case "number":
      return { kind: "scalar", type: "number" };
    case "boolean":
      return { kind: "scalar", type: "boolean" };
    case "string":
      return { kind: "scalar", type: "string" };
    default:
      return any;
  }
}

function mapOf(schema: JsonObject, preserves: boolean): MapSchema {
  const fields = new Map<string, Schema>();
  for (const [name, child] of Object.entries(objectAt(schema, "properties") ?? {})) {
    if (isObject(child)) fields.set(name, schemaOfStructural(child));
  }
  const additional = own(schema, "additionalProperties");
  const elements = isObject(additional)
    ? schemaOfStructural(additional)
    : additional === true || preserves
      ? any
      : undefined;
  return { kind: "map", fields, elements, atomic: own(schema, "x-kubernetes-map-type") === "atomic" };
}

function listOf(schema: JsonObject): ListSchema {
  const items = objectAt(schema, "items");
  const type = stringAt(schema, "x-kubernetes-list-type");
  const keys = listAt(schema, "x-kubernetes-list-map-keys").map(String);
  return {
    kind: "list",
    items: items === undefined ? any : schemaOfStructural(items),
    relationship: type === "map" ? "keyed" : type === "set" ? "set" : "atomic",
    keys: type === "map" ? keys : [],
    mergeKey: keys[0],
  };
}

const objectMeta = new Set(["apiVersion", "kind", "metadata"]);

/** Drops the fields that a structural schema does not know, and keeps what it says to preserve. In place. */
export function pruneStructural(schema: JsonObject, value: Json, isRoot = true): void {
  if (Array.isArray(value)) {
    const items = objectAt(schema, "items");
    if (items !== undefined) for (const item of value) pruneStructural(items, item, false);
    return;
  }
  if (!isObject(value)) return;
  const isResource = isRoot || own(schema, "x-kubernetes-embedded-resource") === true;
  const preserves = own(schema, "x-kubernetes-preserve-unknown-fields") === true;
  const properties = objectAt(schema, "properties") ?? {};
  const additional = own(schema, "additionalProperties");
  for (const key of Object.keys(value)) {
    if (isResource && objectMeta.has(key)) continue;
    const child = own(properties, key);
    if (isObject(child)) pruneStructural(child, value[key] as Json, false);
    else if (isObject(additional)) pruneStructural(additional, value[key] as Json, false);
    else if (!preserves && additional !== true) delete value[key];
  }
}

/** Sets the schema's defaults where a field is absent, or null without being nullable. In place. */
export function defaultStructural(schema: JsonObject, value: Json): void {
  if (Array.isArray(value)) {
    const items = objectAt(schema, "items");
    if (items !== undefined) for (const item of value) defaultStructural(items, item);
    return;
  }
  if (!isObject(value)) return;
  const properties = objectAt(schema, "properties") ?? {};
  for (const [name, child] of Object.entries(properties)) {
    if (!isObject(child)) continue;
    const standard = own(child, "default");
    const mine = own(value, name);
    const isMissing = mine === undefined || (mine === null && own(child, "nullable") !== true);
    if (standard !== undefined && isMissing) setOwn(value, name, clone(standard));
    const now = own(value, name);
    if (now !== undefined) defaultStructural(child, now);
  }
  const additional = own(schema, "additionalProperties");
  if (!isObject(additional)) return;
  for (const [name, one] of Object.entries(value))
    if (!(name in properties)) defaultStructural(additional, one);
}

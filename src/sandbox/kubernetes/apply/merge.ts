import { isObject, own, setOwn, type Json, type JsonObject } from "../json.ts";
import { memberSchema, resolve, type ListSchema, type MapSchema, type Schema } from "../schema/schema.ts";
import { fieldElement, itemElement, itemsByElement } from "./elements.ts";
import type { FieldSet } from "./field-set.ts";

/** The live object with an applied configuration laid over it: what both have is merged, the configuration wins. */
export function mergeTyped(
  schema: Schema,
  live: Json | undefined,
  applied: Json | undefined,
): Json | undefined {
  if (applied === undefined) return live;
  if (live === undefined) return applied;
  const type = resolve(schema, applied);
  if (type.kind === "map" && !type.atomic && isObject(live) && isObject(applied))
    return mergeMaps(type, live, applied);
  if (
    type.kind === "list" &&
    type.relationship !== "atomic" &&
    Array.isArray(live) &&
    Array.isArray(applied)
  ) {
    if (live.length + applied.length > 0) return mergeLists(type, live, applied);
  }
  return applied;
}

function mergeMaps(type: MapSchema, live: JsonObject, applied: JsonObject): JsonObject {
  const merged: JsonObject = {};
  for (const key of new Set([...Object.keys(live), ...Object.keys(applied)])) {
    const member = memberSchema(type, key);
    const value =
      member === undefined ? own(live, key) : mergeTyped(member, own(live, key), own(applied, key));
    if (value !== undefined) setOwn(merged, key, value);
  }
  return merged;
}

// Live items keep their places; new ones follow in the order in which they were applied.
function mergeLists(type: ListSchema, live: readonly Json[], applied: readonly Json[]): Json[] {
  const right = itemsByElement(type, applied);
  const merged: Json[] = [];
  const seen = new Set<string>();
  for (const item of live) {
    const told = itemElement(type, item);
    if ("problem" in told || seen.has(told.element)) continue;
    seen.add(told.element);
    merged.push(mergeTyped(type.items, item, right.get(told.element)) as Json);
  }
  for (const [element, item] of right) if (!seen.has(element)) merged.push(item);
  return merged;
}

/** The value without the fields of a set; maps and lists that become empty go too. */
export function removeFields(schema: Schema, value: Json, fields: FieldSet): Json | undefined {
  const type = resolve(schema, value);
  if (type.kind === "map" && !type.atomic && isObject(value)) return removeMembers(type, value, fields);
  if (type.kind === "list" && type.relationship !== "atomic" && Array.isArray(value)) {
    return removeItems(type, value, fields);
  }
  return value;
}

function removeMembers(type: MapSchema, value: JsonObject, fields: FieldSet): JsonObject | undefined {
  const kept: JsonObject = {};
  for (const key of Object.keys(value)) {
    const element = fieldElement(key);
    if (fields.members.has(element)) continue;
    const below = fields.children.get(element);
    const member = memberSchema(type, key);
    const one = value[key] as Json;
    const rest = below === undefined || member === undefined ? one : removeFields(member, one, below);
    setOwn(kept, key, rest ?? null);
  }
  return Object.keys(kept).length === 0 ? undefined : kept;
}

function removeItems(type: ListSchema, value: readonly Json[], fields: FieldSet): Json[] | undefined {
  const kept: Json[] = [];
  for (const item of value) {
    const told = itemElement(type, item);
    if ("problem" in told) {
      kept.push(item);
      continue;
    }
    if (fields.members.has(told.element)) continue;
    const below = fields.children.get(told.element);
    kept.push(below === undefined ? item : (removeFields(type.items, item, below) ?? null));
  }
  return kept.length === 0 ? undefined : kept;
}

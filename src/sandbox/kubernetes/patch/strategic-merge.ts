import { equal, isObject, own, setOwn, type Json, type JsonObject } from "../json.ts";
import { any, memberSchema, resolve, type ListSchema, type Schema } from "../schema/schema.ts";
import { badRequest } from "../status.ts";

/**
 * Kubernetes' strategic merge patch: a merge patch in which keyed lists are merged item by item, with the directives
 * `$patch: delete|replace|merge`, `$deleteFromPrimitiveList/…`, `$setElementOrder/…` and `$retainKeys`.
 */
export function applyStrategicMerge(schema: Schema, target: Json | undefined, patch: Json): Json {
  const type = resolve(schema, patch);
  if (isObject(patch)) return mergeMap(type, isObject(target) ? target : undefined, patch);
  if (Array.isArray(patch) && type.kind === "list")
    return mergeList(type, Array.isArray(target) ? target : [], patch);
  return patch;
}

function mergeMap(schema: Schema, target: JsonObject | undefined, patch: JsonObject): JsonObject {
  const directive = patch["$patch"];
  if (directive === "replace") return without(patch, ["$patch"]);
  if (directive === "delete") return {};
  if (directive !== undefined && directive !== "merge") {
    throw badRequest(`unrecognized strategic merge directive: ${JSON.stringify(directive)}`);
  }
  const result: JsonObject = retained(target ?? {}, patch["$retainKeys"]);
  for (const key of Object.keys(patch)) {
    const value = patch[key] as Json;
    if (key === "$patch" || key === "$retainKeys" || key.startsWith("$setElementOrder/")) continue;
    if (key.startsWith("$deleteFromPrimitiveList/")) {
      deleteFromList(result, key.slice("$deleteFromPrimitiveList/".length), value);
    } else if (value === null) {
      delete result[key];
    } else {
      setOwn(result, key, applyStrategicMerge(fieldSchema(schema, key), own(result, key), value));
    }
  }
  for (const key of Object.keys(patch)) {
    if (key.startsWith("$setElementOrder/"))
      order(schema, result, key.slice("$setElementOrder/".length), patch[key] as Json);
  }
  return result;
}

function fieldSchema(schema: Schema, key: string): Schema {
  return schema.kind === "map" ? (memberSchema(schema, key) ?? any) : any;
}

function retained(target: JsonObject, keys: Json | undefined): JsonObject {
  if (!Array.isArray(keys)) return { ...target };
  return Object.fromEntries(Object.entries(target).filter(([key]) => keys.includes(key)));
}

function deleteFromList(result: JsonObject, key: string, values: Json): void {
  const list = own(result, key);
  if (!Array.isArray(list) || !Array.isArray(values)) return;
  setOwn(
    result,
    key,
    list.filter((item) => !values.some((value) => equal(value, item))),
  );
}

function mergeList(type: ListSchema, target: readonly Json[], patch: readonly Json[]): Json[] {
  if (patch.some((item) => isObject(item) && item["$patch"] === "replace")) {
    return patch.filter((item) => !(isObject(item) && item["$patch"] === "replace"));
  }
  if (type.relationship === "atomic") return [...patch];
  if (type.relationship === "set") {
    return [...target, ...patch.filter((item) => !target.some((other) => equal(item, other)))];
  }
  const key = type.mergeKey ?? type.keys[0] ?? "";
  const result = [...target];
  for (const item of patch) {
    const value = isObject(item) ? own(item, key) : undefined;
    if (!isObject(item) || value === undefined) {
      throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
    }
    const at = result.findIndex((other) => isObject(other) && equal(own(other, key), value));
    if (item["$patch"] === "delete") {
      if (at !== -1) result.splice(at, 1);
    } else if (at === -1) {
      result.push(mergeMap(type.items, undefined, item));
    } else {
      result[at] = mergeMap(type.items, result[at] as JsonObject, item);
    }
  }
  return result;
}

// Items named by the directive take its order; the others keep their places behind them.
function order(schema: Schema, result: JsonObject, key: string, wanted: Json): void {
  const list = own(result, key);
  const type = fieldSchema(schema, key);
  if (!Array.isArray(list) || !Array.isArray(wanted) || type.kind !== "list") return;
  const mergeKey = type.mergeKey;
  const identity = (item: Json): Json =>
    mergeKey !== undefined && isObject(item) ? (own(item, mergeKey) ?? null) : item;
  const rank = (item: Json): number => {
    const at = wanted.findIndex((one) => equal(identity(one), identity(item)));
    return at === -1 ? wanted.length : at;
  };
  setOwn(
    result,
    key,
    list.toSorted((a, b) => rank(a) - rank(b)),
  );
}

function without(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

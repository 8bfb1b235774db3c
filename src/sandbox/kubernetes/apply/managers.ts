import { isObject, listAt, stringAt, type Json, type JsonObject } from "../json.ts";
import type { ApiObject } from "../object.ts";
import { emptySet, fromFieldsV1, isEmptySet, toFieldsV1, union, type FieldSet } from "./field-set.ts";

/** Who set which fields, and how; one entry of `metadata.managedFields`. */
export interface Manager {
  readonly name: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly time: string | undefined;
  readonly fields: FieldSet;
}

/** By identity: an applier is one whatever version it applied, an updater is another for every version. */
export type Managers = ReadonlyMap<string, Manager>;

export function managerId(name: string, operation: "Apply" | "Update", apiVersion: string): string {
  return JSON.stringify(operation === "Apply" ? [name, operation] : [name, operation, apiVersion]);
}

export function managersOf(object: ApiObject): Managers {
  const managers = new Map<string, Manager>();
  for (const entry of listAt(object, "metadata", "managedFields")) {
    const manager = decode(entry);
    if (manager === undefined) return new Map();
    managers.set(managerId(manager.name, manager.operation, manager.apiVersion), manager);
  }
  return managers;
}

function decode(entry: Json): Manager | undefined {
  if (!isObject(entry) || entry["fieldsType"] !== "FieldsV1") return undefined;
  const fields = entry["fieldsV1"];
  return {
    name: stringAt(entry, "manager") ?? "",
    operation: entry["operation"] === "Apply" ? "Apply" : "Update",
    apiVersion: stringAt(entry, "apiVersion") ?? "",
    time: stringAt(entry, "time"),
    fields: isObject(fields) ? fromFieldsV1(fields) : emptySet,
  };
}

/** The object with these managers in its metadata; an object without managers has no such field. */
export function withManagers(object: ApiObject, managers: Managers): ApiObject {
  const { managedFields: _, ...metadata } = isObject(object["metadata"]) ? object["metadata"] : {};
  const entries = [...managers.values()].sort(byAge).map(encode);
  return {
    ...object,
    metadata: entries.length === 0 ? metadata : { ...metadata, managedFields: entries },
  };
}

export function withoutManagers(object: ApiObject): ApiObject {
  return withManagers(object, new Map());
}

function encode(manager: Manager): JsonObject {
  return {
    manager: manager.name,
    operation: manager.operation,
    apiVersion: manager.apiVersion,
    ...(manager.time === undefined ? {} : { time: manager.time }),
    fieldsType: "FieldsV1",
    fieldsV1: toFieldsV1(manager.fields),
  };
}

function byAge(a: Manager, b: Manager): number {
  const key = (m: Manager): readonly string[] => [m.operation, m.time ?? "", m.name, m.apiVersion];
  const [left, right] = [key(a), key(b)];
  for (const [i, mine] of left.entries()) {
    const other = right[i] as string;
    if (mine !== other) return mine < other ? -1 : 1;
  }
  return 0;
}

/** Sets one manager's fields, or forgets it where none is left. */
export function setManager(managers: Map<string, Manager>, manager: Manager): void {
  const id = managerId(manager.name, manager.operation, manager.apiVersion);
  if (isEmptySet(manager.fields)) managers.delete(id);
  else managers.set(id, manager);
}

const mostUpdaters = 10;

/** Joins the oldest updaters into "ancient-changes" until no more than ten are left, as the real server does. */
export function capUpdaters(managers: Map<string, Manager>): void {
  const updaters = [...managers.values()].filter((manager) => manager.operation === "Update").sort(byAge);
  const surplus = updaters.length - mostUpdaters;
  if (surplus <= 0) return;
  const oldest = updaters.slice(0, surplus + 1);
  const first = oldest[0] as Manager;
  const bucket = {
    ...first,
    name: "ancient-changes",
    time: oldest.at(-1)?.time,
    fields: oldest.map((manager) => manager.fields).reduce(union),
  };
  for (const manager of oldest) managers.delete(managerId(manager.name, "Update", manager.apiVersion));
  managers.set(managerId(bucket.name, "Update", bucket.apiVersion), bucket);
}

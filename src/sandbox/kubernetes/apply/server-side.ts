import { isObject, objectAt, stringAt } from "../json.ts";
import { uidOf, type ApiObject } from "../object.ts";
import type { Schema } from "../schema/schema.ts";
import { badRequest, internalError } from "../status.ts";
import { compare, isSame, type Comparison } from "./compare.ts";
import { applyConflict } from "./conflicts.ts";
import {
  difference,
  emptySet,
  fromFieldsV1,
  intersection,
  isEmptySet,
  sameSet,
  union,
  type FieldSet,
} from "./field-set.ts";
import {
  capUpdaters,
  managerId,
  managersOf,
  setManager,
  withManagers,
  withoutManagers,
  type Manager,
  type Managers,
} from "./managers.ts";
import { mergeTyped, removeFields } from "./merge.ts";
import { fieldsOf, problemText, typeProblems } from "./typed.ts";

export interface ManagedWrite {
  readonly schema: Schema;
  readonly apiVersion: string;
  /** The field manager's name. */
  readonly manager: string;
  /** RFC 3339, whole seconds. */
  readonly time: string;
  /** What an object of the kind has before anybody set anything: Go's structs are never absent. */
  readonly zero: ApiObject;
}

// Fields of metadata that nobody is said to manage.
const unmanaged = fromFieldsV1({
  "f:apiVersion": {},
  "f:kind": {},
  "f:metadata": {
    ".": {},
    "f:name": {},
    "f:namespace": {},
    "f:creationTimestamp": {},
    "f:selfLink": {},
    "f:uid": {},
    "f:clusterName": {},
    "f:generation": {},
    "f:managedFields": {},
    "f:resourceVersion": {},
  },
});

/**
 * The object as written by PUT, POST or a patch, with its `managedFields` brought up to date: what the writer changed is the
 * writer's, what it removed is nobody's. An existing object that nobody manages stays so.
 */
export function trackUpdate(
  live: ApiObject,
  next: ApiObject,
  write: ManagedWrite,
  options?: { trustNext: boolean },
): ApiObject {
  const managers = startingManagers(live, next, options?.trustNext ?? true);
  const bare = withoutManagers(next);
  if (managers.size === 0 && uidOf(live) !== "") return bare;
  return withManagers(bare, updated(withoutManagers(live), bare, managers, write));
}

// A client may hand in managedFields; an empty list asks to forget all, and what cannot be read counts as absent.
function startingManagers(live: ApiObject, next: ApiObject, trustNext: boolean): Managers {
  const given = objectAt(next, "metadata")?.["managedFields"];
  if (!trustNext || !Array.isArray(given)) return managersOf(live);
  if (given.length === 0) return new Map();
  if (given.length === 1 && isObject(given[0]) && Object.keys(given[0]).length === 0) return new Map();
  const managers = managersOf(next);
  return managers.size === 0 ? managersOf(live) : managers;
}

function updated(live: ApiObject, next: ApiObject, before: Managers, write: ManagedWrite): Managers {
  const comparison = compare(write.schema, live, next);
  const managers = new Map<string, Manager>();
  for (const manager of before.values()) setManager(managers, yielded(manager, comparison));
  const taken = difference(
    difference(union(comparison.modified, comparison.added), comparison.removed),
    unmanaged,
  );
  if (!isEmptySet(taken)) {
    const id = managerId(write.manager, "Update", write.apiVersion);
    const former = before.get(id);
    const fields = union(taken, managers.get(id)?.fields ?? emptySet);
    const isUnchanged = former !== undefined && sameSet(former.fields, fields);
    const time = isUnchanged ? former.time : write.time;
    setManager(managers, {
      name: write.manager,
      operation: "Update",
      apiVersion: write.apiVersion,
      time,
      fields,
    });
  }
  capUpdaters(managers);
  return managers;
}

// What another's write leaves a manager: not what was changed, added or removed.
function yielded(manager: Manager, { modified, added, removed }: Comparison): Manager {
  return { ...manager, fields: difference(difference(manager.fields, union(modified, added)), removed) };
}

/**
 * Server-side apply: lays a configuration over the live object, takes out what this manager applied before and nobody
 * applies now, and notes who manages what.
 * @throws ApiError 409 where another manager's field would change and `force` is false
 */
export function applyConfiguration(
  live: ApiObject,
  config: ApiObject,
  write: ManagedWrite,
  force: boolean,
): ApiObject {
  checkConfiguration(config, write);
  const before = liveManagers(live, write);
  const current = withoutManagers(live);
  const id = managerId(write.manager, "Apply", write.apiVersion);
  const former = before.get(id);
  const applied = fieldsOf(write.schema, config);

  const merged = mergeTyped(write.schema, current, config) as ApiObject;
  const others = [...before].filter(([other]) => other !== id).map(([, manager]) => manager.fields);
  const owned = [applied, ...others].reduce(union);
  const next = former === undefined ? merged : prune(write.schema, merged, former.fields, owned);

  const comparison = compare(write.schema, current, next);
  const changed = union(comparison.modified, comparison.added);
  const conflicts = [...before]
    .filter(([other]) => other !== id)
    .map(([, manager]) => ({ manager, fields: intersection(manager.fields, changed) }))
    .filter(({ fields }) => !isEmptySet(fields));
  if (conflicts.length > 0 && !force) throw applyConflict(conflicts);

  const managers = new Map<string, Manager>();
  for (const [other, manager] of before) if (other !== id) setManager(managers, yielded(manager, comparison));
  const fields = difference(applied, unmanaged);
  const time =
    isSame(comparison) && hasSameManagers(before, managers, id, fields) ? former?.time : write.time;
  setManager(managers, {
    name: write.manager,
    operation: "Apply",
    apiVersion: write.apiVersion,
    time,
    fields,
  });
  return withManagers(next, managers);
}

function checkConfiguration(config: ApiObject, write: ManagedWrite): void {
  if (stringAt(config, "apiVersion") !== write.apiVersion) {
    const given = stringAt(config, "apiVersion") ?? "";
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${given}, expected: ${write.apiVersion}`,
    );
  }
  if (objectAt(config, "metadata")?.["managedFields"] !== undefined) {
    throw badRequest("metadata.managedFields must be nil");
  }
  const problems = typeProblems(write.schema, config);
  if (problems.length > 0)
    throw internalError(`failed to create typed patch object: ${problemText(problems)}`);
}

// The first apply to an object that nobody manages gives what is there to "before-first-apply", so that it can be kept.
function liveManagers(live: ApiObject, write: ManagedWrite): Managers {
  const managers = managersOf(live);
  if (managers.size > 0 || uidOf(live) === "") return managers;
  return updated(write.zero, withoutManagers(live), managers, { ...write, manager: "before-first-apply" });
}

/** Removes what the manager applied before, but for what anybody still owns, and what holds such things. */
function prune(schema: Schema, merged: ApiObject, former: FieldSet, owned: FieldSet): ApiObject {
  const mergedSet = fieldsOf(schema, merged);
  const shrunk = removeFields(schema, merged, former) ?? null;
  const kept = union(fieldsOf(schema, shrunk), owned);
  const withOwned = removeFields(schema, merged, difference(mergedSet, kept)) ?? null;
  const dangling = intersection(difference(mergedSet, fieldsOf(schema, withOwned)), former);
  return (removeFields(schema, merged, dangling) ?? {}) as ApiObject;
}

function hasSameManagers(before: Managers, after: Managers, id: string, fields: FieldSet): boolean {
  const former = before.get(id);
  if (former === undefined || !sameSet(former.fields, fields)) return false;
  return (
    [...after].every(([other, manager]) => sameSet(before.get(other)?.fields ?? emptySet, manager.fields)) &&
    after.size === before.size - 1
  );
}

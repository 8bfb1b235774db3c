import { equal, isObject, own, type Json } from "../json.ts";
import { memberSchema, resolve, type Schema } from "../schema/schema.ts";
import { fieldElement, itemsByElement } from "./elements.ts";
import { FieldSetBuilder, isEmptySet, type FieldSet } from "./field-set.ts";

/** What became of the fields between two states of an object. */
export interface Comparison {
  readonly removed: FieldSet;
  readonly modified: FieldSet;
  readonly added: FieldSet;
}

interface Findings {
  readonly removed: FieldSetBuilder;
  readonly modified: FieldSetBuilder;
  readonly added: FieldSetBuilder;
}

export function compare(schema: Schema, before: Json, after: Json): Comparison {
  const findings: Findings = {
    removed: new FieldSetBuilder(),
    modified: new FieldSetBuilder(),
    added: new FieldSetBuilder(),
  };
  walk(schema, before, after, [], findings);
  return findings;
}

export function isSame(comparison: Comparison): boolean {
  return isEmptySet(comparison.removed) && isEmptySet(comparison.modified) && isEmptySet(comparison.added);
}

type Side = Json | undefined;

function walk(schema: Schema, before: Side, after: Side, path: readonly string[], out: Findings): void {
  const type = resolve(schema, after ?? before);
  const isLeaf =
    type.kind === "scalar" ||
    (type.kind === "map" && type.atomic) ||
    (type.kind === "list" && type.relationship === "atomic") ||
    // An empty map or list is a leaf, so that it is told from one that is not there.
    (isNothing(before) && isNothing(after)) ||
    !(isContainer(before) && isContainer(after));
  if (isLeaf) {
    note(before, after, path, out);
    return;
  }
  if (type.kind === "map") {
    const left = isObject(before) ? before : {};
    const right = isObject(after) ? after : {};
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
      const member = memberSchema(type, key);
      if (member !== undefined)
        walk(member, own(left, key), own(right, key), [...path, fieldElement(key)], out);
    }
  } else if (type.kind === "list") {
    const left = itemsByElement(type, Array.isArray(before) ? before : []);
    const right = itemsByElement(type, Array.isArray(after) ? after : []);
    for (const element of new Set([...left.keys(), ...right.keys()])) {
      walk(type.items, left.get(element), right.get(element), [...path, element], out);
    }
  }
  if (before === undefined) out.added.insert(path);
  else if (after === undefined) out.removed.insert(path);
}

function note(before: Side, after: Side, path: readonly string[], out: Findings): void {
  if (before === undefined) out.added.insert(path);
  else if (after === undefined) out.removed.insert(path);
  else if (!equal(before, after)) out.modified.insert(path);
}

function isNothing(value: Side): boolean {
  if (value === undefined || value === null) return true;
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

function isContainer(value: Side): boolean {
  return value === undefined || value === null || typeof value === "object";
}

import { isObject, type JsonObject } from "../json.ts";

/**
 * A set of paths in an object, in the form that `managedFields[].fieldsV1` has: an element is `f:name`, `k:{"key":value}`
 * or `v:value`. A path is in the set when its last element is a member of the node that its other elements lead to.
 */
export interface FieldSet {
  readonly members: ReadonlySet<string>;
  readonly children: ReadonlyMap<string, FieldSet>;
}

export const emptySet: FieldSet = { members: new Set(), children: new Map() };

/** A set in the making. */
export class FieldSetBuilder implements FieldSet {
  readonly members = new Set<string>();
  readonly children = new Map<string, FieldSetBuilder>();

  insert(path: readonly string[]): void {
    const [first, ...rest] = path;
    if (first === undefined) return;
    if (rest.length === 0) {
      this.members.add(first);
      return;
    }
    const child = this.children.get(first) ?? new FieldSetBuilder();
    this.children.set(first, child);
    child.insert(rest);
  }
}

export function isEmptySet(set: FieldSet): boolean {
  return set.members.size === 0 && [...set.children.values()].every(isEmptySet);
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  const children = new Map(a.children);
  for (const [key, child] of b.children) {
    const mine = children.get(key);
    children.set(key, mine === undefined ? child : union(mine, child));
  }
  return { members: new Set([...a.members, ...b.members]), children };
}

export function difference(a: FieldSet, b: FieldSet): FieldSet {
  const members = new Set([...a.members].filter((member) => !b.members.has(member)));
  return {
    members,
    children: mapChildren(a, (key, child) => {
      const other = b.children.get(key);
      return other === undefined ? child : difference(child, other);
    }),
  };
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const members = new Set([...a.members].filter((member) => b.members.has(member)));
  return {
    members,
    children: mapChildren(a, (key, child) => {
      const other = b.children.get(key);
      return other === undefined ? emptySet : intersection(child, other);
    }),
  };
}

function mapChildren(
  set: FieldSet,
  change: (key: string, child: FieldSet) => FieldSet,
): ReadonlyMap<string, FieldSet> {
  const children = new Map<string, FieldSet>();
  for (const [key, child] of set.children) {
    const changed = change(key, child);
    if (!isEmptySet(changed)) children.set(key, changed);
  }
  return children;
}

export function sameSet(a: FieldSet, b: FieldSet): boolean {
  return isEmptySet(difference(a, b)) && isEmptySet(difference(b, a));
}

/** Every path, members before what lies below, both in order. */
export function paths(set: FieldSet, prefix: readonly string[] = []): readonly (readonly string[])[] {
  const own = [...set.members].sort().map((member) => [...prefix, member]);
  const below = [...set.children.keys()]
    .sort()
    .flatMap((key) => paths(set.children.get(key) as FieldSet, [...prefix, key]));
  return [...own, ...below];
}

/** A path as messages write it: `.spec.containers[name="a"].image`. */
export function pathText(path: readonly string[]): string {
  return path.map(elementText).join("");
}

function elementText(element: string): string {
  const body = element.slice(2);
  if (element.startsWith("k:")) {
    const keys = Object.entries(JSON.parse(body) as JsonObject);
    return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(",")}]`;
  }
  if (element.startsWith("v:")) return `[=${body}]`;
  return element.startsWith("i:") ? `[${body}]` : `.${body}`;
}

export function toFieldsV1(set: FieldSet): JsonObject {
  const fields: JsonObject = {};
  for (const key of [...new Set([...set.members, ...set.children.keys()])].sort()) {
    const child = set.children.get(key);
    const below = child === undefined ? {} : toFieldsV1(child);
    const isAlone = Object.keys(below).length === 0;
    fields[key] = set.members.has(key) && !isAlone ? { ".": {}, ...below } : below;
  }
  return fields;
}

export function fromFieldsV1(fields: JsonObject): FieldSet {
  const members = new Set<string>();
  const children = new Map<string, FieldSet>();
  for (const [key, below] of Object.entries(fields)) {
    if (key === "." || !isObject(below)) continue;
    const rest = Object.keys(below).filter((name) => name !== ".");
    if (rest.length === 0 || "." in below) members.add(key);
    if (rest.length > 0) children.set(key, fromFieldsV1(below));
  }
  return { members, children };
}

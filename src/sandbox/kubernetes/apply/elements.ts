import { isObject, own, type Json, type JsonObject } from "../json.ts";
import type { ListSchema } from "../schema/schema.ts";

/** Something about a value that its schema forbids; `path` and `message` are joined as the real server does. */
export interface TypeProblem {
  readonly path: string;
  readonly message: string;
}

export const fieldElement = (name: string): string => `f:${name}`;

/**
 * What tells an item of a keyed list or a set from the others: `k:{"name":"a"}` or `v:"a"`.
 * Returns a problem where the item has no such thing.
 */
export function itemElement(schema: ListSchema, item: Json): { element: string } | { problem: string } {
  return schema.relationship === "keyed" ? keyedElement(schema, item) : setElement(item);
}

function keyedElement(schema: ListSchema, item: Json): { element: string } | { problem: string } {
  if (item === null) return { problem: "associative list with keys may not have a null element" };
  if (!isObject(item)) return { problem: "associative list with keys may not have non-map elements" };
  const keys: JsonObject = {};
  for (const name of [...schema.keys].sort()) {
    const value = own(item, name);
    if (value === undefined) {
      const what = `associative list with keys has an element that omits key field ${JSON.stringify(name)}`;
      return { problem: `${what} (and doesn't have default value)` };
    }
    keys[name] = value;
  }
  return { element: `k:${JSON.stringify(keys)}` };
}

function setElement(item: Json): { element: string } | { problem: string } {
  if (item === null)
    return { problem: "associative list without keys has an element that's an explicit null" };
  if (isObject(item)) return { problem: "associative list without keys has an element that's a map type" };
  if (Array.isArray(item)) return { problem: "not supported: associative list with lists as elements" };
  return { element: `v:${JSON.stringify(item)}` };
}

/** The items by their element, in order; items that have none are left out. */
export function itemsByElement(schema: ListSchema, items: readonly Json[]): Map<string, Json> {
  const found = new Map<string, Json>();
  for (const item of items) {
    const told = itemElement(schema, item);
    if ("element" in told && !found.has(told.element)) found.set(told.element, item);
  }
  return found;
}

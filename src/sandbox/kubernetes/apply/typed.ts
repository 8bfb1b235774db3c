import { isObject, type Json } from "../json.ts";
import {
  memberSchema,
  resolve,
  type ListSchema,
  type MapSchema,
  type ScalarSchema,
  type Schema,
} from "../schema/schema.ts";
import { fieldElement, itemElement, type TypeProblem } from "./elements.ts";
import { FieldSetBuilder, pathText, type FieldSet } from "./field-set.ts";

/** What a value has that its schema does not allow, in the words of the real server; empty where all is well. */
export function typeProblems(schema: Schema, value: Json, path = ""): readonly TypeProblem[] {
  const type = resolve(schema, value);
  if (value === null) return [];
  if (type.kind === "scalar") return scalarProblems(type, value, path);
  if (type.kind === "map") return mapProblems(type, value, path);
  return listProblems(type, value, path);
}

function scalarProblems(type: ScalarSchema, value: Json, path: string): readonly TypeProblem[] {
  const shown = Array.isArray(value) || isObject(value) ? JSON.stringify(value) : String(value);
  if (type.type === "number") {
    return typeof value === "number"
      ? []
      : [{ path, message: `expected numeric (int or float), got ${shown}` }];
  }
  if (type.type === "boolean") {
    return typeof value === "boolean" ? [] : [{ path, message: `expected boolean, got ${shown}` }];
  }
  if (type.type === "untyped") return [];
  return typeof value === "string"
    ? []
    : [{ path, message: `expected string, got &value.valueUnstructured{Value:${shown}}` }];
}

function mapProblems(type: MapSchema, value: Json, path: string): readonly TypeProblem[] {
  if (!isObject(value)) return [{ path, message: `expected map, got ${goText(value)}` }];
  return Object.keys(value).flatMap((key) => {
    const member = memberSchema(type, key);
    const at = `${path}.${key}`;
    if (member === undefined) return [{ path: at, message: "field not declared in schema" }];
    return typeProblems(member, value[key] as Json, at);
  });
}

function listProblems(type: ListSchema, value: Json, path: string): readonly TypeProblem[] {
  if (!Array.isArray(value)) return [{ path, message: `expected list, got ${goText(value)}` }];
  const problems: TypeProblem[] = [];
  const seen = new Set<string>();
  for (const [index, item] of value.entries()) {
    let at = `[${index}]`;
    if (type.relationship !== "atomic") {
      const told = itemElement(type, item);
      if ("problem" in told) return [...problems, { path, message: `element ${index}: ${told.problem}` }];
      at = pathText([told.element]);
      if (seen.has(told.element)) problems.push({ path, message: `duplicate entries for key ${at}` });
      seen.add(told.element);
    }
    problems.push(...typeProblems(type.items, item, path + at));
  }
  return problems;
}

// How Go prints a value that a message quotes.
function goText(value: Json): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (isObject(value))
    return `map[${Object.entries(value)
      .map(([key, one]) => `${key}:${goText(one)}`)
      .join(" ")}]`;
  return Array.isArray(value) ? `[${value.map(goText).join(" ")}]` : String(value);
}

/** One line for one problem, an indented list for more. */
export function problemText(problems: readonly TypeProblem[]): string {
  const lines = problems.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));
  return lines.length === 1
    ? (lines[0] as string)
    : ["errors:", ...lines.map((line) => `  ${line}`)].join("\n");
}

/** Every field that an applied configuration speaks of. */
export function fieldsOf(schema: Schema, value: Json): FieldSet {
  const set = new FieldSetBuilder();
  collect(schema, value, [], set);
  return set;
}

function collect(schema: Schema, value: Json, path: readonly string[], set: FieldSetBuilder): void {
  const type = resolve(schema, value);
  if (type.kind === "scalar" || (type.kind === "list" && type.relationship === "atomic")) {
    set.insert(path);
    return;
  }
  if (type.kind === "list") {
    for (const item of Array.isArray(value) ? value : []) {
      const told = itemElement(type, item);
      if ("problem" in told) continue;
      collect(type.items, item, [...path, told.element], set);
      set.insert([...path, told.element]);
    }
    return;
  }
  if (type.atomic) {
    set.insert(path);
    return;
  }
  if (!isObject(value)) return;
  for (const key of Object.keys(value)) {
    const member = memberSchema(type, key);
    if (member === undefined) continue;
    const at = [...path, fieldElement(key)];
    collect(member, value[key] as Json, at, set);
    if (!type.fields.has(key)) set.insert(at);
  }
}

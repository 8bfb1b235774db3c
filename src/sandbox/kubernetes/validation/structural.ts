import { equal, isObject, listAt, objectAt, own, stringAt, type Json, type JsonObject } from "../json.ts";
import { duplicateValue, invalidValue, required, unsupportedValue, type FieldError } from "../status.ts";
import { hasFormat } from "./formats.ts";

/** What a custom resource has that its CRD's schema does not allow. */
export function structuralValueErrors(schema: JsonObject, object: JsonObject): readonly FieldError[] {
  return [...valueErrors(schema, object, "", true), ...listTypeErrors(schema, object, "")];
}

function valueErrors(schema: JsonObject, value: Json, path: string, isRoot = false): readonly FieldError[] {
  const type = typeErrors(schema, value, path);
  if (type.length > 0) return type;
  const errors: FieldError[] = [...combinationErrors(schema, value, path)];
  if (value === null) return errors;
  const allowed = own(schema, "enum");
  if (Array.isArray(allowed) && !allowed.some((one) => equal(one, value))) {
    errors.push(unsupportedValue(path, shown(value), allowed.map(String)));
  }
  if (typeof value === "string") errors.push(...stringErrors(schema, value, path));
  if (typeof value === "number") errors.push(...numberErrors(schema, value, path));
  if (Array.isArray(value)) errors.push(...arrayErrors(schema, value, path));
  if (isObject(value)) errors.push(...objectErrors(schema, value, path, isRoot));
  return errors;
}

const at = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`);
const shown = (value: Json): string => JSON.stringify(value);
const inBody = (path: string, rest: string): string => `${path} in body ${rest}`;

function typeErrors(schema: JsonObject, value: Json, path: string): readonly FieldError[] {
  if (value === null && own(schema, "nullable") === true) return [];
  const actual = typeOf(value);
  const isEither = own(schema, "x-kubernetes-int-or-string") === true;
  const expected = isEither ? ["integer", "string"] : [stringAt(schema, "type") ?? actual];
  const fits = expected.some((one) => one === actual || (one === "number" && actual === "integer"));
  if (fits) return [];
  const text = `"${actual}"`;
  return [invalidValue(path, text, inBody(path, `must be of type ${expected.join(",")}: ${text}`))];
}

function typeOf(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

function stringErrors(schema: JsonObject, value: string, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const wrong = (rest: string): void =>
    void errors.push(invalidValue(path, shown(value), inBody(path, rest)));
  // Characters, not UTF-16 units.
  const length = Array.from(value).length;
  const [least, most] = [own(schema, "minLength"), own(schema, "maxLength")];
  if (typeof most === "number" && length > most) wrong(`should be at most ${most} chars long`);
  if (typeof least === "number" && length < least) wrong(`should be at least ${least} chars long`);
  const pattern = stringAt(schema, "pattern");
  if (pattern !== undefined && !re2(pattern).test(value)) wrong(`should match '${pattern}'`);
  const format = stringAt(schema, "format");
  if (format !== undefined && !hasFormat(format, value)) wrong(`must be of type ${format}: ${shown(value)}`);
  return errors;
}

function numberErrors(schema: JsonObject, value: number, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const wrong = (rest: string): void =>
    void errors.push(invalidValue(path, shown(value), inBody(path, rest)));
  const [least, most, step] = [own(schema, "minimum"), own(schema, "maximum"), own(schema, "multipleOf")];
  const isAbove = own(schema, "exclusiveMinimum") === true;
  const isBelow = own(schema, "exclusiveMaximum") === true;
  if (typeof most === "number" && (isBelow ? value >= most : value > most)) {
    wrong(`should be less than ${isBelow ? "" : "or equal to "}${most}`);
  }
  if (typeof least === "number" && (isAbove ? value <= least : value < least)) {
    wrong(`should be greater than ${isAbove ? "" : "or equal to "}${least}`);
  }
  if (typeof step === "number" && !Number.isInteger(value / step)) wrong(`should be a multiple of ${step}`);
  return errors;
}

function arrayErrors(schema: JsonObject, value: readonly Json[], path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const wrong = (rest: string): void =>
    void errors.push(invalidValue(path, String(value.length), inBody(path, rest)));
  const [least, most] = [own(schema, "minItems"), own(schema, "maxItems")];
  if (typeof most === "number" && value.length > most) wrong(`should have at most ${most} items`);
  if (typeof least === "number" && value.length < least) wrong(`should have at least ${least} items`);
  const items = objectAt(schema, "items");
  if (items !== undefined)
    for (const [i, item] of value.entries()) errors.push(...valueErrors(items, item, `${path}[${i}]`));
  return errors;
}

function objectErrors(
  schema: JsonObject,
  value: JsonObject,
  path: string,
  isRoot: boolean,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const wrong = (rest: string): void =>
    void errors.push(invalidValue(path, shown(value), inBody(path, rest)));
  const size = Object.keys(value).length;
  const [least, most] = [own(schema, "minProperties"), own(schema, "maxProperties")];
  if (typeof most === "number" && size > most) wrong(`should have at most ${most} properties`);
  if (typeof least === "number" && size < least) wrong(`should have at least ${least} properties`);
  for (const name of listAt(schema, "required").map(String)) {
    if (own(value, name) === undefined) errors.push(required(at(path, name)));
  }
  const properties = objectAt(schema, "properties") ?? {};
  const additional = own(schema, "additionalProperties");
  for (const [name, one] of Object.entries(value)) {
    const child = own(properties, name) ?? additional;
    if (isObject(child) && !(isRoot && name === "metadata"))
      errors.push(...valueErrors(child, one, at(path, name)));
  }
  return errors;
}

function combinationErrors(schema: JsonObject, value: Json, path: string): readonly FieldError[] {
  const fits = (one: Json): boolean => isObject(one) && valueErrors(one, value, path).length === 0;
  const wrong = (rest: string): FieldError => invalidValue(path, shown(value), inBody(path, rest));
  const errors: FieldError[] = [];
  const [anyOf, oneOf, allOf, not] = ["anyOf", "oneOf", "allOf", "not"].map((key) => own(schema, key));
  if (Array.isArray(anyOf) && !anyOf.some(fits)) {
    errors.push(wrong("must validate at least one schema (anyOf)"), ...firstErrors(anyOf, value, path));
  }
  if (Array.isArray(oneOf) && oneOf.filter(fits).length !== 1) {
    errors.push(wrong("must validate one and only one schema (oneOf)"), ...firstErrors(oneOf, value, path));
  }
  if (Array.isArray(allOf) && !allOf.every(fits)) {
    errors.push(wrong("must validate all the schemas (allOf)"));
    for (const one of allOf) if (isObject(one)) errors.push(...valueErrors(one, value, path));
  }
  if (isObject(not) && fits(not)) errors.push(wrong("must not validate the schema (not)"));
  return errors;
}

function firstErrors(schemas: readonly Json[], value: Json, path: string): readonly FieldError[] {
  const found = schemas.filter(isObject).map((one) => valueErrors(one, value, path));
  return found.some((errors) => errors.length === 0) ? [] : (found[0] ?? []);
}

// Items of sets and keyed lists must differ; told after all else, as the real server does.
function listTypeErrors(schema: JsonObject, value: Json, path: string): readonly FieldError[] {
  if (Array.isArray(value)) {
    const items = objectAt(schema, "items");
    const below =
      items === undefined ? [] : value.flatMap((item, i) => listTypeErrors(items, item, `${path}[${i}]`));
    return [...duplicateErrors(schema, value, path), ...below];
  }
  if (!isObject(value)) return [];
  const properties = objectAt(schema, "properties") ?? {};
  const additional = own(schema, "additionalProperties");
  return Object.entries(value).flatMap(([name, one]) => {
    const child = own(properties, name) ?? additional;
    return isObject(child) ? listTypeErrors(child, one, at(path, name)) : [];
  });
}

function duplicateErrors(schema: JsonObject, items: readonly Json[], path: string): readonly FieldError[] {
  const type = stringAt(schema, "x-kubernetes-list-type");
  if (type !== "set" && type !== "map") return [];
  const keys = listAt(schema, "x-kubernetes-list-map-keys").map(String);
  const identity = (item: Json): Json =>
    type === "map" && isObject(item)
      ? Object.fromEntries(keys.map((key) => [key, own(item, key) ?? null]))
      : item;
  const seen = new Set<string>();
  const errors: FieldError[] = [];
  for (const [i, item] of items.entries()) {
    const id = JSON.stringify(identity(item));
    if (seen.has(id)) errors.push(duplicateValue(`${path}[${i}]`, goText(identity(item))));
    seen.add(id);
  }
  return errors;
}

// %#v of Go, which the message quotes.
function goText(value: Json): string {
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}:${goText(one)}`);
  return `map[string]interface {}{${members.join(", ")}}`;
}

/** Patterns are RE2's, which writes a code point as `\x{001f}` (github.com/google/re2 wiki "Syntax"). */
const re2 = (pattern: string): RegExp =>
  new RegExp(pattern.replaceAll(/\\x\{([0-9a-fA-F]+)\}/g, String.raw`\u{$1}`), "u");

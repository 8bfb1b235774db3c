import { isObject, own, setOwn, type Json, type JsonObject } from "../json.ts";
import { badRequest } from "../status.ts";
import type { MapSchema, ScalarSchema, Schema } from "./schema.ts";

/**
 * What Go's decoding and encoding make of a built-in object: unknown fields, nulls and empty maps, lists and strings are gone,
 * times have their one form. Refuses values of the wrong type.
 * @throws ApiError 400, worded as the real server words it as far as the field
 */
export function normaliseTyped(
  schema: MapSchema,
  object: JsonObject,
  what: { kind: string; version: string },
): void {
  const fail = (path: string, problem: string): never => {
    throw badRequest(
      `${what.kind} in version "${what.version}" cannot be handled as a ${what.kind}: ${what.version}.${what.kind}${path}: ${problem}`,
    );
  };
  pruneMap(schema, object, "", fail);
}

type Fail = (path: string, problem: string) => never;

function pruneMap(schema: MapSchema, object: JsonObject, path: string, fail: Fail): void {
  for (const key of Object.keys(object)) {
    const type = schema.fields.get(key) ?? schema.elements;
    const isMember = schema.fields.has(key);
    const at = isMember ? `${path}.${goName(key)}` : path;
    const value = type === undefined ? undefined : prune(type, own(object, key) as Json, at, fail, isMember);
    if (value === undefined) delete object[key];
    else setOwn(object, key, value);
  }
}

/** The value as Go would write it again, or undefined where it would leave it out. */
function prune(type: Schema, value: Json, path: string, fail: Fail, omitsEmpty: boolean): Json | undefined {
  if (value === null) return undefined;
  if (type.kind === "any") return value;
  if (type.kind === "scalar") return scalar(type, value, path, fail, omitsEmpty);
  if (type.kind === "list") {
    if (!Array.isArray(value)) return fail(path, "decode slice: expect [ or n, but found something else");
    if (value.length === 0) return undefined;
    return value.map((item) => prune(type.items, item, path, fail, false) ?? null);
  }
  if (!isObject(value)) return fail(path, "ReadObject: expect { or , or } or n, but found something else");
  pruneMap(type, value, path, fail);
  // A struct given as {} stays (emptyDir, securityContext); an empty map does not.
  return type.elements !== undefined && Object.keys(value).length === 0 ? undefined : value;
}

function scalar(
  type: ScalarSchema,
  value: Json,
  path: string,
  fail: Fail,
  omitsEmpty: boolean,
): Json | undefined {
  switch (type.type) {
    case "number":
      return typeof value === "number" ? value : fail(path, "readInt64: unexpected character");
    case "boolean":
      return typeof value === "boolean" ? value : fail(path, "ReadBool: expect t or f");
    case "untyped":
      return typeof value === "object" ? fail(path, "unexpected type") : value;
    case "bytes":
      return bytes(value, path, fail);
    case "time":
      return time(value, path, fail, false);
    case "microTime":
      return time(value, path, fail, true);
    default:
      if (typeof value !== "string")
        return fail(path, 'ReadString: expects " or n, but found something else');
      return value === "" && omitsEmpty ? undefined : value;
  }
}

function bytes(value: Json, path: string, fail: Fail): Json {
  if (typeof value !== "string") return fail(path, "base64Codec: expect string");
  const text = value.replaceAll(/[\r\n]/g, "");
  const bad = text.search(/[^A-Za-z0-9+/=]/);
  if (bad !== -1) return fail(path, `illegal base64 data at input byte ${bad}`);
  if (text.length % 4 !== 0 || !/^[^=]*={0,2}$/.test(text)) {
    return fail(path, `illegal base64 data at input byte ${Math.max(0, text.length - 1)}`);
  }
  return text;
}

function time(value: Json, path: string, fail: Fail, isMicro: boolean): Json {
  const match =
    typeof value === "string"
      ? /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(\d+))?(?:Z|[+-]\d\d:\d\d)$/.exec(value)
      : null;
  const at = match === null ? Number.NaN : Date.parse(match[0]);
  if (Number.isNaN(at))
    return fail(path, `parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05Z07:00"`);
  const seconds = new Date(at).toISOString().slice(0, 19);
  return isMicro ? `${seconds}.${(match?.[1] ?? "").padEnd(6, "0").slice(0, 6)}Z` : `${seconds}Z`;
}

function goName(key: string): string {
  return key.charAt(0).toUpperCase() + key.slice(1);
}

/** Lays the members of `zero` under the object: what Go's structs have whether set or not. */
export function fillZero(object: JsonObject, zero: JsonObject): void {
  for (const [key, value] of Object.entries(zero)) {
    const mine = own(object, key);
    if (mine === undefined || mine === null) object[key] = structuredClone(value);
    else if (isObject(mine) && isObject(value)) fillZero(mine, value);
  }
}

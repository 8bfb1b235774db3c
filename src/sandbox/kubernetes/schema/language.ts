import { any, type ListSchema, type MapSchema, type ScalarSchema, type Schema } from "./schema.ts";

const scalars: Readonly<Record<string, ScalarSchema["type"]>> = {
  s: "string",
  y: "bytes",
  i: "number",
  n: "number",
  b: "boolean",
  t: "time",
  m: "microTime",
  q: "untyped",
};

/**
 * Reads types from lines such as `Secret: data={y} type=s metadata=ObjectMeta`.
 * Types: `s` string, `y` base64 bytes, `i`/`n` numbers, `b` boolean, `t` time, `m` time with microseconds, `q` a scalar of
 * any type (quantities, int-or-string), `any` unknown, `{x}` a map, `[x]` a list replaced as a whole, `[x]<>` a set,
 * `[x]<a+b>` a list keyed by a and b, `[x]<a+b>~a` the same that strategic merge patch keys by a alone.
 * `Name#atomic:` begins a type that is replaced as a whole.
 */
export function readTypes(...texts: readonly string[]): ReadonlyMap<string, MapSchema> {
  const lines = texts
    .flatMap((text) => text.split("\n"))
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const types = new Map<string, MapSchema>();
  for (const line of lines) {
    const [head = ""] = line.split(":", 1);
    const [name = "", flag] = head.split("#");
    types.set(name, { kind: "map", fields: new Map(), elements: undefined, atomic: flag === "atomic" });
  }
  for (const line of lines) {
    const colon = line.indexOf(":");
    const type = types.get((line.slice(0, colon).split("#")[0] as string).trim()) as MapSchema;
    for (const field of line.slice(colon + 1).split(" ")) {
      if (field === "") continue;
      const [name, text] = splitOnce(field, "=");
      type.fields.set(name, readType(text, types));
    }
  }
  return types;
}

function readType(text: string, types: ReadonlyMap<string, MapSchema>): Schema {
  if (text === "any") return any;
  const scalar = scalars[text];
  if (scalar !== undefined) return { kind: "scalar", type: scalar };
  if (text.startsWith("{")) {
    return { kind: "map", fields: new Map(), elements: readType(text.slice(1, -1), types), atomic: false };
  }
  if (text.startsWith("[")) return readList(text, types);
  const named = types.get(text);
  if (named === undefined) throw new Error(`the type ${text} is not declared`);
  return named;
}

function readList(text: string, types: ReadonlyMap<string, MapSchema>): ListSchema {
  const end = text.lastIndexOf("]");
  const items = readType(text.slice(1, end), types);
  const [keyText, mergeKey] = splitOnce(text.slice(end + 1), "~");
  if (keyText === "") return { kind: "list", items, relationship: "atomic", keys: [], mergeKey: undefined };
  if (keyText === "<>") return { kind: "list", items, relationship: "set", keys: [], mergeKey: undefined };
  const keys = keyText.slice(1, -1).split("+");
  return { kind: "list", items, relationship: "keyed", keys, mergeKey: mergeKey === "" ? keys[0] : mergeKey };
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}

import { clone, equal, isObject, own, setOwn, type Json } from "../json.ts";
import { ApiError, badRequest } from "../status.ts";

// What kube-apiserver 1.20 says of every operation that cannot be carried out.
const refused = (): ApiError =>
  new ApiError(422, "Invalid", "the server rejected our request due to an error in our request", {});

const mostOperations = 10_000;

/** RFC 6902. */
export function applyJsonPatch(target: Json, patch: Json): Json {
  if (!Array.isArray(patch)) {
    throw badRequest("json: cannot unmarshal object into Go value of type jsonpatch.Patch");
  }
  if (patch.length > mostOperations) {
    const message = `The allowed maximum operations in a JSON patch is ${mostOperations}, got ${patch.length}`;
    throw new ApiError(413, "RequestEntityTooLarge", message);
  }
  let result = clone(target);
  for (const operation of patch) result = applyOperation(result, operation);
  return result;
}

function applyOperation(document: Json, operation: Json): Json {
  if (!isObject(operation)) throw refused();
  const path = pointer(operation["path"]);
  const value = operation["value"];
  switch (operation["op"]) {
    case "add":
      return change(document, path, "add", given(value));
    case "replace":
      return change(document, path, "replace", given(value));
    case "remove":
      return change(document, path, "remove", null);
    case "test":
      if (!equal(read(document, path) ?? null, value ?? null)) throw refused();
      return document;
    case "copy":
      return change(document, path, "add", clone(given(read(document, pointer(operation["from"])))));
    case "move": {
      const from = pointer(operation["from"]);
      const moved = given(read(document, from));
      return change(change(document, from, "remove", null), path, "add", moved);
    }
    default:
      throw refused();
  }
}

function given(value: Json | undefined): Json {
  if (value === undefined) throw refused();
  return value;
}

// RFC 6901.
function pointer(text: Json | undefined): readonly string[] {
  if (typeof text !== "string" || (text !== "" && !text.startsWith("/"))) throw refused();
  return text
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function read(document: Json, path: readonly string[]): Json | undefined {
  let at: Json | undefined = document;
  for (const key of path) {
    if (Array.isArray(at)) at = at[index(key, at.length)];
    else if (isObject(at)) at = own(at, key);
    else throw refused();
  }
  return at;
}

function change(
  document: Json,
  path: readonly string[],
  how: "add" | "replace" | "remove",
  value: Json,
): Json {
  const key = path.at(-1);
  if (key === undefined) {
    if (how === "remove") throw refused();
    return value;
  }
  const parent = read(document, path.slice(0, -1));
  if (Array.isArray(parent)) {
    const at =
      how === "add" && key === "-" ? parent.length : index(key, parent.length + (how === "add" ? 1 : 0));
    parent.splice(at, how === "add" ? 0 : 1, ...(how === "remove" ? [] : [value]));
  } else if (isObject(parent)) {
    if (how !== "add" && !Object.hasOwn(parent, key)) throw refused();
    if (how === "remove") delete parent[key];
    else setOwn(parent, key, value);
  } else {
    throw refused();
  }
  return document;
}

function index(key: string, length: number): number {
  const at = /^(0|[1-9]\d*)$/.test(key) ? Number(key) : Number.NaN;
  if (!(at < length)) throw refused();
  return at;
}

/** What a path of the API names. */
export interface Target {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespace: string;
  /** "" for a collection. */
  readonly name: string;
  readonly subresource: string;
  /** True for the old /api/v1/watch/… paths. */
  readonly isWatchPath: boolean;
}

/** Reads `/api/v1/…` and `/apis/<group>/<version>/…`; undefined for paths that name no resource. */
export function readTarget(path: string): Target | undefined {
  const parts = path
    .split("/")
    .filter((part) => part !== "")
    .map(decode);
  const isCore = parts[0] === "api";
  if (!isCore && parts[0] !== "apis") return undefined;
  const [group = "", version = ""] = isCore ? ["", parts[1]] : [parts[1], parts[2]];
  let rest = parts.slice(isCore ? 2 : 3);
  const isWatchPath = rest[0] === "watch";
  if (isWatchPath) rest = rest.slice(1);
  if (version === "" || rest.length === 0) return undefined;
  const common = { group, version, isWatchPath };
  // /namespaces/x/secrets names secrets; /namespaces/x, /namespaces/x/status and /finalize name the namespace.
  const isScoped =
    rest[0] === "namespaces" &&
    rest.length > 2 &&
    !(isCore && ["status", "finalize"].includes(rest[2] as string));
  const [namespace = "", plural = "", name = "", subresource = ""] = isScoped ? rest.slice(1) : ["", ...rest];
  return { ...common, namespace, plural, name, subresource };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The verb of authorization that a request stands for. */
export function verbOf(method: string, target: Target, isWatch: boolean): string {
  switch (method) {
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return target.name === "" ? "deletecollection" : "delete";
    default:
      if (isWatch) return "watch";
      return target.name === "" ? "list" : "get";
  }
}

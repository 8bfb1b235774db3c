import { objectAt, stringAt, textOf, type JsonObject } from "../kubernetes/json.ts";
import { nameOf, type ApiObject } from "../kubernetes/object.ts";
import type { Store } from "../kubernetes/store.ts";
import { fieldSelector } from "../kubernetes/selectors/fields.ts";
import { labelSelector } from "../kubernetes/selectors/labels.ts";

/** KubeSphere's lists: `{items, totalItems}` with its own query parameters (facts/kubesphere.md §4.3). */
export function listResources(
  store: Store,
  key: string,
  namespace: string,
  query: URLSearchParams,
): JsonObject {
  const labels = labelSelector(query.get("labelSelector") ?? "");
  const fields = fieldSelector(query.get("fieldSelector") ?? "", ["type", "status.phase"], true);
  const name = query.get("name") ?? "";
  const names = query.get("names")?.split(",");
  const annotation = query.get("annotation") ?? "";
  const found = store
    .list(key, namespace)
    .filter((object) => labels(object) && fields(object))
    .filter((object) => nameOf(object).includes(name) && (names?.includes(nameOf(object)) ?? true))
    .filter((object) => annotation === "" || hasAnnotation(object, annotation));
  const sorted = found.toSorted(bySorting(query.get("sortBy") ?? "createTime"));
  const ordered = query.get("ascending") === "true" ? sorted : sorted.toReversed();
  const limit = Number(query.get("limit") ?? 10);
  const page = Math.max(1, Number(query.get("page") ?? 1));
  const from = limit < 0 ? 0 : (page - 1) * limit;
  const items = limit < 0 ? ordered : ordered.slice(from, from + limit);
  return { items: items.map(withoutKind), totalItems: found.length };
}

function hasAnnotation(object: ApiObject, wanted: string): boolean {
  const [key = "", value] = wanted.split("=", 2);
  const found = objectAt(object, "metadata", "annotations")?.[key];
  return value === undefined ? found !== undefined : found === value;
}

function bySorting(field: string): (a: ApiObject, b: ApiObject) => number {
  const value = (object: ApiObject): string =>
    field === "name"
      ? nameOf(object)
      : `${stringAt(object, "metadata", "creationTimestamp") ?? ""}/${nameOf(object)}`;
  return (a, b) => (value(a) < value(b) ? -1 : Number(value(a) > value(b)));
}

// Informers keep built-in objects without their kind, and so ks-apiserver answers.
function withoutKind(object: ApiObject): ApiObject {
  const { apiVersion, kind, ...rest } = object;
  return textOf(apiVersion).includes(".")
    ? { apiVersion: apiVersion ?? "", kind: kind ?? "", ...rest }
    : rest;
}

/** The projects of a workspace; system-workspace has those of the system. */
export function projectsOf(store: Store, workspace: string, query: URLSearchParams): JsonObject {
  const own = new URLSearchParams(query);
  const wanted = `kubesphere.io/workspace=${workspace}`;
  const given = query.get("labelSelector");
  own.set("labelSelector", given === null || given === "" ? wanted : `${given},${wanted}`);
  return listResources(store, "namespaces", "", own);
}

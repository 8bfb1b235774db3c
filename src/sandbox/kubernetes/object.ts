import { ensureObject, objectAt, stringAt, listAt, type JsonObject } from "./json.ts";

/** An API object: `apiVersion`, `kind`, `metadata` and what its kind adds. */
export type ApiObject = JsonObject;

export function metadataOf(object: ApiObject): JsonObject {
  return ensureObject(object, "metadata");
}

export function nameOf(object: ApiObject): string {
  return stringAt(object, "metadata", "name") ?? "";
}

export function namespaceOf(object: ApiObject): string {
  return stringAt(object, "metadata", "namespace") ?? "";
}

export function uidOf(object: ApiObject): string {
  return stringAt(object, "metadata", "uid") ?? "";
}

export function revisionOf(object: ApiObject): string {
  return stringAt(object, "metadata", "resourceVersion") ?? "";
}

export function labelsOf(object: ApiObject): JsonObject {
  return objectAt(object, "metadata", "labels") ?? {};
}

export function finalizersOf(object: ApiObject): readonly string[] {
  return listAt(object, "metadata", "finalizers").filter((name) => typeof name === "string");
}

export function isBeingDeleted(object: ApiObject): boolean {
  return stringAt(object, "metadata", "deletionTimestamp") !== undefined;
}

/** Kubernetes' `Time`: RFC 3339 in whole seconds. */
export function timestamp(at: Date): string {
  return at.toISOString().replace(/\.\d+Z$/, "Z");
}

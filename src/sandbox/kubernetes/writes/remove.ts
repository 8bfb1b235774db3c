import type { ServerContext } from "../context.ts";
import { clone, own, stringAt, type JsonObject } from "../json.ts";
import {
  finalizersOf,
  isBeingDeleted,
  metadataOf,
  nameOf,
  namespaceOf,
  revisionOf,
  timestamp,
  uidOf,
  type ApiObject,
} from "../object.ts";
import { storageKey, subjectOf, type Resource } from "../resource.ts";
import { conflict, deletedStatus, forbidden } from "../status.ts";

export interface RemoveOptions {
  readonly dryRun: boolean;
  readonly uid?: string | undefined;
  readonly revision?: string | undefined;
}

const immortal = new Set(["default", "kube-system", "kube-public"]);
export const cleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io";

/**
 * Deletes an object, or marks it as being deleted where something has to happen first.
 * @returns what the client is answered with: a Status, or the object that stays for now
 * @throws ApiError
 */
export function removeObject(
  context: ServerContext,
  resource: Resource,
  live: ApiObject,
  options: RemoveOptions,
): JsonObject {
  checkPreconditions(resource, live, options);
  const key = storageKey(resource);
  if (key === "namespaces") return removeNamespace(context, resource, live, options);
  if (key === "customresourcedefinitions.apiextensions.k8s.io")
    return removeDefinition(context, key, live, options);
  if (finalizersOf(live).length > 0) return markDeleted(context, key, live, options);
  if (!options.dryRun) context.store.remove(key, namespaceOf(live), nameOf(live));
  return key === "pods" ? live : deletedStatus(subjectOf(resource), nameOf(live), uidOf(live));
}

function checkPreconditions(resource: Resource, live: ApiObject, options: RemoveOptions): void {
  const subject = { group: resource.group, name: resource.kind };
  if (options.uid !== undefined && options.uid !== uidOf(live)) {
    const why = `the UID in the precondition (${options.uid}) does not match the UID in record (${uidOf(live)}). The object might have been deleted and then recreated`;
    throw conflict(subject, nameOf(live), why);
  }
  if (options.revision !== undefined && options.revision !== revisionOf(live)) {
    const why = `the ResourceVersion in the precondition (${options.revision}) does not match the ResourceVersion in record (${revisionOf(live)}). The object might have been modified`;
    throw conflict(subject, nameOf(live), why);
  }
}

function markDeleted(
  context: ServerContext,
  key: string,
  live: ApiObject,
  options: RemoveOptions,
): ApiObject {
  if (isBeingDeleted(live)) return live;
  const marked = clone(live);
  const metadata = metadataOf(marked);
  metadata["deletionTimestamp"] = timestamp(context.clock());
  metadata["deletionGracePeriodSeconds"] = 0;
  const generation = own(metadata, "generation");
  if (typeof generation === "number") metadata["generation"] = generation + 1;
  return options.dryRun ? marked : context.store.put(key, marked);
}

// The namespace goes when its contents have gone; the controller sees to that.
function removeNamespace(
  context: ServerContext,
  resource: Resource,
  live: ApiObject,
  options: RemoveOptions,
): ApiObject {
  if (immortal.has(nameOf(live)))
    throw forbidden(subjectOf(resource), nameOf(live), "this namespace may not be deleted");
  if (isBeingDeleted(live)) return live;
  const marked = clone(live);
  metadataOf(marked)["deletionTimestamp"] = timestamp(context.clock());
  marked["status"] = { ...(marked["status"] as JsonObject), phase: "Terminating" };
  return options.dryRun ? marked : context.store.put("namespaces", marked);
}

// The definition goes when its custom resources have gone.
function removeDefinition(
  context: ServerContext,
  key: string,
  live: ApiObject,
  options: RemoveOptions,
): ApiObject {
  if (isBeingDeleted(live)) return live;
  const marked = clone(live);
  const metadata = metadataOf(marked);
  metadata["deletionTimestamp"] = timestamp(context.clock());
  metadata["finalizers"] = [...new Set([...finalizersOf(live), cleanupFinalizer])];
  return options.dryRun ? marked : context.store.put(key, marked);
}

/** The preconditions in the body of a DELETE. */
export function preconditionsOf(body: JsonObject | undefined): Pick<RemoveOptions, "uid" | "revision"> {
  return {
    uid: stringAt(body, "preconditions", "uid"),
    revision: stringAt(body, "preconditions", "resourceVersion"),
  };
}

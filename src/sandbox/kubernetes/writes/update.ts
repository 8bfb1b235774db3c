import { trackUpdate } from "../apply/server-side.ts";
import type { ServerContext } from "../context.ts";
import { clone, equal, listAt, own, stringAt, type Json } from "../json.ts";
import {
  finalizersOf,
  isBeingDeleted,
  metadataOf,
  nameOf,
  namespaceOf,
  revisionOf,
  uidOf,
  type ApiObject,
} from "../object.ts";
import { kindSubject, storageKey, subjectOf, type Resource } from "../resource.ts";
import { conflict, invalid, invalidValue, modified } from "../status.ts";
import { metadataErrors } from "../validation/metadata.ts";
import { managedWrite, type WriteOptions } from "./create.ts";
import { checkKind, checkPlace } from "./identity.ts";

export interface UpdateOptions extends WriteOptions {
  /** "status" or "finalize" where that alone is written. */
  readonly subresource?: string | undefined;
  /** True where server-side apply has told the managers already. */
  readonly isTracked?: boolean;
}

/**
 * Writes a changed object over the live one; writes nothing where nothing changes.
 * @param next belongs to the server from now on
 * @returns the object as it is now; where the write took the last finalizer, as it was last
 * @throws ApiError
 */
export function updateObject(
  context: ServerContext,
  resource: Resource,
  live: ApiObject,
  next: ApiObject,
  options: UpdateOptions,
): ApiObject {
  checkKind(resource, next);
  checkPlace(resource, next, namespaceOf(live), nameOf(live));
  checkRevision(resource, live, next);
  keepSystemFields(live, next);
  resource.normalise(next);
  const subresource = options.subresource ?? "";
  const tracked =
    options.isTracked === true
      ? next
      : trackUpdate(live, next, managedWrite(context, resource, options.manager), {
          trustNext: subresource === "",
        });
  const object =
    subresource === ""
      ? prepared(resource, live, tracked)
      : onlySubresource(resource, live, tracked, subresource);
  metadataOf(object)["resourceVersion"] = revisionOf(live);
  const errors = [...metadataErrors(resource, object, live), ...resource.validate(object, live)];
  if (errors.length > 0) throw invalid(kindSubject(resource), nameOf(live), errors);
  if (options.dryRun) return object;
  if (isFinished(object)) {
    context.store.remove(storageKey(resource), namespaceOf(live), nameOf(live));
    return object;
  }
  return equal(object, live) ? live : context.store.put(storageKey(resource), object);
}

function checkRevision(resource: Resource, live: ApiObject, next: ApiObject): void {
  const subject = subjectOf(resource);
  const [uid, revision] = [uidOf(next), revisionOf(next)];
  if (uid !== "" && uid !== uidOf(live)) {
    throw conflict(
      subject,
      nameOf(live),
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${uidOf(live)}`,
    );
  }
  if (resource.needsRevision && (revision === "" || revision === "0")) {
    throw invalid(subject, nameOf(live), [
      invalidValue("metadata.resourceVersion", "0x0", "must be specified for an update"),
    ]);
  }
  if (revision !== "" && revision !== "0" && revision !== revisionOf(live))
    throw modified(subject, nameOf(live));
}

const systemFields = [
  "uid",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "generation",
  "selfLink",
];

function keepSystemFields(live: ApiObject, next: ApiObject): void {
  const [from, to] = [metadataOf(live), metadataOf(next)];
  for (const field of systemFields) {
    const value = own(from, field);
    if (value === undefined) delete to[field];
    else to[field] = value;
  }
}

function prepared(resource: Resource, live: ApiObject, next: ApiObject): ApiObject {
  resource.prepare(next, live);
  if (!resource.hasGeneration || equal(counted(resource, live), counted(resource, next))) return next;
  metadataOf(next)["generation"] = Number(own(metadataOf(live), "generation") ?? 0) + 1;
  return next;
}

// What generation counts: all but metadata and a status kept apart, or the spec of a built-in kind.
function counted(resource: Resource, object: ApiObject): Json {
  if (!resource.isCustom) return own(object, "spec") ?? null;
  const { metadata: _, status, ...rest } = object;
  return resource.subresources.includes("status") || status === undefined ? rest : { ...rest, status };
}

function onlySubresource(
  resource: Resource,
  live: ApiObject,
  next: ApiObject,
  subresource: string,
): ApiObject {
  const managedFields = own(metadataOf(next), "managedFields");
  const object = clone(live);
  if (!resource.isCustom) object["metadata"] = metadataOf(next);
  else if (managedFields !== undefined) metadataOf(object)["managedFields"] = managedFields;
  const field = subresource === "finalize" ? "spec" : "status";
  const value = own(next, field);
  if (value === undefined) delete object[field];
  else object[field] = value;
  return object;
}

/** True where deletion waits for nothing any more. */
export function isFinished(object: ApiObject): boolean {
  if (!isBeingDeleted(object) || finalizersOf(object).length > 0) return false;
  return stringAt(object, "kind") !== "Namespace" || listAt(object, "spec", "finalizers").length === 0;
}

import { trackUpdate, type ManagedWrite } from "../apply/server-side.ts";
import type { ServerContext } from "../context.ts";
import { stringAt } from "../json.ts";
import { metadataOf, nameOf, revisionOf, timestamp, type ApiObject } from "../object.ts";
import { apiVersionOf, emptyObject, kindSubject, storageKey, subjectOf, type Resource } from "../resource.ts";
import { alreadyExists, internalError, invalid } from "../status.ts";
import { metadataErrors } from "../validation/metadata.ts";
import { admitNamespace, admitPod } from "./admission.ts";
import { checkKind, checkPlace } from "./identity.ts";

export interface WriteOptions {
  /** The field manager's name. */
  readonly manager: string;
  readonly dryRun: boolean;
}

export function managedWrite(context: ServerContext, resource: Resource, manager: string): ManagedWrite {
  return {
    schema: resource.schema,
    apiVersion: apiVersionOf(resource),
    manager,
    time: timestamp(context.clock()),
    zero: emptyObject(resource),
  };
}

/**
 * Creates an object from what a client sent.
 * @param object belongs to the server from now on
 * @throws ApiError
 */
export function createObject(
  context: ServerContext,
  resource: Resource,
  namespace: string,
  object: ApiObject,
  options: WriteOptions,
): ApiObject {
  checkKind(resource, object);
  checkPlace(resource, object, namespace);
  resource.normalise(object);
  const tracked = trackUpdate(
    emptyObject(resource),
    object,
    managedWrite(context, resource, options.manager),
  );
  return storeNew(context, resource, namespace, tracked, options);
}

/** The second half of a creation, for objects whose managers are known already. */
export function storeNew(
  context: ServerContext,
  resource: Resource,
  namespace: string,
  object: ApiObject,
  options: WriteOptions,
): ApiObject {
  if (revisionOf(object) !== "")
    throw internalError("resourceVersion should not be set on objects to be created");
  const metadata = metadataOf(object);
  const prefix = stringAt(metadata, "generateName") ?? "";
  if (nameOf(object) === "" && prefix !== "") metadata["name"] = `${prefix.slice(0, 58)}${context.suffix()}`;
  admitNamespace(context, resource, namespace, nameOf(object));
  for (const field of ["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "generation"])
    delete metadata[field];
  metadata["uid"] = context.uuid();
  metadata["creationTimestamp"] = timestamp(context.clock());
  if (resource.hasGeneration) metadata["generation"] = 1;
  resource.prepare(object, undefined);
  admitPod(context, resource, object);
  const errors = [...metadataErrors(resource, object, undefined), ...resource.validate(object, undefined)];
  if (errors.length > 0) throw invalid(kindSubject(resource), nameOf(object), errors);
  const key = storageKey(resource);
  const place = resource.isNamespaced ? namespace : "";
  if (context.store.get(key, place, nameOf(object)) !== undefined) {
    throw alreadyExists(subjectOf(resource), nameOf(object));
  }
  return options.dryRun ? object : context.store.put(key, object);
}

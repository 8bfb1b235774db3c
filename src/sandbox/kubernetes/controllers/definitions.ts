import type { ServerContext } from "../context.ts";
import { clone, isObject, objectAt, stringAt, type JsonObject } from "../json.ts";
import { finalizersOf, isBeingDeleted, nameOf, timestamp, type ApiObject } from "../object.ts";
import { isEstablished } from "../kinds/custom.ts";
import { cleanupFinalizer, removeObject } from "../writes/remove.ts";
import { isFinished, updateObject } from "../writes/update.ts";

const key = "customresourcedefinitions.apiextensions.k8s.io";

/** Accepts the names of a new definition, and takes the custom resources of a deleted one away with it. */
export function tendDefinition(context: ServerContext, name: string): void {
  const definition = context.store.get(key, "", name);
  if (definition === undefined) return;
  if (isBeingDeleted(definition)) finish(context, definition);
  else if (!isEstablished(definition) || !hasAcceptedNames(definition)) establish(context, definition);
}

function hasAcceptedNames(definition: ApiObject): boolean {
  const names = objectAt(definition, "spec", "names") ?? {};
  return stringAt(definition, "status", "acceptedNames", "plural") === names["plural"];
}

function establish(context: ServerContext, definition: ApiObject): void {
  const resource = context.registry.ofKey(key);
  if (resource === undefined) return;
  const lastTransitionTime = timestamp(context.clock());
  const condition = (type: string, reason: string, message: string): JsonObject => ({
    type,
    status: "True",
    lastTransitionTime,
    reason,
    message,
  });
  const next = clone(definition);
  next["status"] = {
    ...objectAt(next, "status"),
    acceptedNames: clone(objectAt(definition, "spec", "names") ?? {}),
    conditions: [
      condition("NamesAccepted", "NoConflicts", "no conflicts found"),
      condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
    ],
  };
  updateObject(context, resource, definition, next, {
    manager: "kube-apiserver",
    dryRun: false,
    subresource: "status",
  });
}

function finish(context: ServerContext, definition: ApiObject): void {
  const resources = objectAt(definition, "spec", "names");
  const storage = `${stringAt(resources, "plural") ?? ""}.${stringAt(definition, "spec", "group") ?? ""}`;
  const resource = context.registry.ofKey(storage);
  for (const object of context.store.list(storage)) {
    if (resource !== undefined) removeObject(context, resource, object, { dryRun: false });
  }
  if (context.store.list(storage).length > 0 || !finalizersOf(definition).includes(cleanupFinalizer)) return;
  const next = clone(definition);
  const metadata = next["metadata"];
  if (isObject(metadata))
    metadata["finalizers"] = finalizersOf(definition).filter((one) => one !== cleanupFinalizer);
  if (isFinished(next)) context.store.remove(key, "", nameOf(definition));
  else context.store.put(key, next);
}

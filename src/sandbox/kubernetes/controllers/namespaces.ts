import type { ServerContext } from "../context.ts";
import { clone, listAt, objectAt } from "../json.ts";
import { isBeingDeleted, nameOf } from "../object.ts";
import { removeObject } from "../writes/remove.ts";
import { isFinished } from "../writes/update.ts";

/** Empties a namespace that is being deleted, and lets it go when nothing is left in it. */
export function emptyNamespace(context: ServerContext, name: string): void {
  const namespace = context.store.get("namespaces", "", name);
  if (namespace === undefined || !isBeingDeleted(namespace)) return;
  for (const { resource: key, object } of context.store.contents(name)) {
    const resource = context.registry.ofKey(key);
    if (resource === undefined) context.store.remove(key, name, nameOf(object));
    else removeObject(context, resource, object, { dryRun: false });
  }
  if (context.store.contents(name).length > 0) return;
  const finalizers = listAt(namespace, "spec", "finalizers");
  const emptied = clone(namespace);
  emptied["spec"] = {
    ...objectAt(emptied, "spec"),
    finalizers: finalizers.filter((one) => one !== "kubernetes"),
  };
  if (isFinished(emptied)) context.store.remove("namespaces", "", name);
  else if (finalizers.includes("kubernetes")) context.store.put("namespaces", emptied);
}

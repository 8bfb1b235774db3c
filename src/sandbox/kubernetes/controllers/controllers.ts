import type { ServerContext } from "../context.ts";
import { stringAt } from "../json.ts";
import { isBeingDeleted, nameOf, namespaceOf } from "../object.ts";
import type { StoreEvent } from "../store.ts";
import { tendDefinition } from "./definitions.ts";
import { emptyNamespace } from "./namespaces.ts";
import { WorkQueue } from "./queue.ts";
import { cleanAfterAccount, provideForAccount, provideForNamespace } from "./service-accounts.ts";

const definitions = "customresourcedefinitions.apiextensions.k8s.io";

/** The parts of kube-controller-manager that clients count on. Returns the queue, to wait for it and to close it. */
export function startControllers(context: ServerContext): WorkQueue {
  const queue = new WorkQueue();
  context.store.subscribe((event) => {
    react(context, queue, event);
  });
  return queue;
}

function react(context: ServerContext, queue: WorkQueue, event: StoreEvent): void {
  const { object, resource } = event;
  const [namespace, name] = [namespaceOf(object), nameOf(object)];
  if (resource === definitions) {
    context.registry.define(object, event.type === "DELETED");
    queue.add(`definition/${name}`, () => tendDefinition(context, name));
  }
  if (resource === "namespaces") {
    if (isBeingDeleted(object)) queue.add(`empty/${name}`, () => emptyNamespace(context, name));
    else if (event.type === "ADDED") queue.add(`namespace/${name}`, () => provideForNamespace(context, name));
  }
  if (event.type === "DELETED") afterDeletion(context, queue, event);
  if (resource === "serviceaccounts" && event.type !== "DELETED") {
    queue.add(`account/${namespace}/${name}`, () => provideForAccount(context, namespace, name));
  }
  if (resource === "pods" && event.type === "ADDED")
    queue.add(`pod/${namespace}/${name}`, () => context.onPodCreated?.(object));
}

function afterDeletion(context: ServerContext, queue: WorkQueue, { object, resource }: StoreEvent): void {
  const namespace = namespaceOf(object);
  const home = context.store.get("namespaces", "", namespace);
  if (home !== undefined && isBeingDeleted(home))
    queue.add(`empty/${namespace}`, () => emptyNamespace(context, namespace));
  if (resource === "serviceaccounts")
    queue.add(`clean/${namespace}/${nameOf(object)}`, () => cleanAfterAccount(context, object));
  if (resource === "serviceaccounts" || resource === "configmaps") {
    queue.add(`namespace/${namespace}`, () => provideForNamespace(context, namespace));
  }
  const account = stringAt(object, "metadata", "annotations", "kubernetes.io/service-account.name");
  if (resource === "secrets" && account !== undefined) {
    queue.add(`account/${namespace}/${account}`, () => provideForAccount(context, namespace, account));
  }
  const definition = context.store.get(definitions, "", resource);
  if (definition !== undefined && isBeingDeleted(definition)) {
    queue.add(`definition/${resource}`, () => tendDefinition(context, resource));
  }
}

import { isObject, listAt, objectAt, own, stringAt } from "../json.ts";
import { isBeingDeleted, nameOf, type ApiObject } from "../object.ts";
import { subjectOf, type Resource } from "../resource.ts";
import { forbidden, notFound } from "../status.ts";
import type { ServerContext } from "../context.ts";

/** Refuses what a namespace that is not there, or on its way out, cannot take (NamespaceLifecycle). */
export function admitNamespace(
  context: ServerContext,
  resource: Resource,
  namespace: string,
  name: string,
): void {
  if (!resource.isNamespaced) return;
  const found = context.store.get("namespaces", "", namespace);
  if (found === undefined) throw notFound({ group: "", name: "namespaces" }, namespace);
  if (!isBeingDeleted(found)) return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  throw forbidden(subjectOf(resource), name, why, [
    {
      reason: "NamespaceTerminating",
      message: `namespace ${namespace} is being terminated`,
      field: "metadata.namespace",
    },
  ]);
}

/** Gives a new pod its service account and that account's pull secrets (ServiceAccount admission). In place. */
export function admitPod(context: ServerContext, resource: Resource, pod: ApiObject): void {
  const spec = objectAt(pod, "spec");
  if (resource.plural !== "pods" || resource.group !== "" || spec === undefined) return;
  const account = stringAt(spec, "serviceAccountName") ?? "default";
  const namespace = stringAt(pod, "metadata", "namespace") ?? "";
  const found = context.store.get("serviceaccounts", namespace, account);
  if (found === undefined) {
    const why = `error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`;
    throw forbidden(subjectOf(resource), nameOf(pod), why);
  }
  Object.assign(spec, { serviceAccountName: account, serviceAccount: account });
  const secrets = listAt(found, "imagePullSecrets").filter(isObject);
  if (listAt(spec, "imagePullSecrets").length === 0 && secrets.length > 0) {
    spec["imagePullSecrets"] = secrets.map((one) => ({ name: own(one, "name") ?? "" }));
  }
}

import { MoorlineError } from "../../model/errors.ts";

/** One resource of the API: where it lives and what its objects are called. */
export interface Resource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

const make =
  (group: string, version: string) =>
  (plural: string, kind: string, scope: "namespaced" | "cluster"): Resource => ({
    group,
    version,
    plural,
    kind,
    namespaced: scope === "namespaced",
  });

const core = make("", "v1");
const apps = make("apps", "v1");

/** The resources that Moorline uses, all of them served by Kubernetes 1.20 and later. */
export const resources = {
  namespaces: core("namespaces", "Namespace", "cluster"),
  nodes: core("nodes", "Node", "cluster"),
  secrets: core("secrets", "Secret", "namespaced"),
  serviceAccounts: core("serviceaccounts", "ServiceAccount", "namespaced"),
  configMaps: core("configmaps", "ConfigMap", "namespaced"),
  pods: core("pods", "Pod", "namespaced"),
  services: core("services", "Service", "namespaced"),
  events: core("events", "Event", "namespaced"),
  deployments: apps("deployments", "Deployment", "namespaced"),
  daemonSets: apps("daemonsets", "DaemonSet", "namespaced"),
  ingresses: make("networking.k8s.io", "v1")("ingresses", "Ingress", "namespaced"),
  networkPolicies: make("networking.k8s.io", "v1")("networkpolicies", "NetworkPolicy", "namespaced"),
  leases: make("coordination.k8s.io", "v1")("leases", "Lease", "namespaced"),
  customResourceDefinitions: make("apiextensions.k8s.io", "v1")(
    "customresourcedefinitions",
    "CustomResourceDefinition",
    "cluster",
  ),
} as const satisfies Readonly<Record<string, Resource>>;

export function apiVersionOf(resource: Resource): string {
  return resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
}

/** `secrets`, or `deployments.apps`: how kubectl and RBAC name a resource. */
export function resourceName(resource: Resource): string {
  return resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
}

/** `Secret/demo/harbor`: how messages name an object. */
export function objectSubject(
  resource: Resource,
  name: string | undefined,
  namespace: string | undefined,
): string {
  return [resource.kind, namespace, name].filter((part) => part !== undefined && part !== "").join("/");
}

export function groupPath(group: string, version: string): string {
  return group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
}

/** The path of a collection; without a namespace that of all namespaces. */
export function collectionPath(resource: Resource, namespace?: string): string {
  const base = groupPath(resource.group, resource.version);
  if (namespace === undefined) return `${base}/${resource.plural}`;
  return `${base}/namespaces/${segment(namespace, "namespace")}/${resource.plural}`;
}

/**
 * The path of one object.
 * @throws KUBERNETES_NAME_INVALID: an empty name would address the whole collection, `..` another resource
 */
export function objectPath(resource: Resource, name: string, namespace: string | undefined): string {
  return `${collectionPath(resource, scopeOf(resource, name, namespace))}/${segment(name, "name")}`;
}

/** The namespace that an object of the resource needs, or none. @throws KUBERNETES_NAME_INVALID */
export function scopeOf(resource: Resource, name: string, namespace: string | undefined): string | undefined {
  if (!resource.namespaced) return undefined;
  if (namespace !== undefined) return namespace;
  throw new MoorlineError("KUBERNETES_NAME_INVALID", {
    subject: objectSubject(resource, name, undefined),
    parameters: { field: "namespace", value: "" },
  });
}

/** Kubernetes itself refuses `.`, `..`, `/` and `%` in every name (path segment names). */
function segment(value: string, field: "name" | "namespace"): string {
  if (value === "" || value === "." || value === ".." || /[/%\0]/.test(value) || value.length > 253) {
    throw new MoorlineError("KUBERNETES_NAME_INVALID", {
      subject: field,
      parameters: { field, value: value.slice(0, 300) },
    });
  }
  return encodeURIComponent(value);
}

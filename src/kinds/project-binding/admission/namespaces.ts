import type { ProjectBindingSpec } from "../schema.ts";

/** A namespace as far as admission cares. */
export interface NamespaceFacts {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export const workspaceLabel = "kubesphere.io/workspace";
export const systemWorkspace = "system-workspace";
/** Without these a cluster can not mend itself. */
export const clusterNamespaces = ["kube-system", "kube-public", "kube-node-lease"] as const;

const ownPrefixes = /^(?:kube|kubesphere)-/;

/**
 * Namespaces that admission never touches, whatever a binding says (facts/kubesphere.md §4.1). A name like the system's
 * does not free a tenant's project: that one carries its workspace.
 */
export function isSystemNamespace({ name, labels }: NamespaceFacts): boolean {
  if ((clusterNamespaces as readonly string[]).includes(name)) return true;
  const workspace = labels[workspaceLabel] ?? "";
  return workspace === systemWorkspace || (workspace === "" && ownPrefixes.test(name));
}

/** Whether a binding chooses a namespace: it fits every condition given. */
export function chooses({ projects }: ProjectBindingSpec, { name, labels }: NamespaceFacts): boolean {
  if (projects.workspace !== undefined && labels[workspaceLabel] !== projects.workspace) return false;
  if (projects.names !== undefined && !projects.names.includes(name)) return false;
  return Object.entries(projects.selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
}

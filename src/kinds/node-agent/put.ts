import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import { resources, type Resource } from "../../clients/kubernetes/resources.ts";
import { MoorlineError } from "../../model/errors.ts";
import { agentName, type AgentObject } from "./objects.ts";

const rbac = (plural: string, kind: string, namespaced: boolean): Resource => ({
  group: "rbac.authorization.k8s.io",
  version: "v1",
  plural,
  kind,
  namespaced,
});

const known: readonly Resource[] = [
  resources.namespaces,
  resources.serviceAccounts,
  resources.configMaps,
  resources.secrets,
  resources.daemonSets,
  rbac("clusterroles", "ClusterRole", false),
  rbac("clusterrolebindings", "ClusterRoleBinding", false),
  rbac("roles", "Role", true),
  rbac("rolebindings", "RoleBinding", true),
];

const resourceOf = ({ kind, metadata }: AgentObject): Resource => {
  const found = known.find((r) => r.kind === kind);
  if (found !== undefined) return found;
  throw new MoorlineError("INTERNAL", {
    subject: metadata.name,
    parameters: { reason: `no resource of ${kind}` },
  });
};

/**
 * Writes the agent's objects by server-side apply, in their order: the bundle is there before a pod asks for it.
 * The same objects a second time change nothing, and roll nothing out.
 */
export async function putAgent(
  objects: readonly AgentObject[],
  client: KubernetesClient,
  signal: AbortSignal,
): Promise<void> {
  for (const object of objects)
    await client.apply(resourceOf(object), object, { fieldManager: agentName, force: true, signal });
}

/** Takes the agent away, its bundle last; what it did on nodes stays. */
export async function removeAgent(
  namespace: string,
  client: KubernetesClient,
  signal: AbortSignal,
): Promise<void> {
  for (const resource of [resources.daemonSets, resources.configMaps, resources.secrets])
    await client.delete(resource, { namespace, name: agentName }, { signal, propagation: "Background" });
}

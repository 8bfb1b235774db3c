import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import { resources, type Resource } from "../../clients/kubernetes/resources.ts";
import type { Document } from "../../model/document.ts";
import { MoorlineError } from "../../model/errors.ts";
import type { World } from "../world.ts";
import { gatherBundle, type AgentBundle } from "./bundle.ts";
import {
  agentLabels,
  agentName,
  agentWorkload,
  type AgentObject,
  type AgentPod,
  type AgentSettings,
} from "./objects.ts";
import { readNodeStates, type NodeState } from "./result.ts";

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

/** What is known of the agent after it was seen to. */
export interface KeptAgent {
  readonly bundle: AgentBundle;
  /** Where each node stands; those that have no pod yet are missing. */
  readonly nodes: readonly NodeState[];
}

/**
 * Keeps the agent as the documents want it: its bundle and its DaemonSet, or none where nothing is for nodes. To be called
 * whenever a document or what it refers to changes, and now and then to read the nodes' results.
 * @throws what resolving CAs, pairs and credentials throws; KUBERNETES_* on the way
 */
export async function keepAgent(
  documents: readonly Document[],
  settings: AgentSettings,
  world: World,
  signal: AbortSignal,
): Promise<KeptAgent | undefined> {
  const { namespace } = settings;
  const client = await world.kubernetes();
  const bundle = await gatherBundle(documents, world, signal);
  if (bundle === undefined) {
    await removeAgent(namespace, client, signal);
    return undefined;
  }
  await putAgent(agentWorkload(bundle, settings), client, signal);
  return { bundle, nodes: await nodeStates(settings, bundle.hash, client, signal) };
}

/** Where each node stands with the newest bundle, from the agent's pods. */
export async function nodeStates(
  { namespace }: AgentSettings,
  bundle: string,
  client: KubernetesClient,
  signal: AbortSignal,
): Promise<readonly NodeState[]> {
  const labelSelector = Object.entries(agentLabels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const { items } = await client.list<AgentPod>(resources.pods, { namespace, labelSelector, signal });
  return readNodeStates(items, bundle);
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

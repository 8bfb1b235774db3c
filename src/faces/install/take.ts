import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import type { KubernetesObject } from "../../clients/kubernetes/object.ts";
import { objectSubject, resources, type Resource } from "../../clients/kubernetes/resources.ts";
import { agentName } from "../../kinds/node-agent/objects.ts";
import { turnLease } from "../../kinds/node-agent/turn.ts";
import { workloads } from "./manifests.ts";
import { labelsOf } from "./objects.ts";
import { resourceOf } from "./resource-of.ts";

interface Taken {
  readonly resource: Resource;
  readonly name: string;
  readonly namespace?: string;
}

/** The webhook's own registration: it goes first, or the API server would go on asking a webhook that is gone. */
const registrations: readonly Taken[] = [
  ["mutatingwebhookconfigurations", "MutatingWebhookConfiguration"],
  ["validatingwebhookconfigurations", "ValidatingWebhookConfiguration"],
].map(([plural = "", kind = ""]) => ({
  resource: { group: "admissionregistration.k8s.io", version: "v1", plural, kind, namespaced: false },
  name: "moorline",
}));

/** What the controller and the agents themselves wrote in the agents' namespace. */
const agentParts = (namespace: string): readonly Taken[] => [
  ...[resources.daemonSets, resources.configMaps, resources.secrets].map((resource) => ({
    resource,
    name: agentName,
    namespace,
  })),
  { resource: resources.leases, name: turnLease, namespace },
];

/**
 * What an installation consists of, in the order in which it is taken away: the agent's DaemonSet when nobody is left who
 * would write it anew. Definitions and namespaces stay.
 */
function parts({ namespace, agentNamespace }: Where, budgetVersion: string): readonly Taken[] {
  const nodeAgent = { namespace: agentNamespace, image: "", imagePullSecrets: [], tuning: true, taint: true };
  const settings = { namespace, image: "", replicas: 0, imagePullSecrets: [], admission: true, nodeAgent };
  const manifests = workloads(settings, budgetVersion).filter((m) => m.kind !== "Namespace");
  return [
    ...registrations,
    ...manifests.toReversed().map((manifest) => ({ resource: resourceOf(manifest), ...manifest.metadata })),
    ...agentParts(agentNamespace),
  ];
}

/** Where the parts of an installation are. */
interface Where {
  readonly namespace: string;
  readonly agentNamespace: string;
}

/**
 * Takes an installation away. What is not there, or bears other labels than ours, is passed over.
 * @returns what was taken, or would be
 */
export async function take(
  where: Where,
  budgetVersion: string,
  client: KubernetesClient,
  { dryRun, signal }: { readonly dryRun: boolean; readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const taken: string[] = [];
  const ours = labelsOf("")["app.kubernetes.io/managed-by"];
  for (const { resource, name, namespace: within } of parts(where, budgetVersion)) {
    const at = within === undefined ? { name } : { name, namespace: within };
    const found = await client.get<KubernetesObject>(resource, at, signal);
    if (found === undefined || found.metadata.labels?.["app.kubernetes.io/managed-by"] !== ours) continue;
    const { uid } = found.metadata;
    if (!dryRun) await client.delete(resource, at, { signal, ...(uid !== undefined && { uid }) });
    taken.push(objectSubject(resource, name, within));
  }
  return taken;
}

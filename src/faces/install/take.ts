import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import type { KubernetesObject } from "../../clients/kubernetes/object.ts";
import { objectSubject, type Resource } from "../../clients/kubernetes/resources.ts";
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

/** What an installation consists of, in the order in which it is taken away. Definitions and namespace stay. */
function parts(namespace: string, budgetVersion: string): readonly Taken[] {
  const settings = { namespace, image: "", replicas: 0, imagePullSecrets: [], admission: true };
  const manifests = workloads(settings, budgetVersion).toReversed();
  return [
    ...registrations,
    ...manifests.map((manifest) => ({ resource: resourceOf(manifest), ...manifest.metadata })),
  ];
}

/**
 * Takes an installation away. What is not there, or bears other labels than ours, is passed over.
 * @returns what was taken, or would be
 */
export async function take(
  namespace: string,
  budgetVersion: string,
  client: KubernetesClient,
  { dryRun, signal }: { readonly dryRun: boolean; readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const taken: string[] = [];
  const ours = labelsOf("")["app.kubernetes.io/managed-by"];
  for (const { resource, name, namespace: within } of parts(namespace, budgetVersion)) {
    const at = within === undefined ? { name } : { name, namespace: within };
    const found = await client.get<KubernetesObject>(resource, at, signal);
    if (found === undefined || found.metadata.labels?.["app.kubernetes.io/managed-by"] !== ours) continue;
    const { uid } = found.metadata;
    if (!dryRun) await client.delete(resource, at, { signal, ...(uid !== undefined && { uid }) });
    taken.push(objectSubject(resource, name, within));
  }
  return taken;
}

import type { KubernetesClient } from "../../../../clients/kubernetes/client.ts";
import { resources } from "../../../../clients/kubernetes/resources.ts";
import { MoorlineError } from "../../../../model/errors.ts";
import type { World } from "../../../world.ts";
import type { NginxDeployment } from "./exposure.ts";

/** On the pod template: which certificate the pods were last replaced for. A new value replaces them. */
const certificateAnnotation = "moorline.io/certificate";
/** What `kubectl rollout restart` writes; tools show it as the time of the last restart. */
const restartedAnnotation = "kubectl.kubernetes.io/restartedAt";
const fieldManager = "moorline-harbor-certificate";

export interface Place {
  readonly namespace: string;
  readonly name: string;
}

export const certificateOf = ({ spec }: NginxDeployment): string | undefined =>
  spec?.template?.metadata?.annotations?.[certificateAnnotation];

/** Every pod is of the newest template and available, and no old one is left. */
export function isSettled({ metadata, spec, status }: NginxDeployment): boolean {
  const wanted = spec?.replicas ?? 1;
  return (
    (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0) &&
    (status?.updatedReplicas ?? 0) === wanted &&
    (status?.replicas ?? 0) === wanted &&
    (status?.availableReplicas ?? 0) === wanted
  );
}

/**
 * Has the pods of a Deployment replaced, as `kubectl rollout restart` does; of the Deployment only two annotations are ours.
 * @param digest of the certificate that they are replaced for
 */
export async function restart(
  client: KubernetesClient,
  { namespace, name }: Place,
  digest: string,
  world: World,
  signal: AbortSignal,
): Promise<void> {
  const found = await client.get<NginxDeployment>(resources.deployments, { namespace, name }, signal);
  const resourceVersion = found?.metadata.resourceVersion;
  if (resourceVersion === undefined)
    throw new MoorlineError("PLAN_STALE", { subject: `Deployment/${namespace}/${name}` });
  const annotations = {
    [certificateAnnotation]: digest,
    [restartedAnnotation]: world.clock
      .now()
      .toISOString()
      .replace(/\.\d+Z$/, "Z"),
  };
  const part = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { namespace, name },
    spec: { template: { metadata: { annotations } } },
  };
  await client.apply(resources.deployments, part, { signal, fieldManager, force: true, resourceVersion });
}

/** Two seconds between looks; the chart's nginx is ready within one or two of its probe's ten. */
const looks = 120;
const pauseMs = 2000;

/**
 * Waits until every pod is of the newest template and available.
 * @throws HELM_ROLLOUT_STUCK where that does not come about; the old pods go on serving
 */
export async function rolledOut(
  client: KubernetesClient,
  { namespace, name }: Place,
  world: World,
  signal: AbortSignal,
): Promise<void> {
  let reason = "-";
  for (let look = 1; look <= looks; look++) {
    const found = await client.get<NginxDeployment>(resources.deployments, { namespace, name }, signal);
    if (found === undefined) break;
    if (isSettled(found)) return;
    const { replicas = 0, updatedReplicas = 0, availableReplicas = 0, conditions } = found.status ?? {};
    const stuck = conditions?.find((c) => c.type === "Progressing" && c.status === "False");
    reason = stuck?.message ?? `${updatedReplicas} new, ${availableReplicas} available, ${replicas} in all`;
    if (stuck !== undefined) break;
    await world.clock.sleep(pauseMs, signal);
  }
  throw new MoorlineError("HELM_ROLLOUT_STUCK", {
    subject: `Deployment/${namespace}/${name}`,
    parameters: { reason },
  });
}

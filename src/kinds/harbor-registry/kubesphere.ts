import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import type { ConfigMap, Deployment } from "../../clients/kubernetes/object.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import { detectKubeSphere } from "../../clients/kubesphere/detect.ts";
import type { Proof } from "../../engine/kind.ts";
import { MoorlineError } from "../../model/errors.ts";
import { message, type Message } from "../../text/message.ts";
import type { World } from "../world.ts";
import { caKey, containerName, deploymentName, digestOf, type CaMount } from "./kubesphere-trust.ts";
import type { ObservedKubesphere } from "./observed.ts";

/** The cluster that this machine is told of, if it is told of one at all. */
async function clusterIfAny(world: World): Promise<KubernetesClient | undefined> {
  try {
    return await world.kubernetes();
  } catch (thrown) {
    // Without a kubeconfig there is no KubeSphere to tell; a kubeconfig that is broken is a mistake to be told.
    if (thrown instanceof MoorlineError && thrown.code === "KUBECONFIG_MISSING") return undefined;
    throw thrown;
  }
}

/** @returns undefined where there is no KubeSphere */
export async function observeKubesphere(
  mount: CaMount,
  world: World,
  signal: AbortSignal,
): Promise<ObservedKubesphere | undefined> {
  const client = await clusterIfAny(world);
  if (client === undefined) return undefined;
  const found = await detectKubeSphere(client, signal);
  if (!found.present) return undefined;
  const [deployment, configMap] = await Promise.all([
    client.get<Deployment>(
      resources.deployments,
      { namespace: mount.namespace, name: deploymentName },
      signal,
    ),
    client.get<ConfigMap>(resources.configMaps, { namespace: mount.namespace, name: mount.name }, signal),
  ]);
  const mountedDigest = deployment === undefined ? undefined : digestMounted(deployment, mount);
  return {
    generation: found.generation,
    ...(found.version !== undefined && { version: found.version }),
    deployment: deployment !== undefined,
    ...(mountedDigest !== undefined && { mountedDigest }),
    ...(configMap !== undefined && {
      configMap: {
        ours: configMap.metadata.labels?.["app.kubernetes.io/managed-by"] === "moorline",
        digest: digestOf(configMap.data?.[caKey] ?? ""),
      },
    }),
  };
}

/** The digest that the pod template names, if volume and mount are there as well. */
function digestMounted({ spec }: Deployment, mount: CaMount): string | undefined {
  const template = spec?.template;
  const volume = template?.spec?.volumes?.find((v) => v.name === mount.name);
  const container = template?.spec?.containers?.find((c) => c.name === containerName);
  const mounted = container?.volumeMounts?.find((m) => m.mountPath === mount.path);
  const whole =
    volume?.configMap?.name === mount.name && mounted?.name === mount.name && mounted.subPath === caKey;
  return whole ? (template?.metadata?.annotations?.[mount.annotation] ?? "") : undefined;
}

/** How long pods of ks-apiserver get to come up, and how often they are looked at. */
const rolloutMs = 120_000;
const lookEveryMs = 2_000;

/**
 * Proves that ks-apiserver's pods run with the CA; waits for a rollout under way.
 * @returns undefined where there is no KubeSphere
 */
export async function proveRollout(
  mount: CaMount,
  digest: string,
  world: World,
  signal: AbortSignal,
): Promise<Proof | undefined> {
  const client = await clusterIfAny(world);
  if (client === undefined) return undefined;
  const at = { namespace: mount.namespace, name: deploymentName };
  const read = (): Promise<Deployment | undefined> =>
    client.get<Deployment>(resources.deployments, at, signal);
  let deployment = await read();
  for (
    let waited = 0;
    deployment !== undefined && isRollingOut(deployment) && waited < rolloutMs;
    waited += lookEveryMs
  ) {
    await world.clock.sleep(lookEveryMs, signal);
    deployment = await read();
  }
  if (deployment === undefined) return undefined;
  const ok = digestMounted(deployment, mount) === digest && !isRollingOut(deployment);
  return {
    title: message("harborRegistry.proofKubesphere"),
    subject: `Deployment/${mount.namespace}/${deploymentName}`,
    ok,
    detail: detailOf(ok, deployment, mount),
  };
}

function detailOf(ok: boolean, { spec, status }: Deployment, { path }: CaMount): Message {
  const ready = status?.updatedReplicas ?? 0;
  if (!ok) return message("harborRegistry.failedKubesphere", { ready, wanted: spec?.replicas ?? 1 });
  return status?.observedGeneration === undefined
    ? message("harborRegistry.mountedKubesphere", { path })
    : message("harborRegistry.provedKubesphere", { ready, path });
}

/** As `kubectl rollout status` tells it. Where nobody reports (no controller runs), there is nothing to wait for. */
function isRollingOut({ metadata, spec, status }: Deployment): boolean {
  if (status?.observedGeneration === undefined) return false;
  const wanted = spec?.replicas ?? 1;
  return (
    status.observedGeneration < (metadata.generation ?? 0) ||
    (status.updatedReplicas ?? 0) < wanted ||
    (status.availableReplicas ?? 0) < wanted
  );
}

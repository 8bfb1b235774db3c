import type { KubernetesClient } from "../kubernetes/client.ts";
import type { Deployment } from "../kubernetes/object.ts";
import { resources } from "../kubernetes/resources.ts";
import { systemNamespace } from "./resources.ts";

const apiServerName = "ks-apiserver";

/** ks-apiserver's Deployment; undefined where there is none. */
export function findApiServer(
  kubernetes: KubernetesClient,
  signal: AbortSignal,
): Promise<Deployment | undefined> {
  return kubernetes.get<Deployment>(
    resources.deployments,
    { name: apiServerName, namespace: systemNamespace },
    signal,
  );
}

/** The version that the image's tag tells: `v3.4.1`; undefined for digests and tags such as `latest`. */
export function imageVersion(deployment: Deployment): string | undefined {
  const containers = deployment.spec?.template?.spec?.containers ?? [];
  const container = containers.find((each) => each.name === apiServerName) ?? containers[0];
  return /:(v?\d+\.\d+\.\d+[-.\w]*)(?:@|$)/.exec(container?.image ?? "")?.[1];
}

/**
 * Where a ConfigMap is mounted among the roots that Go reads (facts/kubesphere.md §2.6); undefined where it is not.
 */
export function caMountPath(deployment: Deployment, configMap: string): string | undefined {
  const pod = deployment.spec?.template?.spec;
  const mounted = pod?.volumes?.filter((each) => each.configMap?.name === configMap);
  const volumes = new Set(mounted?.map((each) => each.name));
  const container = pod?.containers?.find((each) => each.name === apiServerName);
  const mount = container?.volumeMounts?.find(
    (each) => volumes.has(each.name) && /^\/etc\/ssl\/certs(\/|$)/.test(each.mountPath),
  );
  return mount?.mountPath;
}

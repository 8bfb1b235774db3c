import type { KubernetesClient } from "../../../clients/kubernetes/client.ts";
import type { KubernetesObject } from "../../../clients/kubernetes/object.ts";
import { resources } from "../../../clients/kubernetes/resources.ts";

const place = { namespace: "kubesphere-system", name: "ks-apiserver" } as const;

interface Volumes extends KubernetesObject {
  readonly spec?: {
    readonly template?: {
      readonly spec?: { readonly volumes?: readonly { readonly configMap?: { readonly name?: string } }[] };
    };
  };
}

interface ConfigMap extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

/**
 * What a restarted ks-apiserver would trust: every certificate of the ConfigMaps that its Deployment mounts. Follows the
 * Deployment, as its pods would, until the signal aborts.
 */
export async function followTrust(
  kubernetes: KubernetesClient,
  onTrust: (roots: readonly string[]) => void,
  signal: AbortSignal,
): Promise<void> {
  const options = { namespace: place.namespace, fieldSelector: `metadata.name=${place.name}`, signal };
  for await (const event of kubernetes.watch<Volumes>(resources.deployments, options)) {
    if (event.type === "deleted") continue;
    for (const deployment of event.type === "listed" ? event.items : [event.object])
      onTrust(await mountedRoots(kubernetes, deployment, signal));
  }
}

async function mountedRoots(
  kubernetes: KubernetesClient,
  deployment: Volumes,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const names = (deployment.spec?.template?.spec?.volumes ?? []).flatMap((v) => v.configMap?.name ?? []);
  const maps = await Promise.all(
    names.map((name) =>
      kubernetes.get<ConfigMap>(resources.configMaps, { namespace: place.namespace, name }, signal),
    ),
  );
  return maps
    .flatMap((map) => Object.values(map?.data ?? {}))
    .filter((text) => text.includes("BEGIN CERTIFICATE"));
}

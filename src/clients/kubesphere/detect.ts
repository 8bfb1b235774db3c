import { isError } from "../../model/errors.ts";
import type { KubernetesClient } from "../kubernetes/client.ts";
import type { KubernetesObject, Namespace } from "../kubernetes/object.ts";
import { resources } from "../kubernetes/resources.ts";
import { serviceProxyApi } from "./api.ts";
import { findApiServer, imageVersion } from "./api-server.ts";
import { kubesphereResources, systemNamespace } from "./resources.ts";

export type KubeSphere =
  | { readonly present: false }
  | {
      readonly present: true;
      readonly generation: 3 | 4;
      /** `v3.4.1`; absent where nothing tells it. */
      readonly version?: string;
      readonly devops: boolean | "unknown";
      /** Whether it manages more clusters than this one. */
      readonly multicluster: boolean | "unknown";
      /** What KubeSphere calls this cluster. */
      readonly clusterName?: string;
    };

interface ClusterObject extends KubernetesObject {
  readonly status?: { readonly kubeSphereVersion?: string };
}

interface ClusterConfiguration extends KubernetesObject {
  readonly spec?: { readonly devops?: { readonly enabled?: boolean } };
}

interface InstallPlan extends KubernetesObject {
  readonly spec?: { readonly enabled?: boolean };
  readonly status?: { readonly state?: string };
}

/**
 * Finds out which KubeSphere a cluster has, in the order of facts/kubesphere.md §6.3. Needs no rights but discovery;
 * what further rights would tell stays unknown without them.
 */
export async function detectKubeSphere(
  kubernetes: KubernetesClient,
  signal: AbortSignal,
): Promise<KubeSphere> {
  const [four, three] = await Promise.all([
    kubernetes.serves(kubesphereResources.installPlans, signal),
    kubernetes.serves(kubesphereResources.clusterConfigurations, signal),
  ]);
  if (!four && !three) return { present: false };
  const generation = four ? 4 : 3;
  const [clusters, answered, deployment, system, devops] = await Promise.all([
    ifAllowed(() => kubernetes.list<ClusterObject>(kubesphereResources.clusters, { signal })),
    askVersion(kubernetes, signal),
    ifAllowed(() => findApiServer(kubernetes, signal)),
    ifAllowed(() => kubernetes.get<Namespace>(resources.namespaces, { name: systemNamespace }, signal)),
    ifAllowed(() => (generation === 4 ? devops4(kubernetes, signal) : devops3(kubernetes, signal))),
  ]);
  const host = clusters?.items.find(
    (each) => "cluster-role.kubesphere.io/host" in (each.metadata.labels ?? {}),
  );
  const version = answered ?? (host?.status?.kubeSphereVersion || (deployment && imageVersion(deployment)));
  const clusterName = system?.metadata.annotations?.["cluster.kubesphere.io/name"];
  return {
    present: true,
    generation,
    devops: devops ?? "unknown",
    multicluster: clusters ? clusters.items.length > 1 : "unknown",
    ...(version && { version }),
    ...(clusterName && { clusterName }),
  };
}

/** Rights that are missing, and APIs that are not there, make an answer unknown rather than an error. */
async function ifAllowed<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (thrown) {
    if (isError(thrown, "KUBERNETES_FORBIDDEN", "KUBERNETES_API_MISSING")) return undefined;
    throw thrown;
  }
}

/** GET /kapis/version: anonymous up to 4.1.2; builds from source say v0.0.0. A ks-apiserver that is down tells nothing. */
async function askVersion(kubernetes: KubernetesClient, signal: AbortSignal): Promise<string | undefined> {
  const api = serviceProxyApi(kubernetes);
  const answer = await api
    .request({ method: "GET", path: "/kapis/version", timeoutMs: 5000, signal })
    .catch((thrown) => {
      if (isError(thrown, "NETWORK_TIMEOUT")) return undefined;
      throw thrown;
    });
  if (answer?.status !== 200) return undefined;
  const told = /"gitVersion"\s*:\s*"(v\d+\.\d+\.\d+[-+.\w]*)"/.exec(answer.text())?.[1];
  return told?.startsWith("v0.0.0") ? undefined : told;
}

async function devops3(kubernetes: KubernetesClient, signal: AbortSignal): Promise<boolean> {
  const at = { name: "ks-installer", namespace: systemNamespace };
  const found = await kubernetes.get<ClusterConfiguration>(
    kubesphereResources.clusterConfigurations,
    at,
    signal,
  );
  return found?.spec?.devops?.enabled === true;
}

async function devops4(kubernetes: KubernetesClient, signal: AbortSignal): Promise<boolean> {
  const found = await kubernetes.get<InstallPlan>(
    kubesphereResources.installPlans,
    { name: "devops" },
    signal,
  );
  return found?.spec?.enabled === true && found.status?.state === "Installed";
}

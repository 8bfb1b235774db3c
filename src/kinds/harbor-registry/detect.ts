import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import type { Deployment } from "../../clients/kubernetes/object.ts";
import { resources, type Resource } from "../../clients/kubernetes/resources.ts";
import { containerName, deploymentName } from "./kubesphere-trust.ts";
import type { ObservedKubesphere } from "./observed.ts";

/** Served by KubeSphere 4.x only; 3.x has no extensions (facts/kubesphere.md §7). */
const extensions: Resource = {
  group: "kubesphere.io",
  version: "v1alpha1",
  plural: "extensions",
  kind: "Extension",
  namespaced: false,
};

/** Served by every KubeSphere: the workspaces of 3.x, kept in 4.x (facts/kubesphere.md §4.2). */
const workspaces = ["v1beta1", "v1alpha1"].map((version): Resource => ({
  group: "tenant.kubesphere.io",
  version,
  plural: "workspaces",
  kind: "Workspace",
  namespaced: false,
}));

/** Which KubeSphere there is: told by the APIs that it serves, and by ks-apiserver's image. */
export async function detectKubesphere(
  client: KubernetesClient,
  namespace: string,
  signal: AbortSignal,
): Promise<Pick<ObservedKubesphere, "generation" | "version"> | undefined> {
  const at = { namespace, name: deploymentName };
  const [deployment, four, ...tenants] = await Promise.all([
    client.get<Deployment>(resources.deployments, at, signal),
    client.serves(extensions, signal),
    ...workspaces.map((each) => client.serves(each, signal)),
  ]);
  if (deployment === undefined && !four && !tenants.some(Boolean)) return undefined;
  const image = deployment?.spec?.template?.spec?.containers?.find((c) => c.name === containerName)?.image;
  const version = /:(v?\d+\.\d+\.\d+[-.\w]*)(?:@|$)/.exec(image ?? "")?.[1];
  const generation = four || /^v?4\./.test(version ?? "") ? 4 : 3;
  return { generation, ...(version !== undefined && { version }) };
}

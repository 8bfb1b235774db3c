import type { KubernetesClient } from "../../../clients/kubernetes/client.ts";
import { resources } from "../../../clients/kubernetes/resources.ts";

/** KubeSphere workspaces and their projects, as a first visitor finds them. */
export const seededWorkspaces: Readonly<Record<string, readonly string[]>> = {
  shop: ["shop-web", "shop-api"],
  bank: ["bank-core", "bank-ledger"],
};

/** Makes the workspaces' projects (namespaces with KubeSphere's label), where they are missing. */
export async function seedProjects(kubernetes: KubernetesClient, signal: AbortSignal): Promise<void> {
  const namespace = (name: string, labels: Readonly<Record<string, string>>): Promise<unknown> =>
    kubernetes.apply(
      resources.namespaces,
      { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } },
      { signal, force: true },
    );
  const projects = Object.entries(seededWorkspaces).flatMap(([workspace, names]) =>
    names.map((name) =>
      namespace(name, { "kubesphere.io/workspace": workspace, "kubesphere.io/managed": "true" }),
    ),
  );
  await Promise.all([...projects, namespace("harbor", {})]);
}

import type { Resource } from "../kubernetes/resources.ts";

const cluster = (group: string, version: string, plural: string, kind: string): Resource => ({
  group,
  version,
  plural,
  kind,
  namespaced: false,
});

/** KubeSphere's own resources (facts/kubesphere.md §4.2, §4.5, §6.3, §7.1). */
export const kubesphereResources = {
  /** 3.x alone. */
  clusterConfigurations: {
    ...cluster("installer.kubesphere.io", "v1alpha1", "clusterconfigurations", "ClusterConfiguration"),
    namespaced: true,
  },
  /** 4.x alone. */
  installPlans: cluster("kubesphere.io", "v1alpha1", "installplans", "InstallPlan"),
  clusters: cluster("cluster.kubesphere.io", "v1alpha1", "clusters", "Cluster"),
  /** As 3.x keeps them. */
  workspaces3: cluster("tenant.kubesphere.io", "v1alpha1", "workspaces", "Workspace"),
  /** As 4.x keeps them. */
  workspaces4: cluster("tenant.kubesphere.io", "v1beta1", "workspaces", "Workspace"),
} as const satisfies Readonly<Record<string, Resource>>;

/** Where KubeSphere's own components run, in every version. */
export const systemNamespace = "kubesphere-system";

import { resources, type Resource } from "../../clients/kubernetes/resources.ts";
import { MoorlineError } from "../../model/errors.ts";
import type { Manifest } from "./objects.ts";

const rbac = (plural: string, kind: string, namespaced: boolean): Resource => ({
  group: "rbac.authorization.k8s.io",
  version: "v1",
  plural,
  kind,
  namespaced,
});

const known: readonly Resource[] = [
  ...Object.values(resources),
  rbac("clusterroles", "ClusterRole", false),
  rbac("clusterrolebindings", "ClusterRoleBinding", false),
  rbac("roles", "Role", true),
  rbac("rolebindings", "RoleBinding", true),
  {
    group: "scheduling.k8s.io",
    version: "v1",
    plural: "priorityclasses",
    kind: "PriorityClass",
    namespaced: false,
  },
  {
    group: "networking.k8s.io",
    version: "v1",
    plural: "networkpolicies",
    kind: "NetworkPolicy",
    namespaced: true,
  },
  ...["v1", "v1beta1"].map((version) => ({
    group: "policy",
    version,
    plural: "poddisruptionbudgets",
    kind: "PodDisruptionBudget",
    namespaced: true,
  })),
];

/** The resource that a manifest of ours is an object of. */
export function resourceOf({ apiVersion, kind }: Manifest): Resource {
  const found = known.find(
    (r) => r.kind === kind && (r.group === "" ? r.version : `${r.group}/${r.version}`) === apiVersion,
  );
  if (found !== undefined) return found;
  throw new MoorlineError("INTERNAL", {
    subject: kind,
    parameters: { reason: `no resource for ${apiVersion}` },
  });
}

import type { Cluster, NamespaceObject } from "./cluster.ts";
import type { Excluded } from "./observed.ts";
import type { ProjectBindingSpec } from "./schema.ts";

/** The namespaces that a document chooses. */
export interface GatheredNamespaces {
  readonly found: readonly { readonly name: string; readonly excluded?: Excluded }[];
  /** Named, but not there or not fitting the other conditions. */
  readonly missing: readonly string[];
}

const workspaceLabel = "kubesphere.io/workspace";
const ofTheCluster = new Set(["kube-system", "kube-public", "kube-node-lease"]);

/** Reads the namespaces that fit every condition of the document, in one list. */
export async function gatherNamespaces(
  { projects }: ProjectBindingSpec,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<GatheredNamespaces> {
  const labels = {
    ...projects.selector?.matchLabels,
    ...(projects.workspace !== undefined && { [workspaceLabel]: projects.workspace }),
  };
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const listed = await cluster.listNamespaces(labelSelector === "" ? {} : { labelSelector }, signal);
  const wanted = projects.names === undefined ? undefined : new Set(projects.names);
  const fitting = listed.filter((n) => wanted?.has(n.name) ?? true);
  const present = new Set(fitting.map((n) => n.name));
  return {
    found: fitting.map((n) => {
      const excluded = exclusionOf(n);
      return { name: n.name, ...(excluded !== undefined && { excluded }) };
    }),
    missing: projects.names?.filter((name) => !present.has(name)) ?? [],
  };
}

/** Why a namespace is no project to bind (facts/kubesphere.md §4.1). */
function exclusionOf({ name, labels, terminating }: NamespaceObject): Excluded | undefined {
  if (terminating) return "terminating";
  if (labels[workspaceLabel] === "system-workspace" || ofTheCluster.has(name)) return "system";
  if ("kubesphere.io/devopsproject" in labels || "devops.kubesphere.io/managed" in labels) return "devops";
  if (labels["kubefed.io/managed"] === "true") return "federated";
  return undefined;
}

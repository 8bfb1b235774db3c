import type { KubernetesClient } from "../kubernetes/client.ts";
import type { KubernetesObject, Namespace } from "../kubernetes/object.ts";
import { resources } from "../kubernetes/resources.ts";
import { kubesphereResources } from "./resources.ts";

const workspaceLabel = "kubesphere.io/workspace";
const systemWorkspace = "system-workspace";

export interface Project {
  /** Of the namespace, which is the same thing. */
  readonly name: string;
  readonly workspace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly terminating: boolean;
  /** Made by kubefed (3.x): a plain Secret written to it would be reverted (facts/kubesphere.md §4.2). */
  readonly federated: boolean;
  /** Belongs to the platform, or is the namespace of a DevOps project. */
  readonly kind: "project" | "system" | "devops";
}

export interface ProjectQuery {
  readonly workspace?: string;
  readonly labelSelector?: string;
  readonly names?: readonly string[];
  /** Gives those of the platform and of DevOps projects too. */
  readonly all?: boolean;
  readonly signal: AbortSignal;
}

/** KubeSphere's projects: the namespaces that belong to a workspace. */
export async function listProjects(
  kubernetes: KubernetesClient,
  query: ProjectQuery,
): Promise<readonly Project[]> {
  const member = query.workspace === undefined ? workspaceLabel : `${workspaceLabel}=${query.workspace}`;
  const labelSelector = [member, query.labelSelector].filter(Boolean).join(",");
  const { items } = await kubernetes.list<Namespace>(resources.namespaces, {
    labelSelector,
    signal: query.signal,
  });
  const names = query.names && new Set(query.names);
  return items
    .map(projectOf)
    .filter(
      (project) => (query.all === true || project.kind === "project") && (!names || names.has(project.name)),
    );
}

/** Reads a namespace as a project (facts/kubesphere.md §4.1). */
function projectOf({ metadata, status }: Namespace): Project {
  const labels = metadata.labels ?? {};
  const workspace = labels[workspaceLabel] ?? "";
  const isDevops =
    labels["kubesphere.io/devopsproject"] !== undefined || labels["devops.kubesphere.io/managed"] === "true";
  return {
    name: metadata.name ?? "",
    workspace,
    labels,
    terminating: metadata.deletionTimestamp !== undefined || status?.phase === "Terminating",
    federated: labels["kubefed.io/managed"] === "true",
    kind: workspace === systemWorkspace ? "system" : isDevops ? "devops" : "project",
  };
}

interface WorkspaceObject extends KubernetesObject {
  readonly spec?: { readonly manager?: string };
}

export interface Workspace {
  readonly name: string;
  readonly manager?: string;
}

/** Workspaces but the platform's own; none where there is no KubeSphere. */
export async function listWorkspaces(
  kubernetes: KubernetesClient,
  signal: AbortSignal,
): Promise<readonly Workspace[]> {
  for (const resource of [kubesphereResources.workspaces4, kubesphereResources.workspaces3]) {
    if (!(await kubernetes.serves(resource, signal))) continue;
    const { items } = await kubernetes.list<WorkspaceObject>(resource, { signal });
    return items
      .filter(({ metadata }) => metadata.name !== systemWorkspace)
      .map(({ metadata, spec }) => ({
        name: metadata.name ?? "",
        ...(spec?.manager && { manager: spec.manager }),
      }));
  }
  return [];
}

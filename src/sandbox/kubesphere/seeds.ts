import type { JsonObject } from "../kubernetes/json.ts";
import { nameOf } from "../kubernetes/object.ts";
import type { SandboxKubernetes } from "../kubernetes/start.ts";
import { createObject } from "../kubernetes/writes/create.ts";
import { traitsOf, type KubeSphereVersion } from "./versions.ts";

/** A workspace and its projects to begin with. */
export interface WorkspaceSeed {
  readonly name: string;
  readonly projects: readonly string[];
}

interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly isNamespaced?: boolean;
}

/** Makes the cluster look as if this KubeSphere were installed: definitions, its own objects, workspaces and projects. */
export async function seedKubeSphere(
  kubernetes: SandboxKubernetes,
  version: KubeSphereVersion,
  options: { readonly workspaces: readonly WorkspaceSeed[]; readonly isDevOpsEnabled: boolean },
): Promise<void> {
  const traits = traitsOf[version];
  const add = (
    group: string,
    apiVersion: string,
    plural: string,
    namespace: string,
    object: JsonObject,
  ): void => {
    const resource = kubernetes.context.registry.find(group, apiVersion, plural);
    if (resource === undefined) throw new Error(`${plural}.${group} is not served`);
    if (
      kubernetes.store.get(
        group === "" ? plural : `${plural}.${group}`,
        resource.isNamespaced ? namespace : "",
        nameOf(object),
      ) !== undefined
    )
      return;
    createObject(kubernetes.context, resource, namespace, object, { manager: "kubesphere", dryRun: false });
  };
  for (const kind of kindsOf(version))
    add("apiextensions.k8s.io", "v1", "customresourcedefinitions", "", definition(kind));
  await kubernetes.settled();

  const system = { "kubesphere.io/workspace": "system-workspace" };
  for (const name of ["kubesphere-system", "kubesphere-controls-system"]) {
    const annotations = { "cluster.kubesphere.io/name": "host" };
    add("", "v1", "namespaces", "", {
      metadata: { name, labels: { ...system, "kubesphere.io/namespace": name }, annotations },
    });
  }
  add("apps", "v1", "deployments", "kubesphere-system", apiServerDeployment(version));
  add("cluster.kubesphere.io", "v1alpha1", "clusters", "", hostCluster(version, options.isDevOpsEnabled));
  if (traits.major === 3) {
    add(
      "installer.kubesphere.io",
      "v1alpha1",
      "clusterconfigurations",
      "kubesphere-system",
      installerConfiguration(options.isDevOpsEnabled),
    );
  } else if (options.isDevOpsEnabled) {
    add("kubesphere.io", "v1alpha1", "installplans", "", devOpsPlan());
  }
  for (const workspace of [{ name: "system-workspace", projects: [] }, ...options.workspaces]) {
    const creator = { "kubesphere.io/creator": "admin" };
    const metadata = { name: workspace.name, annotations: creator };
    add("tenant.kubesphere.io", traits.workspaceVersion, "workspaces", "", {
      ...head("Workspace", `tenant.kubesphere.io/${traits.workspaceVersion}`),
      metadata,
      spec: { manager: "admin" },
    });
    add("tenant.kubesphere.io", traits.templateVersion, "workspacetemplates", "", {
      ...head("WorkspaceTemplate", `tenant.kubesphere.io/${traits.templateVersion}`),
      metadata: { ...metadata, annotations: { ...creator } },
      spec: {
        template: { spec: { manager: "admin" }, metadata: {} },
        placement: { clusters: [{ name: "host" }] },
      },
    });
    for (const project of workspace.projects)
      add("", "v1", "namespaces", "", projectNamespace(project, workspace.name, traits.major));
  }
  await kubernetes.settled();
}

const head = (kind: string, apiVersion: string): JsonObject => ({ apiVersion, kind });

/** A project's namespace with the labels that the console gives it (facts/kubesphere.md §4.1). */
function projectNamespace(name: string, workspace: string, major: 3 | 4): JsonObject {
  const managed = major === 4 ? { "kubesphere.io/managed": "true" } : {};
  return {
    metadata: {
      name,
      labels: { "kubesphere.io/workspace": workspace, "kubesphere.io/namespace": name, ...managed },
      annotations: { "kubesphere.io/creator": "admin" },
    },
  };
}

function kindsOf(version: KubeSphereVersion): readonly Kind[] {
  const { major, templateVersion, workspaceVersion } = traitsOf[version];
  const common: readonly Kind[] = [
    { group: "tenant.kubesphere.io", version: workspaceVersion, kind: "Workspace", plural: "workspaces" },
    {
      group: "tenant.kubesphere.io",
      version: templateVersion,
      kind: "WorkspaceTemplate",
      plural: "workspacetemplates",
    },
    { group: "cluster.kubesphere.io", version: "v1alpha1", kind: "Cluster", plural: "clusters" },
  ];
  if (major === 3) {
    return [
      ...common,
      {
        group: "installer.kubesphere.io",
        version: "v1alpha1",
        kind: "ClusterConfiguration",
        plural: "clusterconfigurations",
        isNamespaced: true,
      },
    ];
  }
  const core = { group: "kubesphere.io", version: "v1alpha1" };
  return [
    ...common,
    { ...core, kind: "InstallPlan", plural: "installplans" },
    { ...core, kind: "Extension", plural: "extensions" },
    { ...core, kind: "ServiceAccount", plural: "serviceaccounts", isNamespaced: true },
  ];
}

function definition({ group, version, kind, plural, isNamespaced }: Kind): JsonObject {
  const openAPIV3Schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  return {
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: isNamespaced === true ? "Namespaced" : "Cluster",
      names: { kind, plural },
      versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
}

function apiServerDeployment(version: KubeSphereVersion): JsonObject {
  const labels = { app: "ks-apiserver", tier: "backend", version: `v${version}` };
  const container = {
    name: "ks-apiserver",
    image: `kubesphere/ks-apiserver:v${version}`,
    ports: [{ containerPort: 9090 }],
  };
  return {
    metadata: { name: "ks-apiserver", labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: "ks-apiserver" } },
      template: { metadata: { labels: { ...labels } }, spec: { containers: [container] } },
    },
  };
}

function hostCluster(version: KubeSphereVersion, isDevOpsEnabled: boolean): JsonObject {
  return {
    ...head("Cluster", "cluster.kubesphere.io/v1alpha1"),
    metadata: { name: "host", labels: { "cluster-role.kubesphere.io/host": "" } },
    spec: { connection: { type: "direct" } },
    status: {
      kubeSphereVersion: `v${version}`,
      kubernetesVersion: "v1.20.2",
      ...(traitsOf[version].major === 3 ? { configz: { devops: isDevOpsEnabled } } : {}),
      conditions: [{ type: "Ready", status: "True", reason: "Ready", message: "Cluster is available now" }],
    },
  };
}

function installerConfiguration(isDevOpsEnabled: boolean): JsonObject {
  return {
    ...head("ClusterConfiguration", "installer.kubesphere.io/v1alpha1"),
    metadata: { name: "ks-installer" },
    spec: { devops: { enabled: isDevOpsEnabled }, auditing: { enabled: false } },
    status: isDevOpsEnabled ? { devops: { enabledTime: "2026-01-01T00:00:00UTC", status: "enabled" } } : {},
  };
}

function devOpsPlan(): JsonObject {
  return {
    ...head("InstallPlan", "kubesphere.io/v1alpha1"),
    metadata: { name: "devops" },
    spec: { extension: { name: "devops", version: "1.1.0" }, enabled: true, upgradeStrategy: "Manual" },
    status: { state: "Installed", enabled: true, version: "1.1.0" },
  };
}

import type { ServerContext } from "./context.ts";
import { createObject } from "./writes/create.ts";
import type { ApiObject } from "./object.ts";

/** A node to begin with. */
export interface NodeSeed {
  readonly name: string;
  /** Address within the cluster; made up from the position where not given. */
  readonly address?: string;
  readonly roles?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  /** "containerd://1.6.20" and the like. */
  readonly containerRuntime?: string;
}

const systemNamespaces = ["default", "kube-node-lease", "kube-public", "kube-system"];

/** What a fresh cluster has: the system's namespaces, and the nodes. */
export function seed(context: ServerContext, nodes: readonly NodeSeed[]): void {
  for (const name of systemNamespaces) add(context, "namespaces", "kube-apiserver", { metadata: { name } });
  for (const [index, node] of nodes.entries())
    add(context, "nodes", "kubelet", nodeObject(node, index, context.clock()));
}

function add(context: ServerContext, plural: string, manager: string, object: ApiObject): void {
  const resource = context.registry.find("", "v1", plural);
  if (resource !== undefined) createObject(context, resource, "", object, { manager, dryRun: false });
}

function nodeObject(node: NodeSeed, index: number, now: Date): ApiObject {
  const roles = Object.fromEntries((node.roles ?? []).map((role) => [`node-role.kubernetes.io/${role}`, ""]));
  const labels = {
    "kubernetes.io/arch": "amd64",
    "kubernetes.io/os": "linux",
    "kubernetes.io/hostname": node.name,
  };
  return {
    metadata: { name: node.name, labels: { ...labels, ...roles, ...node.labels } },
    spec: { podCIDR: `10.233.${64 + index}.0/24` },
    status: {
      addresses: [
        { type: "InternalIP", address: node.address ?? `10.10.0.${11 + index}` },
        { type: "Hostname", address: node.name },
      ],
      capacity: { cpu: "4", memory: "8Gi", pods: "110" },
      allocatable: { cpu: "4", memory: "8Gi", pods: "110" },
      conditions: [
        {
          type: "Ready",
          status: "True",
          reason: "KubeletReady",
          message: "kubelet is posting ready status",
          lastHeartbeatTime: now.toISOString(),
          lastTransitionTime: now.toISOString(),
        },
      ],
      nodeInfo: {
        architecture: "amd64",
        bootID: "00000000-0000-0000-0000-000000000000",
        containerRuntimeVersion: node.containerRuntime ?? "containerd://1.6.20",
        kernelVersion: "6.1.0",
        kubeProxyVersion: "v1.20.2",
        kubeletVersion: "v1.20.2",
        machineID: "0",
        operatingSystem: "linux",
        osImage: "Debian GNU/Linux 12 (bookworm)",
        systemUUID: "0",
      },
    },
  };
}

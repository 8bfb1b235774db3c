import { ports, type InstallSettings } from "./settings.ts";
import type { Right } from "./rights.ts";

/** One Kubernetes object as it is written. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly [member: string]: unknown;
}

/** Labels by which everything of one workload is found (Kubernetes "Recommended Labels"). */
export const labelsOf = (component: string): Readonly<Record<string, string>> => ({
  "app.kubernetes.io/name": "moorline",
  "app.kubernetes.io/component": component,
  "app.kubernetes.io/managed-by": "moorline",
});

export function namespaceOf({ namespace }: InstallSettings): Manifest {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name: namespace,
      // Pod Security Admission, from Kubernetes 1.23; before, the labels mean nothing.
      labels: { ...labelsOf("namespace"), "pod-security.kubernetes.io/enforce": "restricted" },
    },
  };
}

/** Above ordinary pods, so that a full cluster still gets its certificates renewed; below the system's own. */
export const priorityClass: Manifest = {
  apiVersion: "scheduling.k8s.io/v1",
  kind: "PriorityClass",
  metadata: { name: "moorline", labels: labelsOf("priority") },
  value: 100_000_000,
  globalDefault: false,
  preemptionPolicy: "Never",
  description: "Moorline keeps registry certificates, secrets and trust true.",
};

export function accountOf(name: string, { namespace }: InstallSettings): Manifest {
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name, namespace, labels: labelsOf(name) },
    // The Deployment mounts its token itself, and nothing else of this account should.
    automountServiceAccountToken: false,
  };
}

const rulesOf = (rights: readonly Right[]): readonly object[] =>
  rights.map(({ group, resources, verbs }) => ({ apiGroups: [group], resources, verbs }));

/** A role for all namespaces with its binding. */
export function clusterRole(
  name: string,
  rights: readonly Right[],
  { namespace }: InstallSettings,
): Manifest[] {
  const metadata = { name, labels: labelsOf(name) };
  const apiVersion = "rbac.authorization.k8s.io/v1";
  return [
    { apiVersion, kind: "ClusterRole", metadata, rules: rulesOf(rights) },
    {
      apiVersion,
      kind: "ClusterRoleBinding",
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    },
  ];
}

/** A role for one namespace, the installation's own if no other is named, with its binding. */
export function namespaceRole(
  name: string,
  rights: readonly Right[],
  { namespace: home }: InstallSettings,
  namespace = home,
): Manifest[] {
  const metadata = { name, namespace, labels: labelsOf(name) };
  const apiVersion = "rbac.authorization.k8s.io/v1";
  return [
    { apiVersion, kind: "Role", metadata, rules: rulesOf(rights) },
    {
      apiVersion,
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
      subjects: [{ kind: "ServiceAccount", name, namespace: home }],
    },
  ];
}

type PortName = keyof typeof ports;

export function serviceOf(
  name: string,
  exposed: Readonly<Record<number, PortName>>,
  { namespace }: InstallSettings,
): Manifest {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace, labels: labelsOf(name) },
    spec: {
      selector: labelsOf(name),
      ports: Object.entries(exposed).map(([port, target]) => ({
        name: target,
        port: Number(port),
        targetPort: target,
        protocol: "TCP",
      })),
    },
  };
}

/** While nodes are emptied, one replica always stays; the other takes over within the lease. */
export function budgetOf(name: string, { namespace }: InstallSettings, apiVersion: string): Manifest {
  return {
    apiVersion,
    kind: "PodDisruptionBudget",
    metadata: { name, namespace, labels: labelsOf(name) },
    spec: { minAvailable: 1, selector: { matchLabels: labelsOf(name) } },
  };
}

/**
 * Lets in what each port is for, and out everything: Harbors, API servers and hosts over SSH lie anywhere. The webhook
 * is called by the API server, whose address no selector knows.
 */
export function networkPolicyOf(
  name: string,
  open: readonly PortName[],
  { namespace }: InstallSettings,
): Manifest {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace, labels: labelsOf(name) },
    spec: {
      podSelector: { matchLabels: labelsOf(name) },
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ ports: open.map((port) => ({ protocol: "TCP", port: ports[port] })) }],
      egress: [{}],
    },
  };
}

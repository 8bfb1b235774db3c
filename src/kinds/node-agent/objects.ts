import type { KubernetesObject, NewObject } from "../../clients/kubernetes/object.ts";
import { places, type AgentBundle } from "./bundle.ts";

/** What differs between clusters. */
export interface AgentSettings {
  /** A namespace of its own: the agent sees the host's file system, which the "restricted" Pod Security refuses. */
  readonly namespace: string;
  readonly image: string;
  /** Names of registry Secrets in the namespace, for the image itself. */
  readonly imagePullSecrets?: readonly string[];
  /** Where nodes reach the API server before kube-proxy runs there; the Service `kubernetes` by default. */
  readonly apiServer?: { readonly host: string; readonly port: number };
}

/** An object as it is written. */
export interface AgentObject extends NewObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly [member: string]: unknown;
}

export const agentName = "moorline-node-agent";
/** The init container that does the work. */
export const workerName = "apply";
/** On the pod template, and so on every pod: which bundle it carries out. */
export const bundleAnnotation = "moorline.io/bundle";
/** On a new node until everything on it is proved; its owner registers the node with it. */
export const startupTaint = "moorline.io/agent-not-ready";

/** No user of the host's; what stays running needs no right at all. */
const nobody = 65_532;

export const agentLabels: Readonly<Record<string, string>> = {
  "app.kubernetes.io/name": "moorline",
  "app.kubernetes.io/component": "node-agent",
  "app.kubernetes.io/managed-by": "moorline",
};

const metadata = (name: string, namespace?: string): NewObject["metadata"] => ({
  name,
  labels: agentLabels,
  ...(namespace !== undefined && { namespace }),
});

/**
 * What the agent may do, for whoever installs it: a controller could only grant what it holds itself.
 * Pure.
 */
export function agentAccess(
  { namespace }: Pick<AgentSettings, "namespace">,
  needs: AgentBundle["needs"],
): readonly AgentObject[] {
  const group = "rbac.authorization.k8s.io";
  const rbac = (kind: string, name: string, more: object, at?: string): AgentObject => ({
    apiVersion: `${group}/v1`,
    kind,
    metadata: metadata(name, at),
    ...more,
  });
  const binding = (kind: string) => ({
    roleRef: { apiGroup: group, kind, name: agentName },
    subjects: [{ kind: "ServiceAccount", name: agentName, namespace }],
  });
  const rule = (apiGroup: string, resource: string, verbs: readonly string[]): object => ({
    apiGroups: [apiGroup],
    resources: [resource],
    verbs,
  });
  return [
    {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name: namespace,
        labels: { ...agentLabels, "pod-security.kubernetes.io/enforce": "privileged" },
      },
    },
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: metadata(agentName, namespace),
      automountServiceAccountToken: false,
    },
    rbac("ClusterRole", agentName, {
      rules: [
        // Whether this node, and the one restarted before it, is Ready; the labels that choose documents.
        rule("", "nodes", ["get", ...(needs.taints ? ["patch"] : [])]),
        // The settings in effect. RBAC knows no smaller right to /configz before the kubelet's own, of 1.32.
        ...(needs.configz ? [rule("", "nodes/proxy", ["get"])] : []),
      ],
    }),
    rbac("ClusterRoleBinding", agentName, binding("ClusterRole")),
    rbac(
      "Role",
      agentName,
      { rules: [rule("coordination.k8s.io", "leases", ["get", "create", "update"])] },
      namespace,
    ),
    rbac("RoleBinding", agentName, binding("Role"), namespace),
  ];
}

/** What the agent runs with and as, the DaemonSet last. Pure: the same bundle gives the same objects. */
export function agentWorkload(bundle: AgentBundle, settings: AgentSettings): readonly AgentObject[] {
  const { namespace } = settings;
  const data = Object.entries(bundle.secrets).map(([name, value]): [string, string] => [
    name,
    Buffer.from(value.reveal()).toString("base64"),
  ]);
  return [
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: metadata(agentName, namespace),
      data: bundle.documents,
    },
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: metadata(agentName, namespace),
      type: "Opaque",
      data: Object.fromEntries(data),
    },
    daemonSet(bundle, settings),
  ];
}

function daemonSet(bundle: AgentBundle, settings: AgentSettings): AgentObject {
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: metadata(agentName, settings.namespace),
    spec: {
      selector: { matchLabels: agentLabels },
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
      template: {
        metadata: {
          labels: agentLabels,
          annotations: {
            [bundleAnnotation]: bundle.hash,
            // Files of the host are written, which a profile for containers may refuse.
            [`container.apparmor.security.beta.kubernetes.io/${workerName}`]: "unconfined",
          },
        },
        spec: podSpec(settings),
      },
    },
  };
}

function podSpec(settings: AgentSettings): object {
  const { image, imagePullSecrets = [] } = settings;
  return {
    serviceAccountName: agentName,
    automountServiceAccountToken: false,
    // A node is made ready before anything else runs there, and while it is not.
    tolerations: [{ operator: "Exists" }],
    priorityClassName: "system-node-critical",
    nodeSelector: { "kubernetes.io/os": "linux" },
    // The proof must use the node's own network and names, and must not wait for a network of pods.
    hostNetwork: true,
    dnsPolicy: "Default",
    // So that `sleep` is not PID 1, which the kernel gives no SIGTERM that it does not ask for.
    shareProcessNamespace: true,
    ...(imagePullSecrets.length > 0 && { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
    securityContext: { seccompProfile: { type: "RuntimeDefault" } },
    initContainers: [worker(settings)],
    containers: [
      {
        name: "pause",
        image,
        command: ["/bin/sleep", "infinity"],
        resources: { requests: { cpu: "1m", memory: "2Mi" }, limits: { memory: "16Mi" } },
        securityContext: {
          runAsUser: nobody,
          runAsGroup: nobody,
          runAsNonRoot: true,
          readOnlyRootFilesystem: true,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ["ALL"] },
        },
      },
    ],
    volumes: [
      { name: "host", hostPath: { path: "/", type: "Directory" } },
      { name: "documents", configMap: { name: agentName } },
      { name: "secrets", secret: { secretName: agentName, defaultMode: 0o400 } },
      {
        name: "api-access",
        projected: {
          defaultMode: 0o400,
          sources: [
            { serviceAccountToken: { path: "token", expirationSeconds: 3600 } },
            { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
            {
              downwardAPI: {
                items: [
                  { path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } },
                ],
              },
            },
          ],
        },
      },
    ],
  };
}

/**
 * Root, because runtimes' files are root's, with five capabilities rather than `privileged`: it writes below the
 * mounted root and starts `systemctl` there by chroot(2), for which it needs neither the host's processes nor its devices.
 */
function worker({ image, apiServer }: AgentSettings): object {
  const field = (fieldPath: string): object => ({ valueFrom: { fieldRef: { apiVersion: "v1", fieldPath } } });
  return {
    name: workerName,
    image,
    args: ["node-agent", "-f", places.documents, "--root", places.host],
    env: [
      { name: "NODE_NAME", ...field("spec.nodeName") },
      { name: "POD_NAMESPACE", ...field("metadata.namespace") },
      { name: "MOORLINE_BUNDLE", ...field(`metadata.annotations['${bundleAnnotation}']`) },
      ...(apiServer === undefined
        ? []
        : [
            { name: "KUBERNETES_SERVICE_HOST", value: apiServer.host },
            { name: "KUBERNETES_SERVICE_PORT_HTTPS", value: String(apiServer.port) },
          ]),
    ],
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    resources: { requests: { cpu: "20m", memory: "96Mi" }, limits: { memory: "512Mi" } },
    securityContext: {
      runAsUser: 0,
      runAsGroup: 0,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"], add: ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "SYS_CHROOT"] },
      // Where SELinux is on, files of the host are not a container's to write; elsewhere this says nothing.
      seLinuxOptions: { type: "spc_t" },
    },
    volumeMounts: [
      { name: "host", mountPath: places.host },
      { name: "documents", mountPath: places.documents, readOnly: true },
      { name: "secrets", mountPath: places.secrets, readOnly: true },
      { name: "api-access", mountPath: "/var/run/secrets/kubernetes.io/serviceaccount", readOnly: true },
    ],
  };
}

/** The pods of the agent, as far as they are read. */
export interface AgentPod extends KubernetesObject {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly initContainerStatuses?: readonly {
      readonly name: string;
      readonly state?: ContainerState;
      readonly lastState?: ContainerState;
    }[];
  };
}

interface ContainerState {
  readonly running?: { readonly startedAt?: string };
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly terminated?: {
    readonly exitCode: number;
    readonly reason?: string;
    readonly message?: string;
    readonly finishedAt?: string;
  };
}

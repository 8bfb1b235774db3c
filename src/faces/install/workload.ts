import { labelsOf, type Manifest } from "./objects.ts";
import { ports, userId, type InstallSettings } from "./settings.ts";

/** What a process needs, measured (docs/install.md): requests from a steady run, limits above its peak. */
export interface Resources {
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly limits: { readonly memory: string };
}

export interface Workload {
  readonly name: string;
  readonly arguments: readonly string[];
  readonly open: readonly (keyof typeof ports)[];
  readonly resources: Resources;
  /** How Node and its C library keep memory. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The address at which the API server is reached from a pod, and who asks: the token, the CA, the namespace. */
const credentials = {
  name: "api-access",
  projected: {
    defaultMode: 0o444,
    sources: [
      // A token of its own that ends within the hour and is renewed by the kubelet (Kubernetes 1.20 and later).
      { serviceAccountToken: { path: "token", expirationSeconds: 3600 } },
      { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
      {
        downwardAPI: {
          items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
        },
      },
    ],
  },
} as const;

/** The Deployment of one process of Moorline: no root, no writable file system, no capability, no privilege to gain. */
export function deploymentOf(workload: Workload, settings: InstallSettings): Manifest {
  const { name, open, resources, environment } = workload;
  const labels = labelsOf(name);
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: settings.namespace, labels },
    spec: {
      replicas: settings.replicas,
      selector: { matchLabels: labels },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: name,
          automountServiceAccountToken: false,
          priorityClassName: "moorline",
          terminationGracePeriodSeconds: 60,
          ...(settings.imagePullSecrets.length > 0 && {
            imagePullSecrets: settings.imagePullSecrets.map((secret) => ({ name: secret })),
          }),
          securityContext: {
            runAsNonRoot: true,
            runAsUser: userId,
            runAsGroup: userId,
            fsGroup: userId,
            seccompProfile: { type: "RuntimeDefault" },
          },
          affinity: {
            podAntiAffinity: {
              preferredDuringSchedulingIgnoredDuringExecution: [
                {
                  weight: 100,
                  podAffinityTerm: {
                    topologyKey: "kubernetes.io/hostname",
                    labelSelector: { matchLabels: labels },
                  },
                },
              ],
            },
          },
          containers: [
            {
              name: "moorline",
              image: settings.image,
              args: [...workload.arguments],
              env: [
                ...Object.entries(environment).map(([variable, value]) => ({ name: variable, value })),
                {
                  name: "POD_NAMESPACE",
                  valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } },
                },
                {
                  name: "POD_NAME",
                  valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.name" } },
                },
              ],
              ports: open.map((port) => ({ name: port, containerPort: ports[port], protocol: "TCP" })),
              livenessProbe: {
                httpGet: { path: "/healthz", port: "health" },
                periodSeconds: 10,
                failureThreshold: 6,
              },
              readinessProbe: { httpGet: { path: "/readyz", port: "health" }, periodSeconds: 5 },
              resources,
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
              },
              volumeMounts: [
                {
                  name: "api-access",
                  mountPath: "/var/run/secrets/kubernetes.io/serviceaccount",
                  readOnly: true,
                },
                { name: "tmp", mountPath: "/tmp" },
              ],
            },
          ],
          volumes: [credentials, { name: "tmp", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } }],
        },
      },
    },
  };
}

import { createHash } from "node:crypto";
import type { HarborRegistrySpec } from "./schema.ts";

/** How ks-apiserver is given a CA. It has no setting for one; Go reads every file of /etc/ssl/certs (facts/kubesphere.md §2.6). */
export interface CaMount {
  readonly namespace: string;
  /** Of ConfigMap and volume; 63 characters at most, as volume names are. */
  readonly name: string;
  readonly path: string;
  /** Of the pod template; a new value rolls the pods, which read their roots once (facts/kubesphere.md §2.6). */
  readonly annotation: string;
  /** Several registries each own their part of the Deployment. */
  readonly fieldManager: string;
}

export const caKey = "ca.crt";
export const deploymentName = "ks-apiserver";
export const containerName = "ks-apiserver";

export function caMountOf(registry: string, spec: HarborRegistrySpec): CaMount {
  const short = shortName(registry);
  return {
    namespace: spec.kubesphere.namespace,
    name: `moorline-ca-${short}`,
    path: `/etc/ssl/certs/moorline-${short}.pem`,
    annotation: `moorline.io/ca-${short}`,
    fieldManager: `moorline-registry-${short}`,
  };
}

/** A label of DNS: no dots, and a digest where something had to be cut. */
function shortName(registry: string): string {
  if (/^[a-z0-9-]{1,40}$/.test(registry)) return registry;
  const digest = createHash("sha256").update(registry).digest("hex").slice(0, 8);
  return `${registry.replaceAll(".", "-").slice(0, 31)}-${digest}`;
}

export function digestOf(pem: string): string {
  return createHash("sha256").update(pem).digest("hex").slice(0, 16);
}

const volumeOf = (mount: CaMount) => ({ name: mount.name, configMap: { name: mount.name } });
const volumeMountOf = (mount: CaMount) => ({
  name: mount.name,
  mountPath: mount.path,
  subPath: caKey,
  readOnly: true,
});

/** The part of the Deployment that is ours, for server-side apply; everything else stays with its owner. */
export function deploymentPart(mount: CaMount, digest: string) {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: deploymentName, namespace: mount.namespace },
    spec: {
      template: {
        metadata: { annotations: { [mount.annotation]: digest } },
        spec: {
          containers: [{ name: containerName, volumeMounts: [volumeMountOf(mount)] }],
          volumes: [volumeOf(mount)],
        },
      },
    },
  };
}

/** Our part when there is nothing in it any more: server-side apply takes away what we set before. */
export function emptyDeploymentPart(mount: CaMount) {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: deploymentName, namespace: mount.namespace },
  };
}

/** What the Helm release ks-core of KubeSphere 4.x takes, so that an upgrade keeps the mount. */
export function helmValues(mount: CaMount) {
  return { apiserver: { extraVolumes: [volumeOf(mount)], extraVolumeMounts: [volumeMountOf(mount)] } };
}

/** Renders the CA's ConfigMap. */
export function configMapOf(mount: CaMount, registry: string, pem: string) {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: mount.name,
      namespace: mount.namespace,
      labels: { "app.kubernetes.io/managed-by": "moorline" },
      annotations: { "moorline.io/registry": registry },
    },
    data: { [caKey]: pem },
  };
}

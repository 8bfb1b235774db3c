import { createHash } from "node:crypto";
import type { NewObject } from "../../../clients/kubernetes/object.ts";
import { resources, type Resource } from "../../../clients/kubernetes/resources.ts";
import type { ClientCertificate } from "../../../clients/http/tls-options.ts";
import { folders, healthPath, nginxConf, podPort, runScript } from "./nginx.ts";
import type { ClusterProxy } from "./schema.ts";

/** Served since Kubernetes 1.7. */
export const networkPolicies: Resource = {
  group: "networking.k8s.io",
  version: "v1",
  plural: "networkpolicies",
  kind: "NetworkPolicy",
  namespaced: true,
};

export const parts = ["upstream", "config", "policy", "service", "deployment"] as const;
/** The objects of a proxy, in the order in which they are written. */
export type Part = (typeof parts)[number];

export const resourceOf: Readonly<Record<Part, Resource>> = {
  upstream: resources.secrets,
  config: resources.configMaps,
  policy: networkPolicies,
  service: resources.services,
  deployment: resources.deployments,
};

/** What the proxy is made from. */
export interface ProxyMaterial {
  readonly url: string;
  /** PEM bundle that Harbor's certificate is checked against. */
  readonly ca: string;
  readonly client: ClientCertificate;
}

export const managedBy = { "app.kubernetes.io/managed-by": "moorline" } as const;

export const labelsOf = (name: string) => ({
  "app.kubernetes.io/name": "moorline-cluster-proxy",
  "app.kubernetes.io/instance": name,
});

/** Each proxy owns its own fields. */
export const fieldManagerOf = ({ namespace, name }: ClusterProxy): string =>
  `moorline-proxy-${namespace}-${name}`.slice(0, 128);

export const nameOfPart = (part: Part, { name }: Pick<ClusterProxy, "name">): string =>
  part === "upstream" ? `${name}-upstream` : part === "config" ? `${name}-config` : name;

/** nginx's own number in its images; any that is not root's would do. */
const runAs = 101;

/** Renders one object. Pure; `upstream` holds a private key. */
export function objectOf(part: Part, proxy: ClusterProxy, material: ProxyMaterial): NewObject {
  const resource = resourceOf[part];
  const apiVersion = resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
  const metadata = {
    name: nameOfPart(part, proxy),
    namespace: proxy.namespace,
    labels: { ...managedBy, ...labelsOf(proxy.name) },
  };
  return { apiVersion, kind: resource.kind, metadata, ...bodies[part](proxy, material) };
}

const bodies: Readonly<Record<Part, (proxy: ClusterProxy, material: ProxyMaterial) => object>> = {
  upstream: (_proxy, material) => upstreamOf(material),
  config: (proxy, { url }) => ({ data: { "nginx.conf": nginxConf(url, proxy), "run.sh": runScript } }),
  policy: (proxy) => ({ spec: policyOf(proxy) }),
  // By Harbor's own port: whoever is led here by an alias keeps the port of the URL.
  service: ({ name }, { url }) => ({
    spec: {
      selector: labelsOf(name),
      ports: [
        { name: "https", port: Number(new URL(url).port || 443), protocol: "TCP", targetPort: podPort },
      ],
    },
  }),
  deployment: (proxy, material) => ({ spec: deploymentOf(proxy, material) }),
};

function upstreamOf({ ca, client }: ProxyMaterial): object {
  const encode = (text: string): string => Buffer.from(text).toString("base64");
  return {
    type: "kubernetes.io/tls",
    data: {
      "ca.crt": encode(ca),
      "tls.crt": encode(client.certificate),
      "tls.key": encode(client.privateKey.reveal()),
    },
  };
}

function policyOf({ name, allowedSources }: ClusterProxy): object {
  const from = allowedSources.map(({ namespaces, pods, cidr }) => ({
    ...(cidr !== undefined && { ipBlock: { cidr } }),
    ...(namespaces !== undefined && { namespaceSelector: selectorOf(namespaces) }),
    ...(pods !== undefined && { podSelector: selectorOf(pods) }),
  }));
  return {
    podSelector: { matchLabels: labelsOf(name) },
    policyTypes: ["Ingress"],
    ingress: [{ from, ports: [{ port: podPort, protocol: "TCP" }] }],
  };
}

/** An empty selector matches everything. */
const selectorOf = (matchLabels: Readonly<Record<string, string>>): object =>
  Object.keys(matchLabels).length === 0 ? {} : { matchLabels };

function deploymentOf(proxy: ClusterProxy, { url }: ProxyMaterial): object {
  const { name, replicas, imagePullSecret, upstreamAddress } = proxy;
  const labels = labelsOf(name);
  const term = { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: labels } };
  return {
    replicas,
    selector: { matchLabels: labels },
    strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    template: {
      // The script is read once, when the pod starts; everything else is reloaded.
      metadata: { labels, annotations: { "moorline.io/script": digestOf(runScript) } },
      spec: {
        automountServiceAccountToken: false,
        terminationGracePeriodSeconds: 60,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: runAs,
          runAsGroup: runAs,
          fsGroup: runAs,
          seccompProfile: { type: "RuntimeDefault" },
        },
        affinity: {
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }],
          },
        },
        ...(imagePullSecret !== undefined && { imagePullSecrets: [{ name: imagePullSecret }] }),
        ...(upstreamAddress !== undefined && {
          hostAliases: [{ ip: upstreamAddress, hostnames: [new URL(url).hostname] }],
        }),
        containers: [containerOf(proxy)],
        volumes: [
          { name: "config", configMap: { name: nameOfPart("config", proxy), defaultMode: 0o444 } },
          { name: "server", secret: { secretName: proxy.certificate.secret, defaultMode: 0o440 } },
          { name: "upstream", secret: { secretName: nameOfPart("upstream", proxy), defaultMode: 0o440 } },
          { name: "tmp", emptyDir: {} },
        ],
      },
    },
  };
}

function containerOf({ image }: ClusterProxy): object {
  const probe = {
    httpGet: { path: healthPath, port: podPort, scheme: "HTTPS" },
    periodSeconds: 5,
    timeoutSeconds: 3,
  };
  const mount = (name: keyof typeof folders): object => ({ name, mountPath: folders[name], readOnly: true });
  return {
    name: "nginx",
    image,
    command: ["/bin/sh", `${folders.config}/run.sh`],
    ports: [{ name: "https", containerPort: podPort, protocol: "TCP" }],
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    resources: { requests: { cpu: "20m", memory: "32Mi" }, limits: { memory: "192Mi" } },
    readinessProbe: probe,
    livenessProbe: { ...probe, periodSeconds: 10, failureThreshold: 6 },
    volumeMounts: [mount("config"), mount("server"), mount("upstream"), { name: "tmp", mountPath: "/tmp" }],
  };
}

/** A digest of what an object must be, key and all. */
export function digestOf(of: unknown): string {
  return createHash("sha256")
    .update(typeof of === "string" ? of : JSON.stringify(of))
    .digest("hex")
    .slice(0, 16);
}

/** Whether an object holds everything that is wanted of it; what the server fills in besides does not count. */
export function holds(found: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted))
    return (
      Array.isArray(found) &&
      found.length === wanted.length &&
      wanted.every((each, i) => holds(found[i], each))
    );
  if (typeof wanted !== "object" || wanted === null) return found === wanted;
  if (typeof found !== "object" || found === null) return false;
  return Object.entries(wanted).every(([key, value]) => {
    const there: unknown = (found as Readonly<Record<string, unknown>>)[key];
    // The API server leaves out what is empty.
    const isEmpty = typeof value === "object" && value !== null && Object.keys(value as object).length === 0;
    return holds(there, value) || (isEmpty && there === undefined);
  });
}

import { gzipSync } from "node:zlib";
import type { KubernetesClient } from "../../../../../clients/kubernetes/client.ts";
import type { NewObject } from "../../../../../clients/kubernetes/object.ts";
import { resources, type Resource } from "../../../../../clients/kubernetes/resources.ts";

/** How a release of the test is met. */
export interface TestRelease {
  readonly namespace: string;
  readonly release: string;
  readonly expose: "ingress" | "nodePort" | "route";
  readonly tls: boolean;
  readonly certSource: "auto" | "secret" | "none";
  /** Of `certSource: secret`. */
  readonly secretName: string;
  readonly externalUrl: string;
  /** Whether Helm itself installed it, and not a program that only renders the chart. */
  readonly recorded: boolean;
  /** Stands in the record, as the administrator's password does. */
  readonly password: string;
  /** What the chart's nginx runs in a cluster with nodes; nothing else of the release is run then. */
  readonly nginx?: { readonly image: string; readonly command: readonly string[] };
}

const { signal } = new AbortController();

/** Labels as harbor-helm 1.19.1 gives them to every object. */
const labelsOf = ({ release }: TestRelease): Readonly<Record<string, string>> => ({
  heritage: "Helm",
  release,
  chart: "harbor",
  app: "harbor",
  "app.kubernetes.io/instance": release,
  "app.kubernetes.io/managed-by": "Helm",
});

/** `harbor.fullname`. */
const fullName = ({ release }: TestRelease): string =>
  release.includes("harbor") ? release : `${release}-harbor`;

/** The Secret that the chart's own certificates lie in. */
export const autoSecretOf = (of: TestRelease): string =>
  `${fullName(of)}-${of.expose === "ingress" ? "ingress" : "nginx"}`;
export const nginxOf = (of: TestRelease): string => `${fullName(of)}-nginx`;

const secretOf = (of: TestRelease): string => (of.certSource === "auto" ? autoSecretOf(of) : of.secretName);

/** Installs, or upgrades to, the objects of a release that matter for TLS. */
export async function installRelease(client: KubernetesClient, of: TestRelease): Promise<void> {
  const apply = (resource: Resource, object: NewObject): Promise<unknown> =>
    client.apply(resource, object, { signal, fieldManager: "helm", force: true });
  await apply(resources.deployments, deployment(of, "core", `${fullName(of)}-core`, []));
  if (of.expose === "ingress") await apply(resources.ingresses, ingress(of));
  if (of.expose === "nodePort")
    await apply(
      resources.deployments,
      deployment(
        of,
        "nginx",
        nginxOf(of),
        of.tls ? [{ name: "certificate", secret: { secretName: secretOf(of) } }] : [],
      ),
    );
  if (of.recorded) await apply(resources.secrets, record(of));
}

function deployment(of: TestRelease, component: string, name: string, volumes: readonly object[]): NewObject {
  const matchLabels = { release: of.release, app: "harbor", component };
  const mounts = volumes.map(() => ({ name: "certificate", mountPath: "/etc/nginx/cert" }));
  const isRun = of.nginx !== undefined && component === "nginx";
  const container = {
    name: component,
    image: "goharbor/nginx-photon:v2.15.1",
    volumeMounts: mounts,
    ...(isRun && {
      ...of.nginx,
      ports: [{ containerPort: 8443 }],
      readinessProbe: {
        httpGet: { scheme: "HTTPS", path: "/", port: 8443 },
        initialDelaySeconds: 1,
        periodSeconds: 1,
      },
    }),
  };
  const object = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { namespace: of.namespace, name, labels: { ...labelsOf(of), component } },
    spec: {
      replicas: of.nginx === undefined || isRun ? 1 : 0,
      selector: { matchLabels },
      template: {
        metadata: { labels: { ...labelsOf(of), component } },
        spec: {
          securityContext: { runAsUser: 10_000, fsGroup: 10_000 },
          containers: [container],
          volumes,
        },
      },
    },
  };
  return object;
}

function ingress(of: TestRelease): NewObject {
  const host = "harbor.example.com";
  const service = { name: `${fullName(of)}-core`, port: { number: 80 } };
  const entry = of.certSource === "none" ? { hosts: [host] } : { hosts: [host], secretName: secretOf(of) };
  const object = {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { namespace: of.namespace, name: `${fullName(of)}-ingress`, labels: labelsOf(of) },
    spec: {
      ...(of.tls && { tls: [entry] }),
      rules: [{ host, http: { paths: [{ path: "/", pathType: "Prefix", backend: { service } }] } }],
    },
  };
  return object;
}

/** A record of Helm's, as `helm install` keeps it. */
export function packRelease(content: unknown): string {
  const inner = gzipSync(Buffer.from(JSON.stringify(content))).toString("base64");
  return Buffer.from(inner).toString("base64");
}

function record(of: TestRelease): NewObject {
  const name = `sh.helm.release.v1.${of.release}.v1`;
  const labels = { owner: "helm", name: of.release, status: "deployed", version: "1" };
  const content = {
    name: of.release,
    chart: {
      metadata: { name: "harbor", version: "1.19.1" },
      values: {
        externalURL: "https://core.harbor.domain",
        expose: { type: "ingress", tls: { enabled: true, certSource: "auto", secret: { secretName: "" } } },
      },
    },
    config: {
      harborAdminPassword: of.password,
      externalURL: of.externalUrl,
      expose: {
        type: of.expose,
        tls: { enabled: of.tls, certSource: of.certSource, secret: { secretName: of.secretName } },
      },
    },
  };
  const object = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { namespace: of.namespace, name, labels },
    type: "helm.sh/release.v1",
    data: { release: packRelease(content) },
  };
  return object;
}

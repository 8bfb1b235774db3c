import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { startCluster } from "../../bench/scale/api-server.ts";
import type { KubernetesClient } from "../../src/clients/kubernetes/client.ts";
import type { NewObject } from "../../src/clients/kubernetes/object.ts";
import { resources, type Resource } from "../../src/clients/kubernetes/resources.ts";
import { kubesphereResources } from "../../src/clients/kubesphere/resources.ts";
import { moorline } from "../../src/faces/cli/testing/test-io.ts";
import { installRelease } from "../../src/kinds/harbor-certificate/deliveries/helm/testing/release.ts";
import { certManagerResources } from "../../src/kinds/harbor-certificate/issuers/cert-manager/objects.ts";
import { installDefinitions } from "../../src/kinds/harbor-certificate/issuers/cert-manager/testing/definitions.ts";
import {
  startStandIn,
  type StandIn,
} from "../../src/kinds/harbor-certificate/issuers/cert-manager/testing/stand-in.ts";
import { createAuthority } from "../../src/pki/authority.ts";
import { exportPrivateKey } from "../../src/pki/key.ts";
import { rigAddresses } from "../addresses.ts";
import type { RigApi } from "../api.ts";
import { startApiProxy, type ApiProxy } from "./api-proxy.ts";

const { signal } = new AbortController();
const options = { signal, fieldManager: "rights", force: true };

/** Where everything of a platform but Moorline lies. */
export const platform = "platform";

/**
 * An API server of its own with what the rig does not have: KubeSphere's and cert-manager's kinds, a stand-in that
 * issues, a Harbor chart's objects. Nobody runs pods there, and on the rig nobody takes it for a KubeSphere.
 */
export interface Platforms extends AsyncDisposable {
  readonly client: KubernetesClient;
  readonly call: RigApi["call"];
  /** What Moorline's controller asks of it. */
  readonly proxy: ApiProxy;
  readonly certManager: StandIn;
  /** What makes of a KubeSphere 3 one of 4. */
  readonly upgrade: () => Promise<void>;
}

/** @param install words for `moorline install` */
export async function startPlatforms(install: readonly string[], folder: string): Promise<Platforms> {
  const cluster = await startCluster(() => Promise.resolve());
  if (cluster === undefined) throw new Error("the rig's cache has no kube-apiserver; run `npm run rig` once");
  const { client, address } = cluster;
  const kubeconfig = join(folder, "platforms.kubeconfig");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "it",
    contexts: [{ name: "it", context: { cluster: "it", user: "it" } }],
    clusters: [
      { name: "it", cluster: { server: address.server, "certificate-authority-data": btoa(address.ca) } },
    ],
    users: [{ name: "it", user: { token: address.token } }],
  };
  writeFileSync(kubeconfig, stringify(config), { mode: 0o600 });
  const { code, err } = await moorline(["install", ...install, "--kubeconfig", kubeconfig]);
  if (code !== 0) throw new Error(err);
  await fill(client, stringify(config));
  const proxy = await startApiProxy({ server: { url: address.server, ca: address.ca } });
  const certManager = startStandIn(client, platform, () => new Date());
  return {
    client,
    proxy,
    certManager,
    call: async (method, path, body, type = "application/json") => {
      const headers = { "content-type": type };
      const text = body === undefined ? {} : { body: JSON.stringify(body), headers };
      const answer = await client.request({ method, path, signal, ...text });
      return { status: answer.status, body: answer.json() as Record<string, unknown> };
    },
    upgrade: () => define(client, kubesphereResources.installPlans),
    [Symbol.asyncDispose]: async () => {
      await certManager[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
    },
  };
}

async function define(client: KubernetesClient, { group, version, plural, kind, namespaced }: Resource) {
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  const definition = {
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: namespaced ? "Namespaced" : "Cluster",
      names: { plural, kind, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  };
  await client.apply(resources.customResourceDefinitions, definition, options);
}

async function fill(client: KubernetesClient, member: string): Promise<void> {
  const put = (resource: Resource, object: NewObject & Readonly<Record<string, unknown>>): Promise<unknown> =>
    client.apply(resource, object, options);
  for (const name of [platform, "kubesphere-system"]) await put(resources.namespaces, { metadata: { name } });
  await put(resources.serviceAccounts, { metadata: { namespace: platform, name: "default" } });
  await installDefinitions(client);
  // The stand-in issues by the Issuer of that name.
  const company = { metadata: { name: "issued" }, spec: { ca: { secretName: "authority" } } };
  await put(certManagerResources.clusterIssuers, company);
  const { clusters, clusterConfigurations } = kubesphereResources;
  for (const resource of [clusters, clusterConfigurations]) {
    await define(client, resource);
    while (!(await client.serves(resource, signal))) await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const connection = { type: "direct", kubeconfig: btoa(member) };
  await put(clusters, {
    apiVersion: "cluster.kubesphere.io/v1alpha1",
    kind: "Cluster",
    metadata: { name: "member" },
    spec: { connection },
  });
  const labels = { app: "ks-apiserver" };
  const container = { name: "ks-apiserver", image: "kubesphere/ks-apiserver:v3.4.1" };
  await put(resources.deployments, {
    metadata: { namespace: "kubesphere-system", name: "ks-apiserver" },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  });
  await installRelease(client, {
    namespace: platform,
    release: "harbor",
    expose: "ingress",
    tls: true,
    certSource: "secret",
    secretName: "harbor-tls",
    externalUrl: "https://harbor.localtest",
    recorded: true,
    password: "Harbor12345",
  });
  await secrets(put);
  await proxyPod(client, put);
}

type Put = (resource: Resource, object: NewObject & Readonly<Record<string, unknown>>) => Promise<unknown>;

/** The CA that cert-manager issues by, and the pair that the cluster proxy shows to Harbor. */
async function secrets(put: Put): Promise<void> {
  const authority = await createAuthority({
    commonName: "Platform CA",
    keyType: "ECDSA_P256",
    validityDays: 365,
    now: new Date(),
  });
  const { certificatePath, keyPath } = rigAddresses().registryClient;
  const pairs = {
    authority: {
      "tls.crt": authority.certificatePem,
      "tls.key": (await exportPrivateKey(authority.key)).reveal(),
    },
    client: { "tls.crt": readFileSync(certificatePath, "utf8"), "tls.key": readFileSync(keyPath, "utf8") },
  };
  for (const [name, stringData] of Object.entries(pairs))
    await put(resources.secrets, {
      metadata: { namespace: platform, name },
      type: "kubernetes.io/tls",
      stringData,
    });
}

/** A pod of the proxy as a kubelet would tell of it; nothing listens at its address. */
async function proxyPod(client: KubernetesClient, put: Put): Promise<void> {
  const labels = {
    "app.kubernetes.io/name": "moorline-cluster-proxy",
    "app.kubernetes.io/instance": "harbor-proxy",
  };
  const at = { namespace: platform, name: "harbor-proxy-0" };
  const containers = [{ name: "nginx", image: "none.localtest/none:1" }];
  await put(resources.pods, {
    metadata: { ...at, labels },
    spec: { automountServiceAccountToken: false, containers },
  });
  const status = { podIP: "127.0.0.9", conditions: [{ type: "Ready", status: "True" }] };
  await client.patch(resources.pods, at, "merge", { status }, { signal, subresource: "status" });
}

import { resources } from "../../../clients/kubernetes/resources.ts";
import { kubesphereResources } from "../../../clients/kubesphere/resources.ts";
import type { Plant } from "../../project-binding/testing/plant.ts";

const signal = new AbortController().signal;
const name = "ks-apiserver";
const labels = { app: name };

/** What ks-installer writes into the pod template, and writes again when it reconciles. */
const podSpec = {
  containers: [
    {
      name,
      image: "kubesphere/ks-apiserver:v3.4.1",
      volumeMounts: [{ name: "config", mountPath: "/etc/kubesphere" }],
    },
  ],
  volumes: [{ name: "config", configMap: { name: "kubesphere-config" } }],
};

/** By this definition a cluster is known to have KubeSphere 3.x. */
export async function markKubesphere({ client, kubernetes }: Plant): Promise<void> {
  const { group, version, plural, kind } = kubesphereResources.clusterConfigurations;
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  const definition = {
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural, kind, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  };
  await client.create(resources.customResourceDefinitions, definition as never, { signal });
  await kubernetes.settled();
}

/** A ks-apiserver as ks-installer puts it there. */
export async function installApiServer({ client, kubernetes }: Plant, namespace: string): Promise<void> {
  await client.create(resources.namespaces, { metadata: { name: namespace } }, { signal });
  const template = { metadata: { labels }, spec: podSpec };
  const spec = { replicas: 1, selector: { matchLabels: labels }, template };
  await client.create(resources.deployments, { metadata: { namespace, name }, spec } as never, {
    signal,
    fieldManager: "ks-installer",
  });
  await kubernetes.settled();
}

/** Puts ks-apiserver back to what ks-installer knows of it. */
export async function revertApiServer({ client }: Plant, namespace: string): Promise<void> {
  await client.patch(
    resources.deployments,
    { namespace, name },
    "merge",
    { spec: { template: { spec: podSpec } } },
    { signal, fieldManager: "ks-installer" },
  );
}

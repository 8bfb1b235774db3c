import { resolve } from "node:path";
import { z } from "zod";
import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import type { ClusterConfig } from "../../clients/kubernetes/config.ts";
import { containedKubeconfig } from "../../clients/kubernetes/kubeconfig.ts";
import type { KubernetesObject, Secret } from "../../clients/kubernetes/object.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import { kubesphereResources } from "../../clients/kubesphere/resources.ts";
import { nameOf, type Document } from "../../model/document.ts";
import { MoorlineError } from "../../model/errors.ts";
import { described } from "../../model/kind-schema.ts";
import type { World } from "../world.ts";
import { dataKey, exactlyOne, filePath, objectName } from "./fields.ts";

/** Which cluster is meant, where it is not the one that Moorline talks to by itself. */
export const clusterReference = z
  .strictObject({
    kubesphere: described(
      objectName.optional(),
      "Name of a Cluster of KubeSphere: its own kubeconfig is used. Moorline must run in, or talk to, the host cluster.",
      "KubeSphere 集群（Cluster 对象）名称，使用其中的 kubeconfig。Moorline 须运行在或连接到 host 集群。",
    ),
    secretRef: described(
      z
        .strictObject({
          namespace: described(objectName, "Namespace of the Secret.", "Secret 所在命名空间。"),
          name: described(objectName, "Name of the Secret.", "Secret 名称。"),
          key: described(
            dataKey.default("kubeconfig"),
            "Key that holds the kubeconfig.",
            "存放 kubeconfig 的键。",
          ),
        })
        .optional(),
      "A Secret that holds a kubeconfig.",
      "存放 kubeconfig 的 Secret。",
    ),
    file: described(
      filePath.optional(),
      "A kubeconfig file; relative paths start from this document's folder.",
      "kubeconfig 文件；相对路径以本文档所在目录为起点。",
    ),
    context: described(
      z.string().min(1).max(253).optional(),
      "Context of the kubeconfig; its current one otherwise.",
      "kubeconfig 中的上下文；默认使用当前上下文。",
    ),
  })
  .refine(({ kubesphere, secretRef, file }) => exactlyOne({ kubesphere, secretRef, file }), {
    message: "give exactly one of kubesphere, secretRef and file",
    params: { zh: "kubesphere、secretRef、file 必须且只能填写一项" },
  });

export type ClusterReference = z.infer<typeof clusterReference>;

/** As KubeSphere keeps a member's credential (facts/kubesphere.md §4.5). */
const clusterObject = z.object({
  spec: z.object({
    connection: z.object({ kubeconfig: z.string().optional() }).optional(),
  }),
});

const longestFile = 1 << 20;

/** What was last read for a document; a plan of a thousand steps must not read its kubeconfig as often. */
const known = new WeakMap<World, WeakMap<Document, Promise<KubernetesClient>>>();

/** The cluster that a document means, its kubeconfig read now. @throws CLUSTER_*, KUBECONFIG_*, KUBERNETES_* */
export function connectCluster(
  reference: ClusterReference | undefined,
  document: Document,
  world: World,
  signal: AbortSignal,
): Promise<KubernetesClient> {
  if (reference === undefined) return world.kubernetes();
  const fresh = configOf(reference, document, world, signal).then((config) => world.cluster(config));
  const ofWorld = known.get(world) ?? new WeakMap<Document, Promise<KubernetesClient>>();
  known.set(world, ofWorld);
  ofWorld.set(document, fresh);
  return fresh;
}

/** The cluster as it was last connected to; a new connection where there was none, so that no step relies on it. */
export function connectedCluster(
  reference: ClusterReference | undefined,
  document: Document,
  world: World,
  signal: AbortSignal,
): Promise<KubernetesClient> {
  return known.get(world)?.get(document) ?? connectCluster(reference, document, world, signal);
}

async function configOf(
  reference: ClusterReference,
  document: Document,
  world: World,
  signal: AbortSignal,
): Promise<ClusterConfig> {
  const { text, source } = await textOf(reference, document, world, signal);
  if (text === undefined || text.trim() === "")
    throw new MoorlineError("CLUSTER_KUBECONFIG_MISSING", {
      subject: nameOf(document),
      parameters: { source },
    });
  return containedKubeconfig(text, source, reference.context);
}

async function textOf(
  { kubesphere, secretRef, file }: ClusterReference,
  document: Document,
  world: World,
  signal: AbortSignal,
): Promise<{ readonly text: string | undefined; readonly source: string }> {
  const decoded = (value: string | undefined): string | undefined =>
    value === undefined ? undefined : Buffer.from(value, "base64").toString("utf8");
  if (kubesphere !== undefined) {
    const client = await world.kubernetes();
    const found = await client.get<KubernetesObject>(
      kubesphereResources.clusters,
      { name: kubesphere },
      signal,
    );
    const value = clusterObject.safeParse(found).data?.spec.connection?.kubeconfig;
    return { text: decoded(value), source: `Cluster/${kubesphere} (spec.connection.kubeconfig)` };
  }
  if (secretRef !== undefined) {
    const client = await world.kubernetes();
    const secret = await client.get<Secret>(resources.secrets, secretRef, signal);
    const source = `Secret/${secretRef.namespace}/${secretRef.name} (${secretRef.key})`;
    return { text: decoded(secret?.data?.[secretRef.key]), source };
  }
  const path = resolve(document.source.directory, file ?? "");
  const found = await world.documentsHost.readFile(path, longestFile);
  return { text: found?.bytes.toString("utf8"), source: path };
}

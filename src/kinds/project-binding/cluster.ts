import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import type {
  KubernetesObject,
  Namespace,
  NewObject,
  Secret,
  ServiceAccount,
} from "../../clients/kubernetes/object.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import { isError, MoorlineError } from "../../model/errors.ts";
import type { Document } from "../../model/document.ts";
import { connectCluster, connectedCluster } from "../shared/cluster-reference.ts";
import type { World } from "../world.ts";
import type { SecretAt } from "./actions.ts";
import { fenceAnnotation } from "./ownership.ts";
import type { ProjectBindingSpec } from "./schema.ts";
import type { SecretObject } from "./secret-content.ts";
import { forgetSecret } from "./secret-memory.ts";

export interface NamespaceObject {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly terminating: boolean;
}

export interface ServiceAccountObject {
  readonly namespace: string;
  readonly name: string;
  readonly resourceVersion: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly pullSecrets: readonly string[];
}

interface Selection {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Only of this one; of all, where absent. */
  readonly namespace?: string;
}

/** `changed`: somebody else was there first, nothing was written; `gone`: the namespace is not there any more. */
export type Written = "done" | "changed" | "gone";

/** What a binding reads and writes in a cluster. Every write is conditional on what was read. */
export interface Cluster {
  /** The UID of kube-system, which names a cluster for its whole life. */
  uid(signal: AbortSignal): Promise<string>;
  listNamespaces(selection: Selection, signal: AbortSignal): Promise<readonly NamespaceObject[]>;
  getNamespace(name: string, signal: AbortSignal): Promise<NamespaceObject | undefined>;
  /** Whether a namespace that the labels select is such a one; reads no further than the page with the first. */
  hasNamespace(
    labelSelector: string | undefined,
    isMeant: (namespace: NamespaceObject) => boolean,
    signal: AbortSignal,
  ): Promise<boolean>;
  listSecrets(selection: Selection, signal: AbortSignal): Promise<readonly SecretObject[]>;
  /** Where Secrets are; what is in them is not asked for. */
  listSecretNames(selection: Selection, signal: AbortSignal): Promise<readonly SecretName[]>;
  getSecret(namespace: string, name: string, signal: AbortSignal): Promise<SecretObject | undefined>;
  /** What a watch tells of a Secret, if one does; see {@link KubernetesClient.watched}. */
  watchedSecret(at: SecretName): KubernetesObject | undefined;
  createSecret(secret: NewObject, signal: AbortSignal): Promise<Written>;
  patchSecret(namespace: string, at: SecretAt, change: MetadataChange, signal: AbortSignal): Promise<Written>;
  deleteSecret(namespace: string, at: SecretAt, signal: AbortSignal): Promise<Written>;
  /** Writes the Secret's fence, so that every other write that was planned before fails. @throws SECRET_CHANGED_MEANWHILE */
  fence(namespace: string, at: SecretAt, robot: number, signal: AbortSignal): Promise<SecretAt>;
  listServiceAccounts(selection: Selection, signal: AbortSignal): Promise<readonly ServiceAccountObject[]>;
  getServiceAccount(
    namespace: string,
    name: string,
    signal: AbortSignal,
  ): Promise<ServiceAccountObject | undefined>;
  patchServiceAccount(
    namespace: string,
    name: string,
    change: ServiceAccountChange,
    signal: AbortSignal,
  ): Promise<Written>;
}

export interface SecretName {
  readonly namespace: string;
  readonly name: string;
}

interface MetadataChange {
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface ServiceAccountChange {
  readonly resourceVersion: string;
  readonly labels: Readonly<Record<string, string | null>>;
  readonly pullSecrets: readonly string[];
}

/** The cluster whose projects a binding means, as it was last connected to. */
export async function openCluster(
  document: Document<ProjectBindingSpec>,
  world: World,
  signal: AbortSignal,
): Promise<Cluster> {
  return clusterOf(await connectedCluster(document.spec.cluster, document, world, signal));
}

/** The same, connected anew: what observing begins with. */
export async function reopenCluster(
  document: Document<ProjectBindingSpec>,
  world: World,
  signal: AbortSignal,
): Promise<Cluster> {
  return clusterOf(await connectCluster(document.spec.cluster, document, world, signal));
}

function clusterOf(client: KubernetesClient): Cluster {
  const { namespaces, secrets, serviceAccounts } = resources;
  const watchedSecret: Cluster["watchedSecret"] = (at) => client.watched?.(secrets, at);
  const overwritten = async (at: SecretName, work: () => Promise<void>): Promise<Written> => {
    const result = await written(work);
    if (result === "changed") forgetSecret(watchedSecret(at));
    return result;
  };
  const patchSecret: Cluster["patchSecret"] = (namespace, { name, resourceVersion }, change, signal) => {
    const at = { namespace, name };
    const metadata = { ...change.metadata, resourceVersion };
    return overwritten(at, async () => {
      await client.patch(secrets, at, "merge", { ...change, metadata }, { signal });
    });
  };
  return {
    uid: async (signal) => {
      const found = await client.get<Namespace>(namespaces, { name: "kube-system" }, signal);
      return found?.metadata.uid ?? client.server;
    },
    listNamespaces: async (selection, signal) =>
      (await client.list<Namespace>(namespaces, { ...selection, keep, signal })).items.map(namespaceOf),
    getNamespace: async (name, signal) => {
      const found = await client.get<Namespace>(namespaces, { name }, signal);
      return found === undefined ? undefined : namespaceOf(found);
    },
    hasNamespace: async (labelSelector, isMeant, signal) => {
      const selection = labelSelector === undefined ? {} : { labelSelector };
      const until = (each: Namespace): boolean => isMeant(namespaceOf(each));
      const { items } = await client.list<Namespace>(namespaces, { ...selection, until, signal });
      return items.some(until);
    },
    listSecrets: async (selection, signal) =>
      (await client.list<Secret>(secrets, { ...selection, keep, signal })).items.map(secretOf),
    listSecretNames: async (selection, signal) =>
      (await client.listMetadata(secrets, { ...selection, keep, signal })).items.map(
        ({ metadata: { namespace = "", name = "" } }) => ({ namespace, name }),
      ),
    getSecret: async (namespace, name, signal) => {
      const found = await client.get<Secret>(secrets, { namespace, name }, signal);
      return found === undefined ? undefined : secretOf(found);
    },
    watchedSecret,
    createSecret: (secret, signal) =>
      written(async () => {
        await client.create(secrets, secret, { signal });
      }),
    patchSecret,
    deleteSecret: (namespace, { name, uid, resourceVersion }, signal) =>
      overwritten({ namespace, name }, async () => {
        await client.delete(secrets, { namespace, name }, { signal, uid, resourceVersion });
      }),
    fence: async (namespace, at, robot, signal) => {
      const change = { metadata: { annotations: { [fenceAnnotation]: String(robot) } } };
      const result = await patchSecret(namespace, at, change, signal);
      const fresh =
        result === "done"
          ? await client.get<Secret>(secrets, { namespace, name: at.name }, signal)
          : undefined;
      if (fresh === undefined || fresh.metadata.uid !== at.uid)
        throw new MoorlineError("SECRET_CHANGED_MEANWHILE", { subject: `Secret/${namespace}/${at.name}` });
      return { ...at, resourceVersion: fresh.metadata.resourceVersion ?? "" };
    },
    listServiceAccounts: async (selection, signal) =>
      (await client.list<ServiceAccount>(serviceAccounts, { ...selection, keep, signal })).items.map(
        accountOf,
      ),
    getServiceAccount: async (namespace, name, signal) => {
      const found = await client.get<ServiceAccount>(serviceAccounts, { namespace, name }, signal);
      return found === undefined ? undefined : accountOf(found);
    },
    patchServiceAccount: (namespace, name, { resourceVersion, labels, pullSecrets }, signal) =>
      written(async () => {
        const imagePullSecrets = pullSecrets.map((secret) => ({ name: secret }));
        const body = { metadata: { resourceVersion, labels }, imagePullSecrets };
        await client.patch(serviceAccounts, { namespace, name }, "merge", body, { signal });
      }),
  };
}

/** Nobody here reads managedFields, and they are often the larger half of an object. */
function keep(object: KubernetesObject): KubernetesObject {
  const { managedFields: _managedFields, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** Tells apart the refusals that are answers; everything else is thrown. */
async function written(work: () => Promise<void>): Promise<Written> {
  try {
    await work();
    return "done";
  } catch (thrown) {
    if (isError(thrown, "KUBERNETES_NAMESPACE_MISSING", "KUBERNETES_NAMESPACE_TERMINATING")) return "gone";
    if (isError(thrown, "KUBERNETES_CONFLICT", "KUBERNETES_ALREADY_EXISTS", "KUBERNETES_NOT_FOUND"))
      return "changed";
    throw thrown;
  }
}

function namespaceOf({ metadata, status }: Namespace): NamespaceObject {
  return {
    name: metadata.name ?? "",
    labels: metadata.labels ?? {},
    terminating: metadata.deletionTimestamp !== undefined || status?.phase === "Terminating",
  };
}

function secretOf({ type, data, metadata }: Secret): SecretObject {
  const { name = "", namespace = "", uid = "", resourceVersion = "", labels, annotations } = metadata;
  const creationTimestamp = metadata.creationTimestamp ?? undefined;
  return {
    type,
    data,
    metadata: { name, namespace, uid, resourceVersion, labels, annotations, creationTimestamp },
  };
}

function accountOf({ metadata, imagePullSecrets }: ServiceAccount): ServiceAccountObject {
  return {
    namespace: metadata.namespace ?? "",
    name: metadata.name ?? "",
    resourceVersion: metadata.resourceVersion ?? "",
    labels: metadata.labels ?? {},
    pullSecrets: (imagePullSecrets ?? []).flatMap((s) => s.name ?? []),
  };
}

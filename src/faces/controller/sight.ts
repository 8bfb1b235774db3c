import { startAbsence } from "../../clients/kubernetes/absence.ts";
import { cachedClient } from "../../clients/kubernetes/cached-client.ts";
import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import { startInformer, type Informer, type InformerOptions } from "../../clients/kubernetes/informer.ts";
import type { KubernetesObject, ServiceAccount } from "../../clients/kubernetes/object.ts";
import { resourceName, resources } from "../../clients/kubernetes/resources.ts";
import {
  bindingLabel,
  linkLabelPrefix,
  managedBy,
  managedByLabel,
} from "../../kinds/project-binding/ownership.ts";
import { usualSecretName } from "../../kinds/project-binding/schema.ts";
import type { AnyKind } from "../../engine/kind.ts";
import type { World } from "../../kinds/world.ts";
import { MoorlineError } from "../../model/errors.ts";
import { workspaceLabel } from "./bindings.ts";
import { ClusterDocuments, resourceOfKind, type DocumentObject } from "./documents.ts";

/** What a replica knows of the cluster, whether it leads or not. */
export interface Sight {
  readonly documents: ClusterDocuments;
  readonly documentInformers: ReadonlyMap<string, Informer<DocumentObject>>;
  readonly namespaces: Informer<KubernetesObject>;
  readonly accounts: Informer<ServiceAccount>;
  /** Metadata of the Secrets that bindings wrote. */
  readonly secrets: Informer<KubernetesObject>;
  /** Reads what is known from memory. */
  readonly client: KubernetesClient;
  readonly isSynced: boolean;
  /** Kinds whose definition the cluster does not have: there are no documents of them until it comes. */
  readonly missingKinds: readonly string[];
  synced(signal: AbortSignal): Promise<void>;
}

/**
 * Starts to watch. Whole bodies are kept of documents alone; of namespaces and Secrets only metadata is asked for, of
 * service accounts only what links them is kept. Bodies of Secrets are read from the server, and none is kept but for the
 * one read that follows: whose robot one holds decides what is deleted, and must not be a moment old.
 */
export function startSight(
  client: KubernetesClient,
  {
    kinds,
    selector,
    onTrouble,
  }: {
    readonly selector?: string;
    readonly kinds: readonly AnyKind<World>[];
    readonly onTrouble: (error: MoorlineError) => void;
  },
  signal: AbortSignal,
): Sight {
  const common = { signal, onTrouble } as const;
  const inform = <T extends KubernetesObject>(
    resource: Parameters<typeof startInformer>[1],
    options: Partial<InformerOptions<T>> = {},
  ): Informer<T> => startInformer<T>(client, resource, { ...common, ...options });
  const absences = new Map(kinds.map(({ schema }) => [schema.kind, Promise.withResolvers<void>()]));
  const absent = new Set<string>();
  const documentInformers = new Map(
    kinds.map(({ schema }) => {
      const resource = resourceOfKind(schema);
      const informer = inform<DocumentObject>(resource, {
        ...(selector !== undefined && { labelSelector: selector }),
        onTrouble: (error) => {
          if (error.code !== "KUBERNETES_API_MISSING") return onTrouble(error);
          absent.add(schema.kind);
          absences.get(schema.kind)?.resolve();
          const subject = resourceName(resource);
          onTrouble(new MoorlineError("CONTROLLER_KIND_MISSING", { subject, cause: error }));
        },
      });
      return [schema.kind, informer];
    }),
  );
  const namespaces = inform(resources.namespaces, {
    metadataOnly: true,
    transform: lean,
    byLabels: (key) => key === workspaceLabel,
  });
  const accounts = inform<ServiceAccount>(resources.serviceAccounts, {
    byNamespace: true,
    byLabels: (key) => key.startsWith(linkLabelPrefix),
    transform: ({ metadata, imagePullSecrets }) => ({
      ...lean({ metadata }),
      ...(imagePullSecrets !== undefined && { imagePullSecrets }),
    }),
  });
  const secrets = inform(resources.secrets, {
    metadataOnly: true,
    labelSelector: `${managedByLabel}=${managedBy},${bindingLabel}`,
    transform: lean,
    byNamespace: true,
    byLabels: (key) => key === bindingLabel,
  });
  const absence = startAbsence(client, secrets, {
    ...common,
    name: usualSecretName,
    labelSelector: `${managedByLabel}!=${managedBy}`,
  });
  const others = [namespaces, accounts, secrets];
  /** What is not there needs no waiting for: it is looked for again by itself. */
  const isKnown = ([kind, informer]: [string, Informer<DocumentObject>]): boolean =>
    informer.isSynced || absent.has(kind);
  return {
    documents: new ClusterDocuments(
      documentInformers,
      kinds.map((k) => k.schema),
    ),
    documentInformers,
    namespaces,
    accounts,
    secrets,
    client: cachedClient(client, {
      reading: [namespaces, accounts],
      listening: [secrets, ...documentInformers.values()],
      absence,
    }),
    get isSynced() {
      return others.every((informer) => informer.isSynced) && [...documentInformers].every(isKnown);
    },
    get missingKinds() {
      return [...documentInformers]
        .filter(([kind, i]) => !i.isSynced && absent.has(kind))
        .map(([kind]) => kind);
    },
    synced: async (ending) => {
      await Promise.all([
        absence.ready,
        ...others.map((informer) => informer.synced(ending)),
        ...[...documentInformers].map(([kind, informer]) =>
          Promise.race([informer.synced(ending), absences.get(kind)?.promise]),
        ),
      ]);
    },
  };
}

/** What is looked at of metadata; annotations are often as long as all the rest. */
function lean<T extends KubernetesObject>({ metadata }: T): T {
  const { name, namespace, uid, resourceVersion, labels, deletionTimestamp } = metadata;
  return {
    metadata: {
      ...(name !== undefined && { name }),
      ...(namespace !== undefined && { namespace }),
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
      ...(labels !== undefined && { labels }),
      ...(deletionTimestamp !== undefined && { deletionTimestamp }),
    },
  } as T;
}

import { concurrently } from "../../clients/concurrency.ts";
import type { Document } from "../../model/document.ts";
import type { Focus } from "../world.ts";
import type { Cluster, SecretName, ServiceAccountObject } from "./cluster.ts";
import { bindingId, bindingLabel, linkLabel, managedBy, managedByLabel } from "./ownership.ts";
import type { ProjectBindingSpec } from "./schema.ts";
import type { SecretObject, Wanted } from "./secret-content.ts";
import { recallSecret, rememberSecret } from "./secret-memory.ts";
import { seeSecret, type ReadSecret, type SeenSecret } from "./seen-secret.ts";

type BindingDocument = Document<ProjectBindingSpec>;

/** What is read of a binding. */
export interface Extent {
  readonly focus: Focus | undefined;
  /** Also what is left where the document asks for nothing (any more). To find it, the API server goes through all. */
  readonly leftovers: boolean;
}

/** How Secrets are read. */
export interface ReadingOptions {
  /** What their bodies are compared with. */
  readonly wanted: Wanted;
  /** Whether what a Secret said before tells enough, so that it need not be read once more. */
  readonly suffices: (seen: SeenSecret) => boolean;
}

/**
 * Up to so many Secrets are read one by one. A list makes the API server go through every Secret of the cluster, which for
 * two hundred bindings over fifty projects each was most of the time.
 */
const mostReadSingly = 200;
/** Reads under way at a time. */
const parallelReads = 16;

/**
 * Secrets of the wanted name, others' too; with leftovers also those that bear this binding's label.
 * @param chosen the namespaces that the document means
 */
export async function gatherSecrets(
  { metadata, spec }: BindingDocument,
  cluster: Cluster,
  { focus, leftovers }: Extent,
  chosen: readonly string[],
  { wanted, suffices }: ReadingOptions,
  signal: AbortSignal,
): Promise<readonly ReadSecret[]> {
  const see = (object: SecretObject): ReadSecret => {
    const seen = seeSecret(object, wanted);
    rememberSecret(seen, wanted, cluster.watchedSecret(object.metadata));
    return seen;
  };
  const labelSelector = `${managedByLabel}=${managedBy},${bindingLabel}=${bindingId(metadata.name)}`;
  const { name } = spec.secret;
  const namespaces = focus === undefined ? chosen : [...focus.namespaces];
  if (namespaces.length > mostReadSingly && focus === undefined) {
    const lists = await Promise.all([
      ...(leftovers ? [cluster.listSecrets({ labelSelector }, signal)] : []),
      cluster.listSecrets({ fieldSelector: `metadata.name=${name}` }, signal),
    ]);
    return [...byPlace(lists.flat()).values()].map(see);
  }
  const marked = leftovers ? await markedSecrets(cluster, focus, labelSelector, signal) : [];
  const places = namespaces.map((namespace): SecretName => ({ namespace, name }));
  const all = [...new Map([...places, ...marked].map((p) => [`${p.namespace}/${p.name}`, p])).values()];
  const read = async (at: SecretName): Promise<readonly ReadSecret[]> => {
    const recalled = recallSecret(cluster.watchedSecret(at), wanted);
    if (recalled !== undefined && suffices(recalled)) return [recalled];
    const found = await cluster.getSecret(at.namespace, at.name, signal);
    return found === undefined ? [] : [see(found)];
  };
  return (await concurrently(all, parallelReads, read, signal)).flat();
}

const byPlace = (secrets: readonly SecretObject[]): ReadonlyMap<string, SecretObject> =>
  new Map(secrets.map((s) => [`${s.metadata.namespace}/${s.metadata.name}`, s]));

async function markedSecrets(
  cluster: Cluster,
  focus: Focus | undefined,
  labelSelector: string,
  signal: AbortSignal,
): Promise<readonly SecretName[]> {
  if (focus === undefined) return cluster.listSecretNames({ labelSelector }, signal);
  const list = (namespace: string) => cluster.listSecretNames({ namespace, labelSelector }, signal);
  return (await concurrently([...focus.namespaces], parallelReads, list, signal)).flat();
}

/**
 * Service accounts that the document names; with leftovers also those that we linked.
 * @param chosen the namespaces that the document means
 */
export async function gatherAccounts(
  { metadata, spec }: BindingDocument,
  cluster: Cluster,
  { focus, leftovers }: Extent,
  chosen: readonly string[],
  signal: AbortSignal,
): Promise<readonly ServiceAccountObject[]> {
  const labelSelector = linkLabel(metadata.name);
  const { serviceAccounts } = spec.secret;
  const namespaces = focus === undefined ? chosen : [...focus.namespaces];
  const isFew = focus !== undefined || namespaces.length * serviceAccounts.length <= mostReadSingly;
  const asked = namespaces.flatMap((namespace) => serviceAccounts.map((name) => ({ namespace, name })));
  const named = isFew
    ? concurrently(
        asked,
        parallelReads,
        async ({ namespace, name }) => (await cluster.getServiceAccount(namespace, name, signal)) ?? [],
        signal,
      )
    : Promise.all(
        serviceAccounts.map((name) =>
          cluster.listServiceAccounts({ fieldSelector: `metadata.name=${name}` }, signal),
        ),
      );
  const linked = Promise.all(
    !leftovers
      ? []
      : focus === undefined
        ? [cluster.listServiceAccounts({ labelSelector }, signal)]
        : namespaces.map((namespace) => cluster.listServiceAccounts({ namespace, labelSelector }, signal)),
  );
  const all = (await Promise.all([named, linked])).flat(2);
  return [...new Map(all.map((a) => [`${a.namespace}/${a.name}`, a])).values()];
}

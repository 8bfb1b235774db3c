import type { Document } from "../../model/document.ts";
import type { Focus } from "../world.ts";
import type { Cluster, ServiceAccountObject } from "./cluster.ts";
import { bindingId, bindingLabel, linkLabel, managedBy, managedByLabel } from "./ownership.ts";
import type { ProjectBindingSpec } from "./schema.ts";
import type { SecretObject } from "./secret-content.ts";

type BindingDocument = Document<ProjectBindingSpec>;

/** What is read of a binding. */
export interface Extent {
  readonly focus: Focus | undefined;
  /** Also what is left where the document asks for nothing (any more). To find it, the API server goes through all. */
  readonly leftovers: boolean;
}

/** Secrets of the wanted name, others' too; with leftovers also those that bear this binding's label. */
export async function gatherSecrets(
  { metadata, spec }: BindingDocument,
  cluster: Cluster,
  { focus, leftovers }: Extent,
  signal: AbortSignal,
): Promise<readonly SecretObject[]> {
  const labelSelector = `${managedByLabel}=${managedBy},${bindingLabel}=${bindingId(metadata.name)}`;
  const { name } = spec.secret;
  const lists = await Promise.all(
    focus === undefined
      ? [
          ...(leftovers ? [cluster.listSecrets({ labelSelector }, signal)] : []),
          cluster.listSecrets({ fieldSelector: `metadata.name=${name}` }, signal),
        ]
      : [...focus.namespaces].flatMap((namespace) => [
          ...(leftovers ? [cluster.listSecrets({ namespace, labelSelector }, signal)] : []),
          cluster.getSecret(namespace, name, signal).then((found) => (found === undefined ? [] : [found])),
        ]),
  );
  return [...new Map(lists.flat().map((s) => [`${s.metadata.namespace}/${s.metadata.name}`, s])).values()];
}

/** Service accounts that the document names; with leftovers also those that we linked. */
export async function gatherAccounts(
  { metadata, spec }: BindingDocument,
  cluster: Cluster,
  { focus, leftovers }: Extent,
  signal: AbortSignal,
): Promise<readonly ServiceAccountObject[]> {
  const labelSelector = linkLabel(metadata.name);
  const { serviceAccounts } = spec.secret;
  const lists = await Promise.all(
    focus === undefined
      ? [
          ...serviceAccounts.map((account) =>
            cluster.listServiceAccounts({ fieldSelector: `metadata.name=${account}` }, signal),
          ),
          ...(leftovers ? [cluster.listServiceAccounts({ labelSelector }, signal)] : []),
        ]
      : [...focus.namespaces].flatMap((namespace) => [
          ...serviceAccounts.map((account) =>
            cluster
              .getServiceAccount(namespace, account, signal)
              .then((found) => (found === undefined ? [] : [found])),
          ),
          ...(leftovers ? [cluster.listServiceAccounts({ namespace, labelSelector }, signal)] : []),
        ]),
  );
  return [...new Map(lists.flat().map((a) => [`${a.namespace}/${a.name}`, a])).values()];
}

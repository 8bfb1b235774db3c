import type { Document } from "../../model/document.ts";
import type { Focus } from "../world.ts";
import type { Cluster, ServiceAccountObject } from "./cluster.ts";
import { bindingId, bindingLabel, linkLabel, managedBy, managedByLabel } from "./ownership.ts";
import type { ProjectBindingSpec } from "./schema.ts";
import type { SecretObject } from "./secret-content.ts";

type BindingDocument = Document<ProjectBindingSpec>;

/** Secrets of this binding by label, and those of the wanted name by name: others' must be seen too. */
export async function gatherSecrets(
  { metadata, spec }: BindingDocument,
  cluster: Cluster,
  focus: Focus | undefined,
  signal: AbortSignal,
): Promise<readonly SecretObject[]> {
  const labelSelector = `${managedByLabel}=${managedBy},${bindingLabel}=${bindingId(metadata.name)}`;
  const { name } = spec.secret;
  const lists = await Promise.all(
    focus === undefined
      ? [
          cluster.listSecrets({ labelSelector }, signal),
          cluster.listSecrets({ fieldSelector: `metadata.name=${name}` }, signal),
        ]
      : [...focus.namespaces].flatMap((namespace) => [
          cluster.listSecrets({ namespace, labelSelector }, signal),
          cluster.getSecret(namespace, name, signal).then((found) => (found === undefined ? [] : [found])),
        ]),
  );
  return [...new Map(lists.flat().map((s) => [`${s.metadata.namespace}/${s.metadata.name}`, s])).values()];
}

/** Service accounts that the document names, and those that we linked. */
export async function gatherAccounts(
  { metadata, spec }: BindingDocument,
  cluster: Cluster,
  focus: Focus | undefined,
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
          cluster.listServiceAccounts({ labelSelector }, signal),
        ]
      : [...focus.namespaces].flatMap((namespace) => [
          ...serviceAccounts.map((account) =>
            cluster
              .getServiceAccount(namespace, account, signal)
              .then((found) => (found === undefined ? [] : [found])),
          ),
          cluster.listServiceAccounts({ namespace, labelSelector }, signal),
        ]),
  );
  return [...new Map(lists.flat().map((a) => [`${a.namespace}/${a.name}`, a])).values()];
}

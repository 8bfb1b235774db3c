import type { RunContext } from "../../engine/kind.ts";
import { MoorlineError } from "../../model/errors.ts";
import type { World } from "../world.ts";
import type { BindingAction, LinkChange } from "./actions.ts";
import { openCluster, type Cluster } from "./cluster.ts";
import { bindingId, linkLabel } from "./ownership.ts";
import { linked } from "./plan-links.ts";
import type { ProjectBindingSpec } from "./schema.ts";

type Link = Extract<BindingAction, { type: "link" }>;

/** Service accounts of a young project are written by several controllers at once; each loss is read anew. */
const rounds = 8;

/**
 * Changes the pull secrets of service accounts. The list is one field to the API server, so it is written whole, on
 * condition that nobody changed it since it was read: what others put there stays.
 */
export async function changeLinks(
  action: Link,
  { document, world, signal }: RunContext<ProjectBindingSpec, World>,
): Promise<void> {
  const cluster = await openCluster(document, world, signal);
  const label = linkLabel(document.metadata.name);
  const mark = bindingId(document.metadata.name);
  for (const account of action.accounts)
    await changeOne(action.namespace, account, { label, mark }, cluster, signal);
}

async function changeOne(
  namespace: string,
  change: LinkChange,
  { label, mark }: { readonly label: string; readonly mark: string },
  cluster: Cluster,
  signal: AbortSignal,
): Promise<void> {
  let { current, resourceVersion } = change;
  const labels = { [label]: change.add.length > 0 ? mark : null };
  for (let round = 1; round <= rounds; round++) {
    const pullSecrets = linked(current, change);
    const written = await cluster.patchServiceAccount(
      namespace,
      change.name,
      { resourceVersion, labels, pullSecrets },
      signal,
    );
    if (written === "done") return;
    const fresh =
      written === "gone" ? undefined : await cluster.getServiceAccount(namespace, change.name, signal);
    if (fresh === undefined) {
      if (change.add.length === 0) return; // there is nothing left to take the Secret out of
      throw new MoorlineError("SERVICE_ACCOUNT_VANISHED", {
        subject: `ServiceAccount/${namespace}/${change.name}`,
      });
    }
    ({ pullSecrets: current, resourceVersion } = fresh);
  }
  throw new MoorlineError("SECRET_CHANGED_MEANWHILE", {
    subject: `ServiceAccount/${namespace}/${change.name}`,
  });
}

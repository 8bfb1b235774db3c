import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import type { Deployment, KubernetesObject } from "../../clients/kubernetes/object.ts";
import { objectSubject, resources } from "../../clients/kubernetes/resources.ts";
import type { Clock } from "../../engine/world.ts";
import { MoorlineError } from "../../model/errors.ts";
import type { Manifest } from "./objects.ts";
import { resourceOf } from "./resource-of.ts";

/** Owner of the fields that installations set. */
const fieldManager = "moorline-install";

export interface Written {
  /** `Deployment/moorline-system/moorline-controller` */
  readonly subject: string;
  readonly change: "created" | "updated" | "unchanged";
}

/**
 * Writes one object by server-side apply; fields that others own meanwhile become ours again.
 * @param dryRun asks the server what would become of it, and writes nothing
 */
export async function put(
  manifest: Manifest,
  client: KubernetesClient,
  options: { readonly dryRun: boolean; readonly signal: AbortSignal },
): Promise<Written> {
  const { name, namespace } = manifest.metadata;
  const resource = resourceOf(manifest);
  const { signal, dryRun } = options;
  const subject = objectSubject(resource, name, namespace);
  const at = namespace === undefined ? { name } : { name, namespace };
  const before = await client.get<KubernetesObject>(resource, at, signal);
  // In a namespace that is not made yet the server would refuse even to think about it.
  if (dryRun && before === undefined) return { subject, change: "created" };
  const after = await client.apply(resource, manifest as never, {
    signal,
    fieldManager,
    force: true,
    dryRun,
  });
  if (before === undefined) return { subject, change: "created" };
  return { subject, change: substance(before) === substance(after) ? "unchanged" : "updated" };
}

/** Everything of an object but what the server counts and notes by itself. */
function substance(object: KubernetesObject): string {
  const {
    managedFields: _,
    resourceVersion: __,
    generation: ___,
    ...metadata
  } = object.metadata as Record<string, unknown>;
  return JSON.stringify({ ...object, metadata, status: undefined });
}

/**
 * Waits until every pod of a Deployment is of its newest form and ready.
 * @throws INSTALL_NOT_READY after the limit, with what its condition says
 */
export async function ready(
  manifest: Manifest,
  client: KubernetesClient,
  {
    clock,
    limitMs,
    signal,
  }: { readonly clock: Clock; readonly limitMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const { name, namespace = "" } = manifest.metadata;
  const end = clock.now().getTime() + limitMs;
  for (;;) {
    const found = await client.get<Deployment>(resources.deployments, { namespace, name }, signal);
    if (found !== undefined && isReady(found)) return;
    if (clock.now().getTime() >= end) {
      const reason = found?.status?.conditions?.find((c) => c.status !== "True")?.message ?? "";
      throw new MoorlineError("INSTALL_NOT_READY", {
        subject: objectSubject(resources.deployments, name, namespace),
        parameters: {
          seconds: limitMs / 1000,
          reason: reason === "" ? "its pods are not ready" : reason,
          namespace,
          name,
        },
      });
    }
    await clock.sleep(1000, signal);
  }
}

function isReady({ metadata, spec, status }: Deployment): boolean {
  const wanted = spec?.replicas ?? 1;
  return (
    (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0) &&
    (status?.updatedReplicas ?? 0) === wanted &&
    (status?.readyReplicas ?? 0) >= wanted &&
    (status?.replicas ?? 0) === wanted
  );
}

import type { KubernetesClient } from "../../../../clients/kubernetes/client.ts";
import type { Resource } from "../../../../clients/kubernetes/resources.ts";
import { isError } from "../../../../model/errors.ts";
import { certManagerResources, conditionOf, type Condition, type WithConditions } from "./objects.ts";

const { certificateRequests, orders } = certManagerResources;

/**
 * Why the last attempt to issue failed, with what the request and the ACME order say of it.
 * @returns undefined where it did not fail, or another attempt is under way
 */
export async function refusalOf(
  client: KubernetesClient,
  certificate: WithConditions,
  signal: AbortSignal,
): Promise<string | undefined> {
  const issuing = conditionOf(certificate, "Issuing");
  if (certificate.status?.lastFailureTime === undefined || issuing?.status === "True") return undefined;
  return inWords([issuing, ...(await beneath(client, certificate, signal))]);
}

/** What an attempt that is under way waits for: words of the request and the order that are not done. */
export async function waitOf(
  client: KubernetesClient,
  certificate: WithConditions,
  signal: AbortSignal,
): Promise<string> {
  const own = ["Issuing", "Ready"].map((type) => conditionOf(certificate, type));
  return inWords([...own, ...(await beneath(client, certificate, signal))]) ?? "-";
}

async function beneath(
  client: KubernetesClient,
  certificate: WithConditions,
  signal: AbortSignal,
): Promise<readonly (Partial<Condition> | undefined)[]> {
  const request = newest(await ownedBy(client, certificateRequests, certificate, signal));
  if (request === undefined) return [];
  const order = newest(await ownedBy(client, orders, request, signal));
  return [
    ...["Denied", "InvalidRequest", "Ready"]
      .map((type) => conditionOf(request, type))
      .filter((c) => c?.type !== "Ready" || c.status !== "True"),
    order && { reason: `Order ${order.status?.state ?? ""}`.trim(), message: order.status?.reason ?? "" },
  ];
}

async function ownedBy(
  client: KubernetesClient,
  resource: Resource,
  { metadata: owner }: WithConditions,
  signal: AbortSignal,
): Promise<readonly WithConditions[]> {
  try {
    const options = { signal, ...(owner.namespace !== undefined && { namespace: owner.namespace }) };
    const { items } = await client.list<WithConditions>(resource, options);
    return items.filter((i) => i.metadata.ownerReferences?.some((r) => r.uid === owner.uid));
  } catch (thrown) {
    // They only add words to what is known; not everybody may read them, and without ACME there are no orders.
    if (isError(thrown, "KUBERNETES_FORBIDDEN", "KUBERNETES_API_MISSING")) return [];
    throw thrown;
  }
}

const newest = (objects: readonly WithConditions[]): WithConditions | undefined =>
  objects.toSorted((a, b) => begun(b).localeCompare(begun(a)))[0];
const begun = ({ metadata }: WithConditions): string => metadata.creationTimestamp ?? "";

function inWords(conditions: readonly (Partial<Condition> | undefined)[]): string | undefined {
  const words = conditions
    .map((c) => [c?.reason, c?.message].filter((w) => w !== undefined && w !== "").join(": "))
    .filter((w) => w !== "");
  return words.length === 0 ? undefined : [...new Set(words)].join("; ").slice(0, 1000);
}

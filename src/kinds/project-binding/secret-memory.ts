import type { KubernetesObject } from "../../clients/kubernetes/object.ts";
import { isReplacedAnyway } from "./checks.ts";
import type { ObservedRobot } from "./observed.ts";
import type { ProjectBindingSpec } from "./schema.ts";
import type { Wanted } from "./secret-content.ts";
import type { ReadSecret, SeenSecret } from "./seen-secret.ts";

interface Remembered {
  readonly wanted: Wanted;
  readonly seen: SeenSecret;
}

/**
 * What Secrets said when they were read last, each beside what a watch tells of it: with the next change that the watch
 * tells, it is forgotten. Credentials are not kept.
 */
const memory = new WeakMap<KubernetesObject, Remembered>();

/** @param watched what the watch tells of it, if one does */
export function rememberSecret(
  { credential: _credential, ...seen }: ReadSecret,
  wanted: Wanted,
  watched: KubernetesObject | undefined,
): void {
  if (watched?.metadata.resourceVersion === seen.secret.resourceVersion)
    memory.set(watched, { wanted, seen });
}

/** A write was refused: the watch has not told of what is there now. */
export function forgetSecret(watched: KubernetesObject | undefined): void {
  if (watched !== undefined) memory.delete(watched);
}

/** What a Secret said, if it was read with the same wishes and no change of it was heard of since. */
export function recallSecret(watched: KubernetesObject | undefined, wanted: Wanted): SeenSecret | undefined {
  const found = watched && memory.get(watched);
  return found !== undefined && isSame(found.wanted, wanted) ? found.seen : undefined;
}

const isSame = (one: Wanted, other: Wanted): boolean =>
  one.binding === other.binding &&
  one.url === other.url &&
  one.email === other.email &&
  one.defaultRegistry === other.defaultRegistry;

/**
 * Whether what a Secret said when it was read last is enough to plan by: its robot is replaced in any case. The write names
 * the version that was read, so a Secret that changed meanwhile is planned anew. Where a second robot might be taken away,
 * with no such write before it, the Secret is read.
 */
export function tellsEnough(
  { namespace, secret }: SeenSecret,
  robots: readonly ObservedRobot[],
  spec: ProjectBindingSpec,
  now: Date,
): boolean {
  const [held, ...others] = robots.filter((r) => r.ours);
  return (
    secret.owner === "us" &&
    secret.name === spec.secret.name &&
    held?.name === secret.username &&
    others.length === 0 &&
    isReplacedAnyway({ name: namespace, robots }, secret, spec, now)
  );
}

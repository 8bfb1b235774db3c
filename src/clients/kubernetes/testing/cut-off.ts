import type { KubernetesClient } from "../client.ts";

const writes = ["create", "apply", "applyStatus", "patch", "replace", "delete"] as const;

/**
 * The same client, each of whose writes is carried out by `guard`, which may do it or throw in its place: as if the power
 * failed there.
 */
export function guardedWrites(
  client: KubernetesClient,
  guard: <T>(write: () => Promise<T>) => Promise<T>,
): KubernetesClient {
  const guarded = Object.fromEntries(
    writes.map((verb) => {
      const write = client[verb] as (...given: unknown[]) => Promise<unknown>;
      return [verb, (...given: unknown[]) => guard(() => write(...given))];
    }),
  ) as Pick<KubernetesClient, (typeof writes)[number]>;
  return { ...client, ...guarded };
}

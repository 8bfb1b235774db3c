import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import { fromUnknown } from "../../model/errors.ts";
import type { World } from "../../kinds/world.ts";
import type { Metric } from "./metrics.ts";

const verbs = [
  "get",
  "list",
  "listMetadata",
  "create",
  "apply",
  "applyStatus",
  "patch",
  "replace",
  "delete",
] as const;

/**
 * The same client, whose calls are counted by verb and result.
 * @param server what they are counted as
 */
export function countedClient(
  client: KubernetesClient,
  calls: Metric,
  server = "kubernetes",
): KubernetesClient {
  const counted = Object.fromEntries(
    verbs.map((verb) => {
      const call = client[verb].bind(client) as (...given: unknown[]) => Promise<unknown>;
      const run = async (...given: unknown[]): Promise<unknown> => {
        try {
          const answer = await call(...given);
          calls.add({ server, verb, result: "ok" });
          return answer;
        } catch (thrown) {
          calls.add({ server, verb, result: fromUnknown(thrown, verb).code });
          throw thrown;
        }
      };
      return [verb, run];
    }),
  ) as Pick<KubernetesClient, (typeof verbs)[number]>;
  return {
    ...client,
    ...counted,
    watch: (resource, options) => {
      calls.add({ server, verb: "watch", result: "ok" });
      return client.watch(resource, options);
    },
  };
}

/** The same world, in which the calls to other clusters that documents name are counted together. */
export function countedClusters(world: World, calls: Metric): World {
  const known = new WeakMap<KubernetesClient, KubernetesClient>();
  return {
    ...world,
    cluster: async (config) => {
      const client = await world.cluster(config);
      const counted = known.get(client) ?? countedClient(client, calls, "member");
      known.set(client, counted);
      return counted;
    },
  };
}

import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import { fromUnknown } from "../../model/errors.ts";
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

/** The same client, whose calls are counted by verb and result. */
export function countedClient(client: KubernetesClient, calls: Metric): KubernetesClient {
  const counted = Object.fromEntries(
    verbs.map((verb) => {
      const call = client[verb].bind(client) as (...given: unknown[]) => Promise<unknown>;
      const run = async (...given: unknown[]): Promise<unknown> => {
        try {
          const answer = await call(...given);
          calls.add({ server: "kubernetes", verb, result: "ok" });
          return answer;
        } catch (thrown) {
          calls.add({ server: "kubernetes", verb, result: fromUnknown(thrown, verb).code });
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
      calls.add({ server: "kubernetes", verb: "watch", result: "ok" });
      return client.watch(resource, options);
    },
  };
}

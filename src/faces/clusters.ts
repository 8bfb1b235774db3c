import { createHash } from "node:crypto";
import { createKubernetesClient, type KubernetesClient } from "../clients/kubernetes/client.ts";
import type { ClusterConfig } from "../clients/kubernetes/config.ts";

/** Clients of other clusters: one for each place that names one, made anew when what stands there changed. */
export interface Clusters extends AsyncDisposable {
  open(this: void, config: ClusterConfig): Promise<KubernetesClient>;
}

export function openClusters(): Clusters {
  const clients = new Map<string, { readonly identity: string; readonly client: KubernetesClient }>();
  return {
    open: async (config) => {
      const identity = await identityOf(config);
      const known = clients.get(config.source);
      if (known?.identity === identity) return known.client;
      const client = createKubernetesClient(config, { fieldManager: "moorline" });
      clients.set(config.source, { identity, client });
      // A credential that was replaced has nothing more to do; what is under way by it ends first.
      void known?.client[Symbol.asyncDispose]();
      return client;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...clients.values()].map(({ client }) => client[Symbol.asyncDispose]()));
    },
  };
}

/** A digest, so that no key lies about in a map. */
async function identityOf({ server, tls, authorization }: ClusterConfig): Promise<string> {
  const header = await authorization?.(new AbortController().signal);
  const { clientCertificate: pair, ...rest } = tls;
  const parts = [server, rest, pair?.certificate, pair?.privateKey.reveal(), header?.reveal()];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

import type { DocumentSet } from "../../model/document-set.ts";
import {
  openEndpoint,
  type EndpointOptions,
  type HttpEndpoint,
  type TlsOptions,
} from "../../clients/http/endpoint.ts";
import { localHost } from "../../clients/host/local.ts";
import type { Host } from "../../clients/host/host.ts";
import { createKubernetesClient, type KubernetesClient } from "../../clients/kubernetes/client.ts";
import { inClusterConfig, isInCluster } from "../../clients/kubernetes/in-cluster.ts";
import { loadKubeconfig } from "../../clients/kubernetes/kubeconfig.ts";
import type { SshHost } from "../../clients/host/ssh/ssh-host.ts";
import type { World } from "../../kinds/world.ts";
import { openClusters } from "../clusters.ts";
import type { Io } from "./command.ts";

export interface WorldOptions {
  readonly io: Pick<Io, "environment" | "clock" | "random">;
  readonly documents: DocumentSet;
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  /** Told of every exchange with a server over HTTPS, the API server apart. */
  readonly onExchange?: EndpointOptions["onExchange"];
  /** The machine whose files are meant; this one otherwise. */
  readonly host?: Host;
}

/** The world with the connections that were opened in it. */
export type OpenWorld = World & AsyncDisposable;

/** Makes the world of one command: nothing is connected before it is asked for. */
export function openWorld(options: WorldOptions): OpenWorld {
  const endpoints = new Map<Host | undefined, Map<string, HttpEndpoint>>();
  const hosts = new Map<string, Promise<SshHost>>();
  let kubernetes: Promise<KubernetesClient> | undefined;
  const clusters = openClusters();
  const { environment } = options.io;

  const connect = async (): Promise<KubernetesClient> => {
    const config =
      options.kubeconfig === undefined && options.context === undefined && isInCluster(environment)
        ? await inClusterConfig(environment)
        : await loadKubeconfig({ path: options.kubeconfig, context: options.context, environment });
    return createKubernetesClient(config, { fieldManager: "moorline" });
  };

  const here = {
    environment: (name: string): string | undefined => environment[name],
    documentsHost: localHost(),
  };
  return {
    ...here,
    clock: options.io.clock,
    random: options.io.random,
    documents: options.documents,
    host: options.host ?? localHost({ environment: dockerSettings(environment) }),
    openHost: (reference, directory) => {
      const key = JSON.stringify([reference, directory]);
      const known = hosts.get(key);
      if (known !== undefined) return known;
      // The SSH library takes longer to load than most commands run.
      const loading = import("../../kinds/shared/open-host.ts");
      const opening = loading.then(({ connectHost }) => connectHost(reference, directory, here));
      hosts.set(key, opening);
      // What failed is tried anew when it is asked for again.
      opening.catch(() => hosts.delete(key));
      return opening;
    },
    kubernetes: () => (kubernetes ??= connect()),
    cluster: clusters.open,
    endpoint: (url, tls, from) => {
      const pool = endpoints.get(from) ?? new Map<string, HttpEndpoint>();
      endpoints.set(from, pool);
      const key = endpointKey(url, tls);
      const known = pool.get(key);
      if (known !== undefined) return known;
      const through = from === undefined ? { connections: 32 } : { connections: 4, dial: from.dial };
      const { onExchange } = options;
      const opened = openEndpoint(url, { tls, ...through, ...(onExchange !== undefined && { onExchange }) });
      pool.set(key, opened);
      return opened;
    },
    [Symbol.asyncDispose]: async () => {
      const pools = [...endpoints.values()].flatMap((pool) => [...pool.values()]);
      await Promise.all(pools.map((e) => e[Symbol.asyncDispose]()));
      for (const host of hosts.values()) await (await host.catch(() => undefined))?.[Symbol.asyncDispose]();
      await clusters[Symbol.asyncDispose]();
      await (await kubernetes?.catch(() => undefined))?.[Symbol.asyncDispose]();
    },
  };
}

/** How the docker of this machine is met where not on the usual socket (rootless, or another daemon): commands inherit nothing else. */
function dockerSettings(environment: Io["environment"]): Readonly<Record<string, string | undefined>> {
  const names = ["DOCKER_HOST", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY"];
  return Object.fromEntries(names.map((name) => [name, environment[name]]));
}

/** The same URL, trust and client certificate share connections. The key never leaves this process. */
function endpointKey(url: string, tls: TlsOptions): string {
  return JSON.stringify([
    url,
    tls.ca,
    tls.clientCertificate?.certificate,
    tls.minimumVersion,
    tls.serverName,
    tls.insecureSkipVerify,
  ]);
}

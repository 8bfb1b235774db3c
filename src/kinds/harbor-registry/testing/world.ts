import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { localHost } from "../../../clients/host/local.ts";
import { openEndpoint, type HttpEndpoint } from "../../../clients/http/endpoint.ts";
import { createKubernetesClient, type KubernetesClient } from "../../../clients/kubernetes/client.ts";
import { nameOf, nameOfReference, type Document } from "../../../model/document.ts";
import { MoorlineError } from "../../../model/errors.ts";
import type { World } from "../../world.ts";

export interface TestWorldOptions {
  readonly documents?: readonly Document[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Folder that stands for `/`. */
  readonly root?: string;
  readonly kubernetes?: KubernetesClient;
  readonly now?: () => Date;
}

/** A world made of the real clients, whose time and environment the test chooses. Dispose it to close connections. */
export function testWorld(options: TestWorldOptions): World & AsyncDisposable {
  const endpoints = new Map<string, HttpEndpoint>();
  const clusters: KubernetesClient[] = [];
  const documents = new Map((options.documents ?? []).map((d) => [nameOf(d), d]));
  return {
    documents: {
      find: (reference) => documents.get(nameOfReference(reference)),
      ordered: options.documents ?? [],
    },
    environment: (name) => options.environment?.[name],
    host: localHost(options.root === undefined ? {} : { root: options.root }),
    documentsHost: localHost(options.root === undefined ? {} : { root: options.root }),
    // A machine that a document names is the same folder here.
    openHost: () => Promise.resolve(localHost(options.root === undefined ? {} : { root: options.root })),
    kubernetes: () =>
      options.kubernetes === undefined
        ? Promise.reject(new MoorlineError("KUBECONFIG_MISSING", { subject: "test" }))
        : Promise.resolve(options.kubernetes),
    cluster: (config) => {
      const opened = createKubernetesClient(config, { fieldManager: "moorline" });
      clusters.push(opened);
      return Promise.resolve(opened);
    },
    endpoint: (url, tls) => {
      const key = JSON.stringify([url, tls, tls.clientCertificate?.privateKey.reveal()]);
      const known = endpoints.get(key) ?? openEndpoint(url, { tls });
      endpoints.set(key, known);
      return known;
    },
    clock: {
      now: options.now ?? (() => new Date()),
      // Waits are real but short: what is tested is that there is one.
      sleep: async (milliseconds, signal) => {
        await wait(Math.min(milliseconds, 5), undefined, { signal });
      },
    },
    random: { bytes: (length) => randomBytes(length), fraction: () => 0.5 },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...endpoints.values(), ...clusters].map((e) => e[Symbol.asyncDispose]()));
    },
  };
}

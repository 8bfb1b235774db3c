import { isError } from "../../model/errors.ts";
import type { Connection } from "./connection.ts";
import { kubernetesFailure, type Attempt } from "./failures.ts";
import type { KubernetesObject } from "./object.ts";
import { collectionPath, type Resource } from "./resources.ts";

export interface ListOptions {
  readonly signal: AbortSignal;
  /** Absent means all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Objects in each request; default 500. */
  readonly pageSize?: number;
  /** What the server has in memory will do, which may be a moment old: it need not go through all of etcd. */
  readonly mayBeOld?: boolean;
  /** Once one of the objects read is such a one, no further page is asked for. All are, by default. */
  readonly until?: (object: KubernetesObject) => boolean;
  /** What is kept of each object; applied page by page, so that no list of whole objects is ever held. */
  readonly keep?: (object: KubernetesObject) => KubernetesObject;
}

export interface ObjectList<T> {
  readonly items: readonly T[];
  /** Of the whole list; a watch goes on from here. */
  readonly resourceVersion: string;
}

interface Page<T> {
  readonly items?: readonly T[] | null;
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
}

const usualPage = 500;
/** A page of 500 is far smaller, unless its objects hold megabytes; then smaller pages are asked for. */
const largestPage = 64 * 1024 * 1024;
/**
 * With a selector that few objects fit, the server goes through as many as it takes to fill one page: fifty thousand
 * Secrets take a busy one longer than other calls may.
 */
const longestPageMs = 120_000;
/** How often a list may start over because its snapshot was compacted away (410). */
const mostRestarts = 3;

const accept = {
  objects: "application/json",
  metadata:
    "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json;as=PartialObjectMetadataList;v=v1beta1;g=meta.k8s.io,application/json",
} as const;

/**
 * Reads a whole collection in pages of one consistent snapshot.
 * @throws KUBERNETES_GONE where the snapshot was lost again and again
 */
export async function listAll<T extends KubernetesObject>(
  connection: Connection,
  server: string,
  resource: Resource,
  options: ListOptions,
  what: keyof typeof accept,
): Promise<ObjectList<T>> {
  for (let restarts = 0; ; restarts++) {
    try {
      return await listOnce<T>(connection, server, resource, options, what);
    } catch (thrown) {
      if (!isError(thrown, "KUBERNETES_GONE") || restarts >= mostRestarts) throw thrown;
    }
  }
}

async function listOnce<T extends KubernetesObject>(
  connection: Connection,
  server: string,
  resource: Resource,
  options: ListOptions,
  what: keyof typeof accept,
): Promise<ObjectList<T>> {
  const { namespace, labelSelector, fieldSelector, signal } = options;
  const path = collectionPath(resource, resource.namespaced ? namespace : undefined);
  const attempt: Attempt = { verb: "list", resource, namespace };
  const items: T[] = [];
  let token: string | undefined;
  let limit = options.pageSize ?? usualPage;
  for (;;) {
    try {
      const answer = await connection.request({
        method: "GET",
        path,
        query: {
          labelSelector,
          fieldSelector,
          limit,
          continue: token,
          resourceVersion: options.mayBeOld === true && token === undefined ? "0" : undefined,
        },
        headers: { accept: accept[what] },
        signal,
        maxBodyBytes: largestPage,
        timeoutMs: longestPageMs,
      });
      if (answer.status >= 300) throw kubernetesFailure(answer, attempt, server);
      const page = answer.json() as Page<T>;
      const { keep } = options;
      for (const item of page.items ?? []) items.push(keep === undefined ? item : (keep(item) as T));
      token = page.metadata?.continue;
      const isEnough = options.until !== undefined && (page.items ?? []).some(options.until);
      if (token === undefined || token === "" || isEnough) {
        return { items, resourceVersion: page.metadata?.resourceVersion ?? "" };
      }
    } catch (thrown) {
      if (!isError(thrown, "NETWORK_BODY_TOO_LARGE") || limit === 1) throw thrown;
      limit = Math.max(1, Math.floor(limit / 10));
    }
  }
}

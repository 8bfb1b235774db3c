import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { MoorlineError, fromUnknown } from "../../model/errors.ts";
import type { Connection } from "./connection.ts";
import { kubernetesFailure, statusFailure, statusSchema, type Attempt } from "./failures.ts";
import { beginningOf, linesOf } from "./lines.ts";
import { listAll, type ListOptions } from "./list.ts";
import type { KubernetesObject } from "./object.ts";
import { collectionPath, objectSubject, type Resource } from "./resources.ts";

/**
 * What a watch tells. `listed` comes first, unless the watch resumed, and again whenever changes were lost: it is
 * everything that there is, and replaces all that was known.
 */
export type WatchEvent<T> =
  | { readonly type: "listed"; readonly items: readonly T[]; readonly resourceVersion: string }
  | { readonly type: "added" | "modified" | "deleted"; readonly object: T; readonly resourceVersion: string };

export interface WatchOptions extends Omit<ListOptions, "pageSize" | "until"> {
  /** Resumes after this version and lists nothing at first. */
  readonly resourceVersion?: string;
  /** The server ends each stream after this; default 300. */
  readonly timeoutSeconds?: number;
  /** Silence after which the stream counts as dead; default 90 s, above the minute between a server's bookmarks. */
  readonly silenceMs?: number;
  /** Asks for nothing but metadata: a fraction of the bytes, and no secret among them. */
  readonly metadataOnly?: boolean;
  /** First wait before a stream is opened again after a failure, doubled up to a minute; default 500. */
  readonly retryMs?: number;
  /** Told of each failure that the watch lives through. */
  readonly onTrouble?: (error: MoorlineError) => void;
}

interface Where {
  readonly calls: Connection;
  readonly watches: Connection;
  readonly server: string;
}

const eventSchema = z.object({
  type: z.enum(["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"]),
  object: z.looseObject({}),
});

const longestWaitMs = 60_000;
const acceptMetadata =
  "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json;as=PartialObjectMetadata;v=v1beta1;g=meta.k8s.io,application/json";

/**
 * Watches for ever: opens the stream again from the last version seen whenever it ends, in mid-burst too
 * (facts/stack.md §5), and lists anew where that version is gone (410).
 * @throws what no waiting mends (KUBERNETES_FORBIDDEN, KUBERNETES_API_MISSING, …); ends quietly when the signal aborts
 */
export async function* watchResource<T extends KubernetesObject>(
  where: Where,
  resource: Resource,
  options: WatchOptions,
): AsyncGenerator<WatchEvent<T>> {
  let version = options.resourceVersion;
  let failures = 0;
  while (!options.signal.aborted) {
    try {
      if (version === undefined) {
        const list = await listAll<T>(
          where.calls,
          where.server,
          resource,
          options,
          options.metadataOnly === true ? "metadata" : "objects",
        );
        version = list.resourceVersion;
        yield { type: "listed", ...list };
      }
      const before = version;
      using life = timer((options.retryMs ?? 500) * 2);
      for await (const event of openWatch<T>(where, resource, options, version)) {
        failures = 0;
        version = event.resourceVersion;
        if (event.type !== "bookmark") yield event;
      }
      // A server that ends streams at once, without a word, must not be asked in a tight loop.
      if (version !== before || life.over) {
        failures = 0;
        continue;
      }
      failures += 1;
    } catch (thrown) {
      if (options.signal.aborted) return;
      const error = fromUnknown(thrown, objectSubject(resource, undefined, options.namespace));
      if (error.retry === "never") throw error;
      if (error.code === "KUBERNETES_GONE") version = undefined;
      failures += 1;
      options.onTrouble?.(error);
    }
    await pause(failures, options);
  }
}

/** Tells whether some time has passed. */
function timer(milliseconds: number): Disposable & { over: boolean } {
  const handle = setTimeout(() => (state.over = true), milliseconds);
  const state = { over: false, [Symbol.dispose]: () => clearTimeout(handle) };
  return state;
}

async function pause(failures: number, options: WatchOptions): Promise<void> {
  const wait = Math.min(longestWaitMs, (options.retryMs ?? 500) * 2 ** (failures - 1));
  // Aborting ends the wait; the caller's loop sees it.
  await sleep(wait, undefined, { signal: options.signal }).catch(() => undefined);
}

type StreamEvent<T> =
  Exclude<WatchEvent<T>, { type: "listed" }> | { type: "bookmark"; resourceVersion: string };

/** One stream, from after `version` to its end. */
async function* openWatch<T extends KubernetesObject>(
  where: Where,
  resource: Resource,
  options: WatchOptions,
  version: string,
): AsyncGenerator<StreamEvent<T>> {
  const { namespace, labelSelector, fieldSelector, signal } = options;
  const attempt: Attempt = { verb: "watch", resource, namespace };
  const stream = await where.watches.stream({
    method: "GET",
    path: collectionPath(resource, resource.namespaced ? namespace : undefined),
    query: {
      watch: "true",
      allowWatchBookmarks: "true",
      resourceVersion: version,
      timeoutSeconds: options.timeoutSeconds ?? 300,
      labelSelector,
      fieldSelector,
    },
    ...(options.metadataOnly === true && { headers: { accept: acceptMetadata } }),
    signal,
    idleTimeoutMs: options.silenceMs ?? 90_000,
  });
  try {
    if (stream.status >= 300) {
      const text = await beginningOf(stream.body);
      throw kubernetesFailure({ ...stream, text: () => text }, attempt, where.server);
    }
    for await (const line of linesOf(stream.body)) {
      const event = eventOf<T>(line, attempt, where.server);
      if (event.type === "bookmark" || options.keep === undefined) yield event;
      else yield { ...event, object: options.keep(event.object) as T };
    }
  } finally {
    stream.body.on("error", () => undefined).destroy();
  }
}

function eventOf<T extends KubernetesObject>(line: string, attempt: Attempt, server: string): StreamEvent<T> {
  const { type, object } = parsed(line, attempt, server);
  if (type === "ERROR") {
    const status = statusSchema.safeParse(object).data;
    throw statusFailure(status, status?.code ?? 500, attempt, server);
  }
  const resourceVersion = (object as unknown as KubernetesObject).metadata.resourceVersion ?? "";
  if (type === "BOOKMARK") return { type: "bookmark", resourceVersion };
  const lower = { ADDED: "added", MODIFIED: "modified", DELETED: "deleted" } as const;
  return { type: lower[type], object: object as unknown as T, resourceVersion };
}

function parsed(line: string, attempt: Attempt, server: string): z.infer<typeof eventSchema> {
  try {
    return eventSchema.parse(JSON.parse(line));
  } catch (cause) {
    const parameters = { server, reason: "watch", status: 200 };
    throw new MoorlineError("KUBERNETES_UNEXPECTED", { subject: attempt.resource.kind, parameters, cause });
  }
}

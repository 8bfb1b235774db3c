import { setTimeout as sleep } from "node:timers/promises";
import { fromUnknown, type MoorlineError } from "../../model/errors.ts";
import type { KubernetesClient } from "./client.ts";
import type { KubernetesObject, ObjectName } from "./object.ts";
import { resourceName, type Resource } from "./resources.ts";
import { nameIn, ObjectStore, type Change, type Indexer } from "./store.ts";

export interface InformerOptions<T extends KubernetesObject> {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Nothing but metadata is asked for and kept. */
  readonly metadataOnly?: boolean;
  /** What is kept of each object: memory is what is not thrown away here. Names, versions and UIDs must stay. */
  readonly transform?: (object: T) => T;
  readonly indexes?: Readonly<Record<string, Indexer<T>>>;
  /** Finds objects by their namespace without going through all. */
  readonly byNamespace?: boolean;
  /** Finds objects by these labels without going through all. */
  readonly byLabels?: (key: string) => boolean;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Told of each failure that the informer lives through. */
  readonly onTrouble?: (error: MoorlineError) => void;
  /** First wait after a failure, doubled up to a minute; default 500 ms. */
  readonly retryMs?: number;
  /** Silence after which a stream counts as dead; default 90 s. */
  readonly silenceMs?: number;
}

/** A copy of one resource, kept true by a watch. It may lag behind the server, and never goes back in time. */
export interface Informer<T extends KubernetesObject> {
  readonly resource: Resource;
  readonly options: Pick<
    InformerOptions<T>,
    "namespace" | "labelSelector" | "fieldSelector" | "metadataOnly"
  >;
  /** Everything that there was when it began has been read. */
  readonly isSynced: boolean;
  /** Resolves then. @throws the signal's reason */
  synced(signal: AbortSignal): Promise<void>;
  readonly size: number;
  get(at: ObjectName): T | undefined;
  list(): IterableIterator<T>;
  byIndex(index: string, value: string): readonly T[];
  /** All that can be selected, found by the narrowest index there is: the caller looks at each. */
  among(selection: {
    readonly namespace?: string | undefined;
    readonly labelSelector?: string | undefined;
  }): Iterable<T>;
  /** Takes in what a write of one's own answered, so that it is read from here before the watch tells of it. */
  put(object: T): void;
  /** Takes out what the server says is gone. */
  drop(at: ObjectName): void;
  /**
   * Says that a write of one's own is under way: news of the object wait, since they may be of that very write, and come
   * before the server's answer to it does. @returns ends it; given the version that the answer names, that is no news
   */
  hold(at: ObjectName): (version?: string) => void;
  /** Hears each change that the watch tells, once; what `put` took in before is no news. @returns ends it */
  onChange(handler: (change: Change<T>) => void): () => void;
}

const longestWaitMs = 60_000;

/**
 * Lists and watches until the signal aborts. A server that is down, a version that is gone (410), rights that are missing
 * and an API that is not served yet are all waited out, with back-off; what was known stays readable meanwhile.
 */
export function startInformer<T extends KubernetesObject>(
  client: KubernetesClient,
  resource: Resource,
  options: InformerOptions<T>,
): Informer<T> {
  const store = new ObjectStore<T>(indexersOf(options));
  const handlers = new Set<(change: Change<T>) => void>();
  const ready = Promise.withResolvers<void>();
  const keep = keeper(options);
  const held = new HeldNews<T>();
  let isSynced = false;
  const tell = (change: Change<T>): void => {
    for (const handler of handlers) handler(change);
  };
  const hear = (change: Change<T> | undefined): void => {
    if (change !== undefined && !held.keep(change)) tell(change);
  };

  async function follow(): Promise<void> {
    const { namespace, labelSelector, fieldSelector, metadataOnly, retryMs, silenceMs, onTrouble } = options;
    const watch = client.watch<T>(resource, {
      signal: options.signal,
      keep: (object) => keep(object as T),
      ...(namespace !== undefined && { namespace }),
      ...(labelSelector !== undefined && { labelSelector }),
      ...(fieldSelector !== undefined && { fieldSelector }),
      ...(metadataOnly !== undefined && { metadataOnly }),
      ...(retryMs !== undefined && { retryMs }),
      ...(silenceMs !== undefined && { silenceMs }),
      ...(onTrouble !== undefined && { onTrouble }),
    });
    for await (const event of watch) {
      if (event.type === "listed") {
        for (const change of store.replace(event.items, event.resourceVersion)) hear(change);
        isSynced = true;
        ready.resolve();
      } else if (event.type === "deleted") hear(store.remove(nameIn(event.object), event.resourceVersion));
      else hear(store.put(event.object));
    }
  }

  async function run(): Promise<void> {
    for (let failures = 0; !options.signal.aborted; failures++) {
      try {
        await follow();
      } catch (thrown) {
        if (options.signal.aborted) return;
        options.onTrouble?.(fromUnknown(thrown, resourceName(resource)));
      }
      const wait = Math.min(longestWaitMs, (options.retryMs ?? 500) * 2 ** Math.min(failures, 10));
      // Aborting ends the wait; the loop sees it.
      await sleep(wait, undefined, { signal: options.signal }).catch(() => undefined);
    }
  }
  void run();

  return {
    resource,
    options,
    get isSynced() {
      return isSynced;
    },
    synced: async (signal) => {
      signal.throwIfAborted();
      const aborted = Promise.withResolvers<never>();
      const onAbort = (): void => aborted.reject(signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
      await Promise.race([ready.promise, aborted.promise]).finally(() =>
        signal.removeEventListener("abort", onAbort),
      );
    },
    get size() {
      return store.size;
    },
    get: (at) => store.get(at),
    list: () => store.values(),
    byIndex: (index, value) => store.byIndex(index, value),
    among: ({ namespace, labelSelector }) => {
      const { byNamespace, byLabels } = options;
      if (namespace !== undefined && byNamespace === true) return store.byIndex("namespace", namespace);
      const term = labelSelector?.split(",").find((each) => byLabels?.(each.split(/==?/)[0] ?? ""));
      return term === undefined ? store.values() : store.byIndex("label", term.replace("==", "="));
    },
    put: (object) => void store.put(keep(object)),
    drop: (at) => {
      const version = store.get(at)?.metadata.resourceVersion;
      if (version !== undefined) store.remove(at, version);
    },
    hold: (at) => {
      const end = held.hold(at);
      return (version) => end(version).forEach(tell);
    },
    onChange: (handler) => {
      handlers.add(handler);
      return () => void handlers.delete(handler);
    },
  };
}

function indexersOf<T extends KubernetesObject>({
  indexes,
  byNamespace,
  byLabels,
}: InformerOptions<T>): Readonly<Record<string, Indexer<T>>> {
  return {
    ...indexes,
    ...(byNamespace === true && { namespace: ({ metadata }: T) => [metadata.namespace ?? ""] }),
    ...(byLabels !== undefined && {
      // As a selector's terms name them: `key` and `key=value`.
      label: ({ metadata }: T) =>
        Object.entries(metadata.labels ?? {})
          .filter(([key]) => byLabels(key))
          .flatMap(([key, value]) => [key, `${key}=${value}`]),
    }),
  };
}

/** News of objects that are being written. */
class HeldNews<T extends KubernetesObject> {
  readonly #held = new Map<string, Held<T>>();

  /** @returns ends it, and gives the news that are of others' writes */
  hold(at: ObjectName): (version?: string) => readonly Change<T>[] {
    const key = keyOf(at);
    const held: Held<T> = this.#held.get(key) ?? { writes: 0, own: new Set(), news: [] };
    this.#held.set(key, held);
    held.writes++;
    return (version) => {
      if (version !== undefined) held.own.add(version);
      if (--held.writes > 0) return [];
      this.#held.delete(key);
      return held.news.filter(({ object }) => !held.own.has(object?.metadata.resourceVersion ?? ""));
    };
  }

  /** @returns whether it waits */
  keep(change: Change<T>): boolean {
    if (this.#held.size === 0) return false;
    const { object, before } = change;
    const about = object ?? before;
    const held = about && this.#held.get(keyOf(nameIn(about)));
    held?.news.push(change);
    return held !== undefined;
  }
}

interface Held<T> {
  /** How many are under way. */
  writes: number;
  /** Versions that they made. */
  readonly own: Set<string>;
  readonly news: Change<T>[];
}

const keyOf = ({ namespace = "", name }: ObjectName): string => `${namespace}/${name}`;

/** Nobody reads managedFields, and they are often the larger half of an object. */
function keeper<T extends KubernetesObject>({
  metadataOnly,
  transform,
}: InformerOptions<T>): (object: T) => T {
  return (object) => {
    const { managedFields: _managedFields, ...metadata } = object.metadata;
    const lean = (metadataOnly === true ? { metadata } : { ...object, metadata }) as T;
    return transform === undefined ? lean : transform(lean);
  };
}

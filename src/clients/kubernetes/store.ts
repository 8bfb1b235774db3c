import type { KubernetesObject, ObjectName } from "./object.ts";

/** Names under which an object is found besides its own. */
export type Indexer<T> = (object: T) => readonly string[];

/** What became of an object in a store. */
export interface Change<T> {
  /** What is known now; absent where it is gone. */
  readonly object?: T;
  /** What was known before; absent where it is new. */
  readonly before?: T;
}

/** Objects of one resource by name and by index. Keeps what it is given: who fills it decides what is worth the memory. */
export class ObjectStore<T extends KubernetesObject> {
  readonly #objects = new Map<string, T>();
  readonly #indexers: Readonly<Record<string, Indexer<T>>>;
  /** Most names of an index belong to one object or few; a set for each would be the largest thing in memory. */
  readonly #indexes = new Map<string, Map<string, string | Set<string>>>();

  constructor(indexers: Readonly<Record<string, Indexer<T>>> = {}) {
    this.#indexers = indexers;
    for (const name of Object.keys(indexers)) this.#indexes.set(name, new Map());
  }

  get size(): number {
    return this.#objects.size;
  }

  get(at: ObjectName): T | undefined {
    return this.#objects.get(keyOf(at));
  }

  values(): IterableIterator<T> {
    return this.#objects.values();
  }

  /** The objects that an index has under a name. */
  byIndex(index: string, value: string): readonly T[] {
    const keys = this.#indexes.get(index)?.get(value) ?? [];
    if (typeof keys === "string") {
      const object = this.#objects.get(keys);
      return object === undefined ? [] : [object];
    }
    return [...keys].flatMap((key) => this.#objects.get(key) ?? []);
  }

  /** Takes an object in, unless what is known is as new. @returns what changed, if anything did */
  put(object: T): Change<T> | undefined {
    const key = keyOf(nameIn(object));
    const before = this.#objects.get(key);
    if (before !== undefined && !isNewer(object, before)) return undefined;
    this.#index(key, before, object);
    this.#objects.set(key, object);
    return { object, ...(before !== undefined && { before }) };
  }

  /**
   * Takes an object out, unless one that came after it stands there.
   * @param upTo the version in which it went
   */
  remove(at: ObjectName, upTo: string): Change<T> | undefined {
    const key = keyOf(at);
    const before = this.#objects.get(key);
    if (before === undefined || compareVersions(upTo, versionOf(before)) < 0) return undefined;
    this.#index(key, before, undefined);
    this.#objects.delete(key);
    return { before };
  }

  /** Takes in all that there was at one version; what is missing in it and not newer is gone. */
  replace(objects: readonly T[], version: string): readonly Change<T>[] {
    const there = new Set(objects.map((object) => keyOf(nameIn(object))));
    const changes = objects.flatMap((object) => this.put(object) ?? []);
    for (const [key, object] of this.#objects)
      if (!there.has(key)) changes.push(...[this.remove(nameIn(object), version) ?? []].flat());
    return changes;
  }

  #index(key: string, before: T | undefined, after: T | undefined): void {
    for (const [name, indexer] of Object.entries(this.#indexers)) {
      const index = this.#indexes.get(name);
      if (index === undefined) continue;
      for (const value of before === undefined ? [] : indexer(before)) {
        const keys = index.get(value);
        if (keys === key) index.delete(value);
        if (keys === undefined || typeof keys === "string") continue;
        keys.delete(key);
        if (keys.size === 0) index.delete(value);
      }
      for (const value of after === undefined ? [] : indexer(after)) {
        const keys = index.get(value);
        if (keys === undefined) index.set(value, key);
        else if (typeof keys !== "string") keys.add(key);
        else if (keys !== key) index.set(value, new Set([keys, key]));
      }
    }
  }
}

/** `namespace/name`, or `/name`; neither may hold a slash. */
const keyOf = ({ namespace, name }: ObjectName): string => `${namespace ?? ""}/${name}`;

export function nameIn({ metadata }: KubernetesObject): ObjectName {
  const { name = "", namespace } = metadata;
  return namespace === undefined ? { name } : { name, namespace };
}

const versionOf = ({ metadata }: KubernetesObject): string => metadata.resourceVersion ?? "";

function isNewer(one: KubernetesObject, other: KubernetesObject): boolean {
  // Another UID is another object, and its version says which came later all the same.
  return compareVersions(versionOf(one), versionOf(other)) > 0;
}

/**
 * Orders resourceVersions. They are numbers of etcd's in every API server there is, and comparable since Kubernetes 1.35
 * by contract; one that is none counts as later, so that nothing new is ever dropped.
 */
function compareVersions(one: string, other: string): number {
  if (one === other) return 0;
  if (!/^\d+$/.test(one) || !/^\d+$/.test(other)) return 1;
  return one.length - other.length || (one < other ? -1 : 1);
}

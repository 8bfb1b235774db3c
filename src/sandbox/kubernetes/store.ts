import { nameOf, namespaceOf, type ApiObject } from "./object.ts";

export type EventType = "ADDED" | "MODIFIED" | "DELETED";

/** One change. `object` is the state after it (for DELETED the last one, with the revision of the deletion). */
export interface StoreEvent {
  readonly type: EventType;
  readonly resource: string;
  readonly revision: number;
  readonly object: ApiObject;
  readonly before: ApiObject | undefined;
}

export interface StoreOptions {
  /** How many changes stay known for watches and old lists; older ones are answered with 410. */
  readonly window?: number;
  /** Called with each change before anybody sees it. */
  readonly onEvent?: (event: StoreEvent) => void;
}

/** All objects by resource, namespace and name, one revision counter for all, and the last changes. */
export class Store {
  readonly #objects = new Map<string, Map<string, Map<string, ApiObject>>>();
  readonly #window: number;
  readonly #listeners = new Set<(event: StoreEvent) => void>();
  readonly #record: ((event: StoreEvent) => void) | undefined;
  #events: StoreEvent[] = [];
  #revision = 1;
  #oldest = 1;

  constructor(options: StoreOptions = {}) {
    this.#window = options.window ?? 20_000;
    this.#record = options.onEvent;
  }

  get revision(): number {
    return this.#revision;
  }

  /** The revision before the oldest change still known. */
  get oldestRevision(): number {
    return this.#oldest;
  }

  get(resource: string, namespace: string, name: string): ApiObject | undefined {
    return this.#objects.get(resource)?.get(namespace)?.get(name);
  }

  /** Objects in order of `namespace/name`, of one namespace or of all (""). */
  list(resource: string, namespace = ""): readonly ApiObject[] {
    const byNamespace = this.#objects.get(resource);
    if (byNamespace === undefined) return [];
    if (namespace !== "") return [...(byNamespace.get(namespace)?.values() ?? [])].sort(byKey);
    return [...byNamespace.values()].flatMap((objects) => [...objects.values()]).sort(byKey);
  }

  resources(): readonly string[] {
    return [...this.#objects.keys()];
  }

  /** Every object of a namespace, whatever its kind, with its resource. */
  contents(namespace: string): readonly { readonly resource: string; readonly object: ApiObject }[] {
    return this.resources().flatMap((resource) =>
      this.list(resource, namespace).map((object) => ({ resource, object })),
    );
  }

  /** The list as it was at a revision, or undefined where that is forgotten. */
  listAt(resource: string, namespace: string, revision: number): readonly ApiObject[] | undefined {
    if (revision >= this.#revision) return this.list(resource, namespace);
    const later = this.eventsSince(revision);
    if (later === undefined) return undefined;
    const state = new Map(this.list(resource, namespace).map((object) => [keyOf(object), object]));
    for (const event of later.toReversed()) {
      if (event.resource !== resource) continue;
      if (namespace !== "" && namespaceOf(event.object) !== namespace) continue;
      if (event.before === undefined) state.delete(keyOf(event.object));
      else state.set(keyOf(event.before), event.before);
    }
    return [...state.keys()].sort().map((key) => state.get(key) as ApiObject);
  }

  /** The changes after a revision, oldest first, or undefined where some of them are forgotten. */
  eventsSince(revision: number): readonly StoreEvent[] | undefined {
    if (revision < this.#oldest) return undefined;
    let from = this.#events.length;
    while (from > 0 && (this.#events[from - 1] as StoreEvent).revision > revision) from -= 1;
    return this.#events.slice(from);
  }

  /** Stores an object, new or changed, and gives it the next revision. */
  put(resource: string, object: ApiObject): ApiObject {
    const objects = this.#place(resource, namespaceOf(object));
    const before = objects.get(nameOf(object));
    const stored = this.#stamp(object);
    objects.set(nameOf(object), stored);
    const type = before === undefined ? "ADDED" : "MODIFIED";
    this.#emit({ type, resource, revision: this.#revision, object: stored, before });
    return stored;
  }

  remove(resource: string, namespace: string, name: string): ApiObject | undefined {
    const objects = this.#objects.get(resource)?.get(namespace);
    const before = objects?.get(name);
    if (objects === undefined || before === undefined) return undefined;
    objects.delete(name);
    if (objects.size === 0) this.#objects.get(resource)?.delete(namespace);
    const last = this.#stamp(before);
    this.#emit({ type: "DELETED", resource, revision: this.#revision, object: last, before });
    return last;
  }

  /** Hears every change; returns what ends that. */
  subscribe(listener: (event: StoreEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Forgets all changes so far, as etcd does when it compacts. */
  compact(): void {
    this.#events = [];
    this.#oldest = this.#revision;
  }

  /** Puts back what a file kept, without telling anybody. */
  restore(revision: number, objects: Iterable<readonly [resource: string, object: ApiObject]>): void {
    for (const [resource, object] of objects) {
      this.#place(resource, namespaceOf(object)).set(nameOf(object), object);
    }
    this.#revision = revision;
    this.#oldest = revision;
  }

  *entries(): Iterable<readonly [resource: string, object: ApiObject]> {
    for (const resource of this.resources())
      for (const object of this.list(resource)) yield [resource, object];
  }

  #stamp(object: ApiObject): ApiObject {
    this.#revision += 1;
    const metadata = object["metadata"] as ApiObject;
    return { ...object, metadata: { ...metadata, resourceVersion: String(this.#revision) } };
  }

  #place(resource: string, namespace: string): Map<string, ApiObject> {
    const byNamespace = getOrMake(this.#objects, resource, () => new Map<string, Map<string, ApiObject>>());
    return getOrMake(byNamespace, namespace, () => new Map<string, ApiObject>());
  }

  #emit(event: StoreEvent): void {
    this.#record?.(event);
    this.#events.push(event);
    if (this.#events.length >= this.#window * 2) {
      this.#events = this.#events.slice(-this.#window);
      this.#oldest = (this.#events[0] as StoreEvent).revision - 1;
    }
    for (const listener of this.#listeners) listener(event);
  }
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}

/** `namespace/name`, by which lists are ordered; `/name` for what has no namespace. */
export function keyOf(object: ApiObject): string {
  return `${namespaceOf(object)}/${nameOf(object)}`;
}

function byKey(a: ApiObject, b: ApiObject): number {
  const [left, right] = [keyOf(a), keyOf(b)];
  return left < right ? -1 : Number(left > right);
}

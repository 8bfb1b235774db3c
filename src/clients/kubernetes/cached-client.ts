import { isError } from "../../model/errors.ts";
import type { Absence } from "./absence.ts";
import type { KubernetesClient } from "./client.ts";
import type { Informer } from "./informer.ts";
import type { ListOptions, ObjectList } from "./list.ts";
import type { KubernetesObject, ObjectName } from "./object.ts";
import { RecentAnswers } from "./recent-answers.ts";
import type { Resource } from "./resources.ts";
import { fieldTest, labelTest, type Test } from "./selector.ts";
import { nameIn } from "./store.ts";

/** What the informers of a cached client have to hold: the cache is for whoever reads the whole object. */
export interface CachedInformers {
  /** Answer reads. They must select nothing: what they do not have is not there. */
  readonly reading: readonly Informer<KubernetesObject>[];
  /**
   * Take in what is written, so that their handlers hear of others' changes alone, and tell the metadata of what they
   * select.
   */
  readonly listening: readonly Informer<KubernetesObject>[];
  /** What is known not to be there, of objects that are only listened to. */
  readonly absence?: Absence;
}

/**
 * The same client, whose reads of what informers know are answered from memory. Its own writes are known at once; a write
 * that the server refuses because something else is there by now reads that object anew, so that who plans again sees it.
 * Whatever the informers can not answer goes to the server.
 */
export function cachedClient(client: KubernetesClient, informers: CachedInformers): KubernetesClient {
  const { absence } = informers;
  const all = [...informers.reading, ...informers.listening];
  const recent = new RecentAnswers(() => performance.now());
  const reader = (resource: Resource): Informer<KubernetesObject> | undefined =>
    informers.reading.find((i) => isSame(i.resource, resource) && i.isSynced);
  const known = (resource: Resource, object: KubernetesObject): void => {
    for (const informer of all)
      // The write that takes an object's last finalizer ends it: the watch tells of that, maybe before the answer is here.
      if (isSame(informer.resource, resource) && isSelected(informer, object) && !isEnded(object))
        informer.put(object);
  };

  const bare = (resource: Resource): Informer<KubernetesObject> | undefined =>
    informers.listening.find((i) => isSame(i.resource, resource) && i.options.metadataOnly === true);
  const watched = (resource: Resource, at: ObjectName): KubernetesObject | undefined =>
    (reader(resource) ?? bare(resource))?.get(at);
  /** Keeps the body of what is known by its metadata alone, for the next read: the proof that follows a plan or a write. */
  const remember = (resource: Resource, object: KubernetesObject): void => {
    const informer = bare(resource);
    if (informer !== undefined && isSelected(informer, object)) recent.keep(resource, nameIn(object), object);
  };
  /** A body that the server answered with, while the watch tells of nothing newer. */
  const answered = (resource: Resource, at: ObjectName): KubernetesObject | undefined =>
    recent.take(resource, at, watched(resource, at)?.metadata.resourceVersion);

  async function refresh(resource: Resource, at: ObjectName, signal: AbortSignal): Promise<void> {
    const informer = reader(resource);
    if (informer === undefined) return;
    const fresh = await client.get(resource, at, signal);
    if (fresh === undefined) informer.drop(at);
    else informer.put(fresh);
  }

  async function write<T extends KubernetesObject>(
    resource: Resource,
    at: ObjectName,
    signal: AbortSignal,
    send: () => Promise<T>,
  ): Promise<T> {
    // Under load the watch is often faster than the answer; one's own writes would come back as somebody's.
    const ends = all.filter((informer) => isSame(informer.resource, resource)).map((i) => i.hold(at));
    let version: string | undefined;
    try {
      const answer = await send();
      version = answer.metadata.resourceVersion;
      known(resource, answer);
      remember(resource, answer);
      return answer;
    } catch (thrown) {
      if (
        isError(thrown, "KUBERNETES_ALREADY_EXISTS") &&
        absence &&
        isSame(absence.informer.resource, resource)
      )
        absence.doubt(at);
      if (isError(thrown, "KUBERNETES_CONFLICT", "KUBERNETES_ALREADY_EXISTS", "KUBERNETES_NOT_FOUND"))
        // What was thrown says more than a read that fails too.
        await refresh(resource, at, signal).catch(() => undefined);
      throw thrown;
    } finally {
      for (const end of ends) end(version);
    }
  }

  return {
    ...client,
    watched,
    get: async <T extends KubernetesObject>(resource: Resource, at: ObjectName, signal: AbortSignal) => {
      signal.throwIfAborted();
      const informer = reader(resource);
      if (informer !== undefined) return informer.get(at) as T | undefined;
      const known = answered(resource, at);
      if (known !== undefined) return known as T;
      const isAbsences = absence !== undefined && isSame(absence.informer.resource, resource);
      if (isAbsences && absence.isAbsent(at)) return undefined;
      const found = await client.get<T>(resource, at, signal);
      if (found !== undefined) remember(resource, found);
      else if (isAbsences) absence.settle(at);
      return found;
    },
    list: async <T extends KubernetesObject>(resource: Resource, options: ListOptions) => {
      const informer = reader(resource);
      const answer = informer && listed<T>(informer, options);
      return answer ?? client.list<T>(resource, options);
    },
    listMetadata: async (resource, options) => {
      const informer = all.find((i) => isSame(i.resource, resource) && i.isSynced && covers(i, options));
      const answer = informer && listed(informer, options);
      return answer ?? client.listMetadata(resource, options);
    },
    create: (resource, object, options) =>
      write(resource, nameIn(object), options.signal, () => client.create(resource, object, options)),
    apply: (resource, object, options) =>
      write(resource, nameIn(object), options.signal, () => client.apply(resource, object, options)),
    applyStatus: (resource, object, options) =>
      write(resource, nameIn(object), options.signal, () => client.applyStatus(resource, object, options)),
    patch: <T extends KubernetesObject>(...[resource, at, type, body, options]: PatchArguments) =>
      write(resource, at, options.signal, () => client.patch<T>(resource, at, type, body, options)),
    replace: (resource, object, options) =>
      write(resource, nameIn(object), options.signal, () => client.replace(resource, object, options)),
  };
}

type PatchArguments = Parameters<KubernetesClient["patch"]>;

const isEnded = ({ metadata }: KubernetesObject): boolean =>
  metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).length === 0;

const isSame = (one: Resource, other: Resource): boolean =>
  one.plural === other.plural && one.group === other.group;

function isSelected({ options }: Informer<KubernetesObject>, object: KubernetesObject): boolean {
  const { namespace, labelSelector, fieldSelector } = options;
  if (namespace !== undefined && object.metadata.namespace !== namespace) return false;
  if (fieldSelector !== undefined && fieldTest(fieldSelector)?.(object) !== true) return false;
  return labelSelector === undefined || labelTest(labelSelector)?.(object) === true;
}

/** Whether an informer has everything that a list asks for: each term of its selector stands in the list's, or follows. */
function covers({ options }: Informer<KubernetesObject>, list: ListOptions): boolean {
  if (options.namespace !== undefined && options.namespace !== list.namespace) return false;
  if (options.fieldSelector !== undefined) return false;
  const asked = new Set((list.labelSelector ?? "").split(",").flatMap((term) => [term, term.split("=")[0]]));
  return (options.labelSelector?.split(",") ?? []).every((term) => asked.has(term));
}

/** @returns undefined where a selector is one that only the server can tell */
function listed<T extends KubernetesObject>(
  informer: Informer<KubernetesObject>,
  { namespace, labelSelector, fieldSelector, until, signal }: ListOptions,
): ObjectList<T> | undefined {
  signal.throwIfAborted();
  const all: Test = () => true;
  const byLabel = labelSelector === undefined ? all : labelTest(labelSelector);
  const byField = fieldSelector === undefined ? all : fieldTest(fieldSelector);
  if (byLabel === undefined || byField === undefined) return undefined;
  const items: T[] = [];
  for (const object of informer.among({ namespace, labelSelector })) {
    if (namespace !== undefined && object.metadata.namespace !== namespace) continue;
    if (!byLabel(object) || !byField(object)) continue;
    items.push(object as T);
    if (until?.(object) === true) break;
  }
  return { items, resourceVersion: "" };
}

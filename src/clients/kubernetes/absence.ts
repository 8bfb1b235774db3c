import { setTimeout as sleep } from "node:timers/promises";
import { fromUnknown, type MoorlineError } from "../../model/errors.ts";
import type { KubernetesClient } from "./client.ts";
import type { Informer } from "./informer.ts";
import type { KubernetesObject, ObjectName } from "./object.ts";
import { resourceName } from "./resources.ts";
import { nameIn } from "./store.ts";

/** Tells of which objects it can be taken that they are not there. */
export interface Absence {
  readonly informer: Informer<KubernetesObject>;
  /**
   * Whether there was none at the last look, and no sign of one since. Somebody may have made one a moment ago: whoever
   * relies on this must create, which the server refuses where there is one, and never replace.
   */
  isAbsent(at: ObjectName): boolean;
  /** Something is there, or may be, that the informer does not select. */
  doubt(at: ObjectName): void;
  /** The server said that there is none. */
  settle(at: ObjectName): void;
  /** Resolves when it was first tried to find out; until it was, nothing is taken for absent. */
  readonly ready: Promise<void>;
}

export interface AbsenceOptions {
  /** The one name that is known of, in every namespace. */
  readonly name: string;
  /** Selects those that the informer does not; all of the name are read where absent. */
  readonly labelSelector?: string;
  readonly signal: AbortSignal;
  readonly onTrouble?: (error: MoorlineError) => void;
  /** First wait after a failure, doubled up to a minute; default 500 ms. */
  readonly retryMs?: number;
}

/**
 * An informer of some objects says nothing of the others. One list at the beginning tells where others of a name are; with
 * it ten thousand namespaces need not be asked one by one whether they have none.
 */
export function startAbsence(
  client: KubernetesClient,
  informer: Informer<KubernetesObject>,
  { name, labelSelector, signal, onTrouble, retryMs = 500 }: AbsenceOptions,
): Absence {
  const doubted = new Set<string>();
  const keyOf = ({ namespace = "" }: ObjectName): string => namespace;
  const doubt = (at: ObjectName): void => {
    if (at.name === name) doubted.add(keyOf(at));
  };
  let isListed = false;
  const ready = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => ready.resolve(), { once: true });
  informer.onChange(({ object, before }) => {
    // It may be gone, or only not selected any more.
    if (object === undefined && before !== undefined) doubt(nameIn(before));
  });

  async function list(): Promise<void> {
    const { items } = await client.listMetadata(informer.resource, {
      fieldSelector: `metadata.name=${name}`,
      ...(labelSelector !== undefined && { labelSelector }),
      // Creating finds out what came a moment ago.
      mayBeOld: true,
      keep: ({ metadata }) => ({ metadata: nameIn({ metadata }) }),
      signal,
    });
    await informer.synced(signal);
    for (const { metadata } of items) {
      const at = nameIn({ metadata });
      if (informer.get(at) === undefined) doubt(at);
    }
    isListed = true;
  }

  async function run(): Promise<void> {
    for (let failures = 0; !signal.aborted && !isListed; failures++) {
      try {
        await list();
        ready.resolve();
      } catch (thrown) {
        if (signal.aborted) return;
        ready.resolve();
        onTrouble?.(fromUnknown(thrown, resourceName(informer.resource)));
        const wait = Math.min(longestWaitMs, retryMs * 2 ** Math.min(failures, 10));
        // Aborting ends the wait; the loop sees it.
        await sleep(wait, undefined, { signal }).catch(() => undefined);
      }
    }
  }
  void run();

  return {
    informer,
    isAbsent: (at) =>
      isListed &&
      informer.isSynced &&
      at.name === name &&
      !doubted.has(keyOf(at)) &&
      informer.get(at) === undefined,
    ready: ready.promise,
    doubt,
    settle: (at) => void (at.name === name && doubted.delete(keyOf(at))),
  };
}

const longestWaitMs = 60_000;

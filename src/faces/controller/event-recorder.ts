import { createHash } from "node:crypto";
import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import type { KubernetesObject } from "../../clients/kubernetes/object.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import type { Clock } from "../../engine/world.ts";
import { fromUnknown, isError, type MoorlineError } from "../../model/errors.ts";

/** What an event is about. */
export interface EventSubject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: KubernetesObject["metadata"];
}

interface Told {
  readonly name: string;
  readonly since: number;
  count: number;
  writtenAt: number;
}

/** The same news within this is one event whose count goes up. */
const togetherMs = 600_000;
/** And that is written no more often than this. */
const quietMs = 30_000;
const mostRemembered = 2_000;
const longestMessage = 1024;

/**
 * Tells people what happens to documents, as events of core/v1 that `kubectl describe` shows. News of one reason about one
 * object is one event in ten minutes. An event that can not be written is lost: nothing waits for it.
 */
export class EventRecorder {
  readonly #client: KubernetesClient;
  readonly #clock: Clock;
  readonly #instance: string;
  readonly #onTrouble: (error: MoorlineError) => void;
  readonly #told = new Map<string, Told>();

  constructor(
    client: KubernetesClient,
    clock: Clock,
    instance: string,
    onTrouble: (error: MoorlineError) => void,
  ) {
    this.#client = client;
    this.#clock = clock;
    this.#instance = instance;
    this.#onTrouble = onTrouble;
  }

  async record(
    about: EventSubject,
    type: "Normal" | "Warning",
    reason: string,
    message: string,
    signal: AbortSignal,
  ): Promise<void> {
    const now = this.#clock.now().getTime();
    const key = `${about.metadata.uid ?? about.metadata.name}/${type}/${reason}`;
    const known = this.#told.get(key);
    try {
      if (known !== undefined && now - known.since < togetherMs) {
        known.count++;
        if (now - known.writtenAt < quietMs) return;
        known.writtenAt = now;
        if (await this.#raise(known, message, signal)) return;
      }
      await this.#create(key, about, type, reason, message, signal);
    } catch (thrown) {
      if (!signal.aborted) this.#onTrouble(fromUnknown(thrown, `Event ${reason}`));
    }
  }

  async #raise(known: Told, message: string, signal: AbortSignal): Promise<boolean> {
    const body = {
      count: known.count,
      lastTimestamp: this.#clock.now().toISOString(),
      message: message.slice(0, longestMessage),
    };
    const at = { namespace: "default", name: known.name };
    try {
      await this.#client.patch(resources.events, at, "merge", body, { signal });
      return true;
    } catch (thrown) {
      // Events live for an hour; one that is gone is made anew.
      if (isError(thrown, "KUBERNETES_NOT_FOUND")) return false;
      throw thrown;
    }
  }

  async #create(
    key: string,
    about: EventSubject,
    type: string,
    reason: string,
    message: string,
    signal: AbortSignal,
  ): Promise<void> {
    const now = this.#clock.now();
    const digest = createHash("sha256").update(`${key}/${now.getTime()}/${this.#instance}`).digest("hex");
    const name = `${(about.metadata.name ?? "").slice(0, 200)}.${digest.slice(0, 16)}`;
    const { uid, resourceVersion } = about.metadata;
    const time = now.toISOString();
    // What is not in a namespace has its events in `default`.
    const event = {
      metadata: { name, namespace: "default" },
      involvedObject: {
        apiVersion: about.apiVersion,
        kind: about.kind,
        name: about.metadata.name,
        ...(uid !== undefined && { uid }),
        ...(resourceVersion !== undefined && { resourceVersion }),
      },
      type,
      reason,
      message: message.slice(0, longestMessage),
      count: 1,
      firstTimestamp: time,
      lastTimestamp: time,
      source: { component: "moorline-controller", host: this.#instance },
    };
    if (this.#told.size >= mostRemembered) this.#told.delete(this.#told.keys().next().value ?? "");
    this.#told.set(key, { name, since: now.getTime(), count: 1, writtenAt: now.getTime() });
    await this.#client.create(resources.events, event, { signal });
  }
}

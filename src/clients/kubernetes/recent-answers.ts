import type { KubernetesObject, ObjectName } from "./object.ts";
import { resourceName, type Resource } from "./resources.ts";

/** What a server answered with, kept for the one read that follows most answers. */
export class RecentAnswers {
  readonly #answers = new Map<string, { readonly object: KubernetesObject; readonly at: number }>();
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;

  /** @param now milliseconds of a clock that nobody sets */
  constructor(now: () => number) {
    this.#now = now;
  }

  keep(resource: Resource, at: ObjectName, object: KubernetesObject): void {
    const now = this.#now();
    const key = keyOf(resource, at);
    this.#answers.delete(key);
    this.#answers.set(key, { object, at: now });
    this.#sweep();
  }

  /** Gives an answer away, if it is of this version; it is not kept any longer in any case. */
  take(resource: Resource, at: ObjectName, version: string | undefined): KubernetesObject | undefined {
    const key = keyOf(resource, at);
    const found = this.#answers.get(key);
    if (found === undefined) return undefined;
    this.#answers.delete(key);
    const isNow = version !== undefined && found.object.metadata.resourceVersion === version;
    return isNow && this.#now() - found.at < keptMs ? found.object : undefined;
  }

  /** What nobody read is not held for long, for it may be a secret. They stand in the order in which they came. */
  #sweep(): void {
    const now = this.#now();
    for (const [old, answer] of this.#answers) {
      if (now - answer.at < keptMs && this.#answers.size <= mostKept) break;
      this.#answers.delete(old);
    }
    if (this.#answers.size === 0 || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#sweep();
    }, keptMs).unref();
  }
}

const keptMs = 30_000;
const mostKept = 2_000;

const keyOf = (resource: Resource, { namespace = "", name }: ObjectName): string =>
  `${resourceName(resource)} ${namespace}/${name}`;

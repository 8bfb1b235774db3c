import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import { startInformer } from "../../clients/kubernetes/informer.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import type { MoorlineError } from "../../model/errors.ts";

/** `namespace/name` of each Secret that a document reads, wherever in it: all of them are called `secretRef`. */
export function secretsNamedIn(spec: unknown): readonly string[] {
  if (typeof spec !== "object" || spec === null) return [];
  return Object.entries(spec).flatMap(([key, value]: [string, unknown]) => {
    const place = key === "secretRef" ? placeOf(value) : undefined;
    return place === undefined ? secretsNamedIn(value) : [place];
  });
}

function placeOf(reference: unknown): string | undefined {
  if (typeof reference !== "object" || reference === null) return undefined;
  const { namespace, name } = reference as { readonly namespace?: unknown; readonly name?: unknown };
  return typeof namespace === "string" && typeof name === "string" ? `${namespace}/${name}` : undefined;
}

export interface NamedSecretsOptions {
  readonly client: KubernetesClient;
  /** Ends all watches. */
  readonly signal: AbortSignal;
  readonly onTrouble: (error: MoorlineError) => void;
  /** Told of the documents that name a Secret which came, changed or went. */
  readonly onChange: (documents: readonly string[]) => void;
  /** Watches at most; default 64. Each is a connection. */
  readonly most?: number;
}

/**
 * Follows the Secrets that documents name, each by a watch of its own, and of each its metadata: a cluster's other Secrets
 * are not read, however many there are.
 */
export class NamedSecrets {
  readonly #options: NamedSecretsOptions;
  readonly #places = new Map<string, readonly string[]>();
  readonly #watches = new Map<string, AbortController>();

  constructor(options: NamedSecretsOptions) {
    this.#options = options;
  }

  /** Takes in which Secrets a document names now; none where it is gone. */
  set(document: string, places: readonly string[]): void {
    const before = this.#places.get(document) ?? [];
    if (places.length === 0) this.#places.delete(document);
    else this.#places.set(document, [...new Set(places)]);
    for (const place of places) this.#follow(place);
    for (const place of before) if (this.#namersOf(place).length === 0) this.#leave(place);
  }

  #namersOf(place: string): readonly string[] {
    return [...this.#places].filter(([, places]) => places.includes(place)).map(([document]) => document);
  }

  #follow(place: string): void {
    const { client, signal, onTrouble, onChange, most = 64 } = this.#options;
    if (this.#watches.has(place) || this.#watches.size >= most) return;
    const stop = new AbortController();
    this.#watches.set(place, stop);
    const [namespace = "", name = ""] = place.split("/");
    const informer = startInformer(client, resources.secrets, {
      namespace,
      fieldSelector: `metadata.name=${name}`,
      metadataOnly: true,
      signal: AbortSignal.any([signal, stop.signal]),
      onTrouble,
    });
    informer.onChange(() => {
      // What is there when it begins is what the first look reads.
      if (informer.isSynced) onChange(this.#namersOf(place));
    });
  }

  #leave(place: string): void {
    this.#watches.get(place)?.abort();
    this.#watches.delete(place);
  }
}

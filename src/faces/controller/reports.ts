import { isError, fromUnknown } from "../../model/errors.ts";
import type { ProjectBindingSpec } from "../../kinds/project-binding/schema.ts";
import { apiVersion } from "../../model/kind-schema.ts";
import { message, render } from "../../text/message.ts";
import { workspaceLabel, type BindingIndex } from "./bindings.ts";
import { fieldManager, kindIn, resourceNamed, type DocumentObject } from "./documents.ts";
import type { EventRecorder } from "./event-recorder.ts";
import { namespaceIn, type Failing } from "./failing.ts";
import type { ShiftOptions } from "./options.ts";
import { isNews, statusOf, wasReady, type DocumentStatus, type Learned } from "./status.ts";

export interface ReportsOptions extends ShiftOptions {
  readonly events: EventRecorder;
  readonly index: () => BindingIndex;
}

/** What a look says of a document; the rest is known here. */
export type News = Omit<Learned, "generation" | "now" | "language" | "projects">;

/** Tells in the cluster how looks went: status and events of documents. */
export class Reports {
  readonly #options: ReportsOptions;

  constructor(options: ReportsOptions) {
    this.#options = options;
  }

  /** As it is known now. */
  statusOf(name: string, object: DocumentObject): DocumentStatus {
    return (this.#options.sight.documents.object(name) ?? object).status ?? {};
  }

  /** Writes a document's status, where there is news. @returns whether it became ready by it */
  async write(name: string, object: DocumentObject, learned: News): Promise<boolean> {
    const { sight, clock, language, onTrouble, term, metrics, kinds } = this.#options;
    const before = this.statusOf(name, object);
    const generation = object.metadata.generation ?? 0;
    const projects = this.#projectsOf(name, learned.failing);
    const status = statusOf(before, {
      ...learned,
      generation,
      now: clock.now(),
      language,
      ...(projects !== undefined && { projects }),
    });
    metrics.ready.set(byDocument(name), learned.proved ? 1 : 0);
    if (!isNews(before, status)) return false;
    const { name: of = "", uid } = object.metadata;
    try {
      await sight.client.applyStatus(
        resourceNamed(kinds, kindIn(name)),
        { metadata: { name: of, ...(uid !== undefined && { uid }) }, status } as never,
        { signal: term.lost, force: true, fieldManager },
      );
    } catch (thrown) {
      // It went while it was looked at.
      if (isError(thrown, "KUBERNETES_NOT_FOUND", "KUBERNETES_CONFLICT")) return false;
      if (!term.ending.aborted) onTrouble(fromUnknown(thrown, name));
      return false;
    }
    return learned.proved && !wasReady(before);
  }

  /** The last look found all as it is asked for now. */
  isWell(name: string): boolean {
    const object = this.#options.sight.documents.object(name);
    if (object === undefined) return true;
    const status = this.statusOf(name, object);
    return wasReady(status) && status.observedGeneration === object.metadata.generation;
  }

  #projectsOf(name: string, failing: readonly Failing[]): DocumentStatus["projects"] {
    if (kindIn(name) !== "ProjectBinding") return undefined;
    const { sight, index } = this.#options;
    const binding = name.slice(name.indexOf("/") + 1);
    const bindings = index();
    const object = sight.documents.object(name);
    const parsed = object && sight.documents.parse(name, object);
    const workspace =
      parsed !== undefined && "document" in parsed
        ? (parsed.document.spec as ProjectBindingSpec).projects.workspace
        : undefined;
    let bound = 0;
    for (const namespace of sight.namespaces.among(
      workspace === undefined ? {} : { labelSelector: `${workspaceLabel}=${workspace}` },
    ))
      if (namespace.metadata.deletionTimestamp === undefined && bindings.of(namespace).includes(binding))
        bound++;
    return { bound, failing: new Set(failing.map((f) => namespaceIn(f))).size };
  }

  /** What a person should hear of a look: what fails, or that something was done. */
  async news(
    name: string,
    object: DocumentObject,
    steps: number,
    [first]: readonly Failing[],
  ): Promise<void> {
    if (first !== undefined)
      await this.event(name, object, "Warning", first.reason, `${first.subject}: ${first.message}`);
    else if (steps > 0)
      await this.event(
        name,
        object,
        "Normal",
        "Applied",
        render(message("controller.applied", { steps }), this.#options.language),
      );
  }

  async event(
    name: string,
    { metadata }: DocumentObject,
    type: "Normal" | "Warning",
    reason: string,
    text: string,
  ): Promise<void> {
    const { events, term } = this.#options;
    await events.record({ apiVersion, kind: kindIn(name), metadata }, type, reason, text, term.lost);
  }
}

const byDocument = (name: string): { readonly document: string } => ({ document: name });

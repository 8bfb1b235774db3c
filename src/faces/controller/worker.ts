import { isError, fromUnknown, type MoorlineError } from "../../model/errors.ts";
import type { DueDate } from "../../engine/due-date.ts";
import type { Document } from "../../model/document.ts";
import { apiVersion } from "../../model/kind-schema.ts";
import { message, render } from "../../text/message.ts";
import type { ProjectBindingSpec } from "../../kinds/project-binding/schema.ts";
import { workspaceLabel, type BindingIndex } from "./bindings.ts";
import { resourceOfKind, type DocumentObject } from "./documents.ts";
import type { EventRecorder } from "./event-recorder.ts";
import { podWorld } from "./pod-world.ts";
import type { Ending } from "./queue.ts";
import { reconcile, type Look } from "./reconcile.ts";
import type { ShiftOptions } from "./options.ts";
import { Gauges } from "./gauges.ts";
import {
  failingOf,
  isNews,
  retryOf,
  statusOf,
  type DocumentStatus,
  type Failing,
  type Learned,
} from "./status.ts";

export interface WorkerOptions extends ShiftOptions {
  readonly events: EventRecorder;
  readonly index: () => BindingIndex;
  /** Asks for a whole look at a document. */
  readonly wake: (name: string) => void;
}

/** Holds a document in the cluster until what it made is taken away. */
const finalizer = "moorline.io/removal";
const fieldManager = "moorline-controller";
/** What only a person can mend is looked at again after this, for a change that no watch tells of. */
const slowlyMs = 600_000;

/** Looks at one document, or at some projects of one, and tells how it went: status, events, metrics. */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #gauges: Gauges;
  /** What failed at the last look, by document. */
  readonly #failing = new Map<string, readonly Failing[]>();
  /** Whole looks under way, and whether something that they wait for came meanwhile. */
  readonly #looking = new Map<string, { isHelped: boolean }>();

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#gauges = new Gauges(options.metrics);
  }

  /** Looks at all of a document. */
  async whole(name: string): Promise<Ending> {
    const look = { isHelped: false };
    this.#looking.set(name, look);
    try {
      return await this.#whole(name);
    } finally {
      this.#looking.delete(name);
      if (look.isHelped && !this.#isWell(name)) this.#options.wake(name);
    }
  }

  async #whole(name: string): Promise<Ending> {
    const { sight, metrics, elapsed } = this.#options;
    const object = sight.documents.object(name);
    if (object === undefined) {
      this.#failing.delete(name);
      this.#gauges.forget(name);
      return { type: "done" };
    }
    const began = elapsed();
    const parsed = sight.documents.parse(name, object);
    const isGoing = object.metadata.deletionTimestamp !== undefined;
    if (isGoing && object.metadata.finalizers?.includes(finalizer) !== true) return { type: "done" };
    const look =
      "error" in parsed
        ? parsed
        : isGoing
          ? await this.#remove(name, object, parsed.document)
          : await this.#make(object, parsed.document);
    if (look === "gone") return { type: "done" };
    const result = "error" in look ? look.error.code : look.result.outcome;
    metrics.reconcile.observe({ kind: kindIn(name), extent: "all", result }, (elapsed() - began) / 1000);
    return this.#tell(name, object, look);
  }

  /** Looks at some projects of a binding alone. */
  async projects(name: string, namespaces: ReadonlySet<string>): Promise<Ending> {
    const { sight, metrics, elapsed, language, term } = this.#options;
    const object = sight.documents.object(name);
    if (object === undefined || object.metadata.deletionTimestamp !== undefined) return { type: "done" };
    const parsed = sight.documents.parse(name, object);
    if ("error" in parsed) return { type: "done" };
    const began = elapsed();
    const look = await reconcile(parsed.document, "apply", { namespaces }, this.#context(), term);
    const result = "error" in look ? look.error.code : look.result.outcome;
    metrics.reconcile.observe({ kind: kindIn(name), extent: "projects", result }, (elapsed() - began) / 1000);
    if ("error" in look) return failed(look.error);
    if (look.result.outcome === "stopped") return { type: "done" };
    const known = this.#failing.get(name);
    const found = failingOf(look.result, look.findings, language);
    const retry = retryOf(look.result);
    // Before the first look at everything nothing can be said of the rest.
    if (known !== undefined) {
      const failing = [
        ...known.filter((f) => !isAbout(f, namespaces)),
        ...found.filter((f) => isAbout(f, namespaces)),
      ];
      this.#failing.set(name, failing);
      const proved = failing.length === 0 && wasReady(this.#statusOf(name, object));
      // What fails for all projects alike is for a look at everything to tell, and to find mended.
      if (found.some((f) => !isAbout(f, namespaces))) {
        if (known.length === 0) this.#options.wake(name);
      } else if (proved || failing.length > 0)
        await this.#writeStatus(name, object, {
          failing,
          retry: proved ? undefined : (retry ?? "later"),
          proved,
        });
      // The last of its projects was mended: a look at everything proves that all is well.
      else if (known.length > 0) this.#options.wake(name);
    }
    await this.#news(name, object, look.result.stepsDone, found);
    if (retry === undefined) return { type: "done" };
    return { type: "failed", retry, ...longestAsked(look.result.failures.map((f) => f.error)) };
  }

  #context() {
    const { sight, kinds, world } = this.#options;
    return { client: sight.client, documents: sight.documents, kinds, world: podWorld(world, sight.client) };
  }

  async #make(object: DocumentObject, document: Document): Promise<Look> {
    const { metadata } = object;
    if (metadata.finalizers?.includes(finalizer) !== true)
      await this.#setFinalizers(object, document.kind, [...(metadata.finalizers ?? []), finalizer]);
    return reconcile(document, "apply", undefined, this.#context(), this.#options.term);
  }

  async #remove(name: string, object: DocumentObject, document: Document): Promise<Look | "gone"> {
    const { sight, term, language } = this.#options;
    const dependents = sight.documents.dependents(name);
    if (dependents.length > 0) {
      const names = dependents.slice(0, 10).join(", ");
      const text = render(message("controller.waitsForDependents", { names }), language);
      await this.#writeStatus(name, object, {
        failing: [{ subject: name, reason: "WaitsForDependents", message: text }],
        retry: "later",
        proved: false,
      });
      // Whoever goes last wakes it.
      return "gone";
    }
    const look = await reconcile(document, "remove", undefined, this.#context(), term);
    if ("error" in look) return look;
    const { outcome } = look.result;
    if (outcome !== "changed" && outcome !== "unchanged") return look;
    const left = (object.metadata.finalizers ?? []).filter((f) => f !== finalizer);
    await this.#setFinalizers(object, document.kind, left);
    return "gone";
  }

  async #setFinalizers(object: DocumentObject, kind: string, finalizers: readonly string[]): Promise<void> {
    const { sight, term } = this.#options;
    const { name = "" } = object.metadata;
    const fresh = sight.documents.object(`${kind}/${name}`) ?? object;
    const body = { metadata: { resourceVersion: fresh.metadata.resourceVersion, finalizers } };
    try {
      await sight.client.patch(this.#resourceOf(kind), { name }, "merge", body, {
        signal: term.lost,
        fieldManager,
      });
    } catch (thrown) {
      if (!isError(thrown, "KUBERNETES_NOT_FOUND")) throw thrown;
    }
  }

  /** Writes down how a whole look ended, and decides when the next one is. */
  async #tell(name: string, object: DocumentObject, look: Look): Promise<Ending> {
    const { language, resyncMs, random, clock } = this.#options;
    if ("error" in look) {
      this.#failing.set(name, []);
      await this.#writeStatus(name, object, {
        failing: [],
        error: look.error,
        retry: look.error.retry,
        proved: false,
      });
      await this.#event(name, object, "Warning", look.error.code, look.error.message);
      return failed(look.error);
    }
    const { result, findings, dueDates } = look;
    if (result.outcome === "stopped") return { type: "done" };
    const failing = failingOf(result, findings, language);
    const retry = retryOf(result);
    this.#failing.set(name, failing);
    const proved = retry === undefined && failing.length === 0;
    await this.#writeStatus(name, object, { failing, retry, proved, ...(dueDates && { dueDates }) });
    this.#gauges.show(name, result.proofs, dueDates, clock.now(), proved);
    await this.#news(name, object, result.stepsDone, failing);
    const againMs = Math.min(
      resyncMs * (0.8 + 0.4 * random.fraction()),
      untilDue(dueDates ?? [], clock.now()),
    );
    if (retry === undefined) return { type: "done", againMs };
    return {
      type: "failed",
      retry,
      slowMs: Math.min(slowlyMs, againMs),
      ...longestAsked(result.failures.map((f) => f.error)),
    };
  }

  #statusOf(name: string, object: DocumentObject): DocumentStatus {
    return (this.#options.sight.documents.object(name) ?? object).status ?? {};
  }

  async #writeStatus(
    name: string,
    object: DocumentObject,
    learned: Omit<Learned, "generation" | "now" | "language" | "projects">,
  ): Promise<void> {
    const { sight, clock, language, onTrouble, term, metrics, wake } = this.#options;
    const before = this.#statusOf(name, object);
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
    if (!isNews(before, status)) return;
    const { name: of = "", uid } = object.metadata;
    try {
      await sight.client.applyStatus(
        this.#resourceOf(kindIn(name)),
        { metadata: { name: of, ...(uid !== undefined && { uid }) }, status } as never,
        { signal: term.lost, force: true, fieldManager },
      );
    } catch (thrown) {
      // It went while it was looked at.
      if (isError(thrown, "KUBERNETES_NOT_FOUND", "KUBERNETES_CONFLICT")) return;
      if (!term.ending.aborted) onTrouble(fromUnknown(thrown, name));
      return;
    }
    // What waits for this one may go on.
    if (learned.proved && !wasReady(before))
      for (const other of sight.documents.dependents(name)) {
        const look = this.#looking.get(other);
        if (look !== undefined) look.isHelped = true;
        else if (!this.#isWell(other)) wake(other);
      }
  }

  /** The last look found all as it is asked for now. */
  #isWell(name: string): boolean {
    const object = this.#options.sight.documents.object(name);
    if (object === undefined) return true;
    const status = this.#statusOf(name, object);
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
  async #news(
    name: string,
    object: DocumentObject,
    steps: number,
    [first]: readonly Failing[],
  ): Promise<void> {
    if (first !== undefined)
      await this.#event(name, object, "Warning", first.reason, `${first.subject}: ${first.message}`);
    else if (steps > 0)
      await this.#event(
        name,
        object,
        "Normal",
        "Applied",
        render(message("controller.applied", { steps }), this.#options.language),
      );
  }

  async #event(
    name: string,
    { metadata }: DocumentObject,
    type: "Normal" | "Warning",
    reason: string,
    text: string,
  ): Promise<void> {
    const { events, term } = this.#options;
    await events.record({ apiVersion, kind: kindIn(name), metadata }, type, reason, text, term.lost);
  }

  #resourceOf(kind: string) {
    const found = this.#options.kinds.find((k) => k.schema.kind === kind);
    if (found === undefined) throw fromUnknown(`no such kind: ${kind}`, kind);
    return resourceOfKind(found.schema);
  }
}

const kindIn = (name: string): string => name.slice(0, name.indexOf("/"));
const byDocument = (name: string): { readonly document: string } => ({ document: name });

/** `Secret/demo/harbor`, `ServiceAccount/demo/default`, `robots of demo`: the namespace that a failure is in. */
function namespaceIn({ subject }: Failing): string {
  return (
    /^(?:Secret|ServiceAccount)\/([^/]+)\//.exec(subject)?.[1] ??
    /^robots of (\S+)$/.exec(subject)?.[1] ??
    subject
  );
}

const isAbout = (failing: Failing, namespaces: ReadonlySet<string>): boolean =>
  namespaces.has(namespaceIn(failing));

const wasReady = ({ conditions }: DocumentStatus): boolean =>
  conditions?.some((c) => c.type === "Ready" && c.status === "True") === true;

const failed = (error: MoorlineError): Ending => ({
  type: "failed",
  retry: error.retry,
  slowMs: slowlyMs,
  ...longestAsked([error]),
});

function longestAsked(errors: readonly MoorlineError[]): { readonly retryAfterSeconds?: number } {
  const asked = Math.max(0, ...errors.map((e) => e.retryAfterSeconds ?? 0));
  return asked > 0 ? { retryAfterSeconds: asked } : {};
}

/** Milliseconds until the next thing is due; what is due already was renewed in this look, or could not be. */
function untilDue(dates: readonly DueDate[], now: Date): number {
  const due = dates.map((d) => Date.parse(d.dueAt ?? d.expiresAt ?? "")).filter((at) => at > now.getTime());
  // A second later, so that it is due by every clock's rounding.
  return due.length === 0 ? Infinity : Math.min(...due) - now.getTime() + 1000;
}

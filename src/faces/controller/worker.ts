import type { Document } from "../../model/document.ts";
import { message, render } from "../../text/message.ts";
import { kindIn, type DocumentObject } from "./documents.ts";
import { failed, longestAsked, slowlyMs, untilDue } from "./ending.ts";
import { failingOf, isAbout, retryOf, type Failing } from "./failing.ts";
import { hold, isHeld, release } from "./finalizer.ts";
import { Gauges } from "./gauges.ts";
import { podWorld } from "./pod-world.ts";
import type { Ending } from "./queue.ts";
import { reconcile, type Look } from "./reconcile.ts";
import { Reports, type News, type ReportsOptions } from "./reports.ts";
import { wasReady } from "./status.ts";

export interface WorkerOptions extends ReportsOptions {
  /** Asks for a whole look at a document. */
  readonly wake: (name: string) => void;
}

/** Looks at one document, or at some projects of one, and tells how it went: status, events, metrics. */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #gauges: Gauges;
  readonly #reports: Reports;
  /** What failed at the last look, by document. */
  readonly #failing = new Map<string, readonly Failing[]>();
  /** Whole looks under way, and whether something that they wait for came meanwhile. */
  readonly #looking = new Map<string, { isHelped: boolean }>();

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#gauges = new Gauges(options.metrics);
    this.#reports = new Reports(options);
  }

  /** Looks at all of a document. */
  async whole(name: string): Promise<Ending> {
    const look = { isHelped: false };
    this.#looking.set(name, look);
    try {
      return await this.#whole(name);
    } finally {
      this.#looking.delete(name);
      if (look.isHelped && !this.#reports.isWell(name)) this.#options.wake(name);
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
    if (isGoing && !isHeld(object)) return { type: "done" };
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
      const proved = failing.length === 0 && wasReady(this.#reports.statusOf(name, object));
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
    await this.#reports.news(name, object, look.result.stepsDone, found);
    if (retry === undefined) return { type: "done" };
    return { type: "failed", retry, ...longestAsked(look.result.failures.map((f) => f.error)) };
  }

  #context() {
    const { sight, kinds, world } = this.#options;
    return { client: sight.client, documents: sight.documents, kinds, world: podWorld(world, sight.client) };
  }

  async #make(object: DocumentObject, document: Document): Promise<Look> {
    await hold(document.kind, object, this.#options);
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
    await release(document.kind, object, this.#options);
    return "gone";
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
      await this.#reports.event(name, object, "Warning", look.error.code, look.error.message);
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
    await this.#reports.news(name, object, result.stepsDone, failing);
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

  async #writeStatus(name: string, object: DocumentObject, news: News): Promise<void> {
    if (!(await this.#reports.write(name, object, news))) return;
    // What waits for this one may go on.
    for (const other of this.#options.sight.documents.dependents(name)) {
      const look = this.#looking.get(other);
      if (look !== undefined) look.isHelped = true;
      else if (!this.#reports.isWell(other)) this.#options.wake(other);
    }
  }
}

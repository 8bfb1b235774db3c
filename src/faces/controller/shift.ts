import type { Change } from "../../clients/kubernetes/store.ts";
import type { KubernetesObject, ServiceAccount } from "../../clients/kubernetes/object.ts";
import { bindingLabel } from "../../kinds/project-binding/ownership.ts";
import type { ProjectBindingSpec } from "../../kinds/project-binding/schema.ts";
import { nameOfReference, type Document } from "../../model/document.ts";
import { fromUnknown } from "../../model/errors.ts";
import { BindingIndex } from "./bindings.ts";
import type { ShiftOptions } from "./options.ts";
import type { DocumentObject } from "./documents.ts";
import { NamedSecrets, secretsNamedIn } from "./named-secrets.ts";
import { EventRecorder } from "./event-recorder.ts";
import { WorkQueue, type Ending, type Task } from "./queue.ts";
import { Worker } from "./worker.ts";

const bindingKind = "ProjectBinding";
/** Namespaces that come within this are looked at together. */
const gatherMs = 30;
/** As how many projects a look at a whole document counts, when it is told that much was done. */
const wholeCounts = 10;
/** A look at a few projects mostly waits: for a service account to come, for Harbor to know a robot. */
const batchesPerWorker = 4;

/**
 * What a replica does while it leads: turns changes into tasks, and has them done. Projects of a binding have a queue of
 * their own, so that a long look at everything, or at a server that does not answer, holds up no new project.
 */
export class Shift {
  readonly #options: ShiftOptions;
  readonly #whole: WorkQueue;
  readonly #parts: WorkQueue;
  readonly #worker: Worker;
  readonly #secrets: NamedSecrets;
  #index: BindingIndex | undefined;

  constructor(options: ShiftOptions) {
    const { metrics, clock, elapsed, random, sight, identity, onTrouble } = options;
    const queue = (name: string): WorkQueue =>
      new WorkQueue({
        clock,
        elapsed,
        fraction: () => random.fraction(),
        onAdd: () => metrics.queueAdds.add({ queue: name }),
        onRetry: () => metrics.queueRetries.add({ queue: name }),
      });
    this.#options = options;
    this.#whole = queue("documents");
    this.#parts = queue("projects");
    this.#secrets = new NamedSecrets({
      client: sight.client,
      signal: options.term.ending,
      onTrouble,
      onChange: (documents) => this.#onNamedSecret(documents),
    });
    this.#worker = new Worker({
      ...options,
      events: new EventRecorder(sight.client, clock, identity, onTrouble),
      index: () => this.#bindings(),
      wake: (name) => this.#whole.add({ key: name }),
    });
  }

  get depth(): number {
    return this.#whole.depth + this.#parts.depth;
  }

  /** Looks at everything once, and then at what changes; ends when the term does and what is in hand is finished. */
  async work(): Promise<void> {
    const { sight, term, workers } = this.#options;
    const quit = [
      ...[...sight.documentInformers].map(([kind, informer]) =>
        informer.onChange((change) => this.#onDocument(kind, change)),
      ),
      sight.namespaces.onChange((change) => this.#onNamespace(change)),
      sight.accounts.onChange((change) => this.#onAccount(change)),
      sight.secrets.onChange((change) => this.#onSecret(change)),
    ];
    try {
      for (const name of sight.documents.names()) {
        this.#followSecrets(name);
        this.#addWhole(name);
      }
      const loop = async (queue: WorkQueue): Promise<void> => {
        while (!term.ending.aborted) await this.#next(queue);
      };
      const loops = (count: number, queue: WorkQueue) => Array.from({ length: count }, () => loop(queue));
      await Promise.all([...loops(workers, this.#whole), ...loops(workers * batchesPerWorker, this.#parts)]);
    } finally {
      for (const stop of quit) stop();
    }
  }

  async #next(queue: WorkQueue): Promise<void> {
    const { term, rest, onTrouble } = this.#options;
    const tasks = await queue.take(term.ending);
    const [first] = tasks;
    if (first === undefined) return;
    rest.begin();
    let ending: Ending;
    try {
      ending =
        first.group === undefined
          ? await this.#worker.whole(first.key)
          : await this.#worker.projects(first.group, new Set(tasks.map((task) => namespaceOf(task))));
    } catch (thrown) {
      const error = fromUnknown(thrown, first.key);
      if (!term.ending.aborted) onTrouble(error);
      ending = { type: "failed", retry: error.retry === "now" ? "now" : "later" };
    }
    for (const task of tasks) queue.end(task, ending);
    rest.end(first.group === undefined ? wholeCounts : tasks.length);
  }

  #addWhole(name: string): void {
    if (this.#options.carriedOut.some((kind) => name.startsWith(`${kind}/`))) this.#whole.add({ key: name });
  }

  #addProject(binding: string, namespace: string): void {
    const group = `${bindingKind}/${binding}`;
    this.#parts.add({ key: `${group} ${namespace}`, group }, gatherMs);
  }

  #bindings(): BindingIndex {
    const { documents } = this.#options.sight;
    return (this.#index ??= new BindingIndex(
      [...documents.ofKind(bindingKind)].map((d) => d.document as Document<ProjectBindingSpec>),
    ));
  }

  #onDocument(kind: string, { object, before }: Change<DocumentObject>): void {
    const name = `${kind}/${(object ?? before)?.metadata.name ?? ""}`;
    const { documents } = this.#options.sight;
    if (kind === bindingKind) this.#index = undefined;
    if (object === undefined || isChanged(before, object)) {
      this.#followSecrets(name);
      this.#addWhole(name);
      for (const dependent of documents.dependents(name)) this.#addWhole(dependent);
    }
    // What it referred to may wait to be removed until nothing does.
    if (object === undefined && before !== undefined) {
      const parsed = documents.parse(name, before);
      if ("document" in parsed)
        for (const reference of documents.schemaOf(name)?.references(parsed.document.spec) ?? [])
          this.#addWhole(nameOfReference(reference));
    }
  }

  #followSecrets(name: string): void {
    const { documents } = this.#options.sight;
    const object = documents.object(name);
    const parsed = object && documents.parse(name, object);
    const isThere = parsed !== undefined && "document" in parsed;
    this.#secrets.set(name, isThere ? secretsNamedIn(parsed.document.spec) : []);
  }

  /** A credential or a CA that changed concerns all that refer to who reads it, and those that refer to them. */
  #onNamedSecret(namers: readonly string[]): void {
    const { documents } = this.#options.sight;
    const concerned = new Set(namers);
    for (const name of concerned)
      for (const dependent of documents.dependents(name)) concerned.add(dependent);
    for (const name of concerned) this.#addWhole(name);
  }

  #onNamespace({ object, before }: Change<KubernetesObject>): void {
    const isSame =
      object !== undefined &&
      before !== undefined &&
      before.metadata.uid === object.metadata.uid &&
      before.metadata.deletionTimestamp === object.metadata.deletionTimestamp &&
      sameLabels(before, object);
    if (isSame) return;
    const index = this.#bindings();
    const meant = [before, object].flatMap((one) => (one === undefined ? [] : index.of(one)));
    const name = (object ?? before)?.metadata.name ?? "";
    for (const binding of new Set(meant)) this.#addProject(binding, name);
  }

  #onAccount({ object, before }: Change<ServiceAccount>): void {
    if (object === undefined) return;
    const links = (of: ServiceAccount): string =>
      JSON.stringify(of.imagePullSecrets?.map((s) => s.name) ?? []);
    if (before !== undefined && links(before) === links(object) && sameLabels(before, object)) return;
    const { name = "", namespace = "" } = object.metadata;
    const project = this.#options.sight.namespaces.get({ name: namespace });
    if (project === undefined) return;
    const { documents } = this.#options.sight;
    for (const binding of this.#bindings().of(project)) {
      const of = `${bindingKind}/${binding}`;
      const known = documents.object(of);
      const parsed = known && documents.parse(of, known);
      if (parsed === undefined || !("document" in parsed)) continue;
      const { secret } = parsed.document.spec as ProjectBindingSpec;
      if (secret.serviceAccounts.includes(name)) this.#addProject(binding, namespace);
    }
  }

  #onSecret({ object, before }: Change<KubernetesObject>): void {
    const { metadata } = object ?? before ?? { metadata: {} };
    const binding = this.#bindings().named(metadata.labels?.[bindingLabel] ?? "");
    if (binding !== undefined) this.#addProject(binding, metadata.namespace ?? "");
  }
}

const namespaceOf = ({ key }: Task): string => key.slice(key.indexOf(" ") + 1);

const sameLabels = (one: KubernetesObject, other: KubernetesObject): boolean => {
  const [a, b] = [one.metadata.labels ?? {}, other.metadata.labels ?? {}];
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
};

/** A change that somebody made, and not a status. */
function isChanged(before: DocumentObject | undefined, after: DocumentObject): boolean {
  if (before === undefined || before.metadata.uid !== after.metadata.uid) return true;
  const of = ({ metadata: m }: DocumentObject): string =>
    JSON.stringify([m.generation, m.deletionTimestamp, m.labels, m.annotations, m.finalizers]);
  return of(before) !== of(after);
}

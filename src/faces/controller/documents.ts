import type { Informer } from "../../clients/kubernetes/informer.ts";
import type { KubernetesObject } from "../../clients/kubernetes/object.ts";
import type { Resource } from "../../clients/kubernetes/resources.ts";
import type { AnyKind } from "../../engine/kind.ts";
import type { World } from "../../kinds/world.ts";
import { nameOf, nameOfReference, type Document } from "../../model/document.ts";
import { documentSet, type DocumentSet } from "../../model/document-set.ts";
import { fromUnknown, MoorlineError } from "../../model/errors.ts";
import { apiGroup, apiVersion, type KindSchema } from "../../model/kind-schema.ts";
import { parseDocuments } from "../../model/parse.ts";

/** A document as it stands in the cluster. */
export interface DocumentObject extends KubernetesObject {
  readonly spec?: unknown;
  readonly status?: unknown;
}

/** What an object says, or why it says nothing. */
export type ParsedObject = { readonly document: Document } | { readonly error: MoorlineError };

/** The resource that a kind's documents are in the cluster. */
export const resourceOfKind = ({ kind, plural }: KindSchema): Resource => ({
  group: apiGroup,
  version: "v1alpha1",
  plural,
  kind,
  namespaced: false,
});

/** @throws INTERNAL where there is no such kind */
export function resourceNamed(kinds: readonly AnyKind<World>[], name: string): Resource {
  const found = kinds.find((k) => k.schema.kind === name);
  if (found === undefined) throw fromUnknown(`no such kind: ${name}`, name);
  return resourceOfKind(found.schema);
}

/** The kind in a document's name, `ProjectBinding/shop`. */
export const kindIn = (name: string): string => name.slice(0, name.indexOf("/"));

/** As whom the controller writes to documents. */
export const fieldManager = "moorline-controller";

/** All documents of the cluster, as their informers know them. */
export class ClusterDocuments {
  readonly #informers: ReadonlyMap<string, Informer<DocumentObject>>;
  readonly #schemas: readonly KindSchema[];
  readonly #parsed = new WeakMap<DocumentObject, ParsedObject>();
  /** By name, what each said last: a status that is written makes another object, which says the same. */
  readonly #said = new Map<string, { readonly text: string; readonly parsed: ParsedObject }>();
  #set: DocumentSet | undefined;
  #staying: readonly Document[] = [];

  constructor(informers: ReadonlyMap<string, Informer<DocumentObject>>, schemas: readonly KindSchema[]) {
    this.#informers = informers;
    this.#schemas = schemas;
    for (const [kind, informer] of informers)
      informer.onChange(({ object, before }) => {
        this.#set = undefined;
        if (object === undefined) this.#said.delete(`${kind}/${before?.metadata.name ?? ""}`);
      });
  }

  /** @param name `HarborRegistry/main` */
  object(name: string): DocumentObject | undefined {
    const [kind = "", of = ""] = name.split("/", 2);
    return this.#informers.get(kind)?.get({ name: of });
  }

  names(): readonly string[] {
    return [...this.#informers].flatMap(([kind, informer]) =>
      [...informer.list()].map(({ metadata }) => `${kind}/${metadata.name ?? ""}`),
    );
  }

  countOf(kind: string): number {
    return this.#informers.get(kind)?.size ?? 0;
  }

  schemaOf(name: string): KindSchema | undefined {
    return this.#schemas.find((s) => name.startsWith(`${s.kind}/`));
  }

  /** Reads an object, once for all its versions that say the same. */
  parse(name: string, object: DocumentObject): ParsedObject {
    const known = this.#parsed.get(object);
    if (known !== undefined) return known;
    const text = textOf(name, object);
    const said = this.#said.get(name);
    const parsed = said?.text === text ? said.parsed : parseObject(name, text, this.#schemas);
    this.#parsed.set(object, parsed);
    if (this.object(name) !== undefined) this.#said.set(name, { text, parsed });
    return parsed;
  }

  /**
   * All that can be read. In their order stand those that stay, live: who shares work with others must see them as they are.
   */
  all(): DocumentSet {
    if (this.#set !== undefined) return this.#set;
    const { set } = documentSet(this.#readable(), this.#schemas);
    this.#staying = set.ordered.filter(
      (d) => this.object(nameOf(d))?.metadata.deletionTimestamp === undefined,
    );
    const staying = (): readonly Document[] => {
      this.all();
      return this.#staying;
    };
    return (this.#set = {
      find: (reference) => set.find(reference),
      referencesOf: (document) => set.referencesOf(document),
      get ordered() {
        return staying();
      },
    });
  }

  /** A document and all that it refers to, as far as they are there. */
  closure(document: Document): readonly Document[] {
    const found = new Map<string, Document>();
    const visit = (one: Document): void => {
      if (found.has(nameOf(one))) return;
      found.set(nameOf(one), one);
      for (const reference of this.#referencesOf(one)) {
        const name = nameOfReference(reference);
        const object = this.object(name);
        const parsed = object && this.parse(name, object);
        if (parsed !== undefined && "document" in parsed) visit(parsed.document);
      }
    };
    visit(document);
    return [...found.values()];
  }

  /** Names of the documents that refer to one, directly. */
  dependents(name: string): readonly string[] {
    return this.#readable()
      .filter((d) => this.#referencesOf(d).some((r) => nameOfReference(r) === name))
      .map(nameOf);
  }

  *ofKind(kind: string): Generator<{ readonly object: DocumentObject; readonly document: Document }> {
    for (const object of this.#informers.get(kind)?.list() ?? []) {
      const parsed = this.parse(`${kind}/${object.metadata.name ?? ""}`, object);
      if ("document" in parsed) yield { object, document: parsed.document };
    }
  }

  #readable(): readonly Document[] {
    return [...this.#informers.keys()].flatMap((kind) => [...this.ofKind(kind)].map((d) => d.document));
  }

  #referencesOf(document: Document) {
    return this.#schemas.find((s) => s.kind === document.kind)?.references(document.spec) ?? [];
  }
}

/** What an object says, as a file would. */
function textOf(name: string, { metadata, spec = {} }: DocumentObject): string {
  const { name: of, labels, annotations } = metadata;
  const kind = name.slice(0, name.indexOf("/"));
  return JSON.stringify({
    apiVersion,
    kind,
    metadata: { name: of, ...(labels && { labels }), ...(annotations && { annotations }) },
    spec,
  });
}

/** Reads an object by the very rules by which files are read. */
function parseObject(name: string, text: string, schemas: readonly KindSchema[]): ParsedObject {
  // No folder of this machine belongs to an object; paths that it names lead nowhere (pod-world.ts).
  const { documents, errors } = parseDocuments([{ name, directory: "/", text }], schemas);
  const [document] = documents;
  if (document !== undefined) return { document };
  return { error: errors[0] ?? new MoorlineError("DOCUMENT_NONE", { subject: name }) };
}

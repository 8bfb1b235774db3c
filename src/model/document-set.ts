import { MoorlineError } from "./errors.ts";
import { nameOf, nameOfReference, type Document, type Reference } from "./document.ts";
import type { KindSchema } from "./kind-schema.ts";

/** Documents that were given together, in an order in which each stands behind those it refers to. */
export interface DocumentSet {
  readonly ordered: readonly Document[];
  find(reference: Reference): Document | undefined;
  /** The documents that one refers to, each of which is in the set. */
  referencesOf(document: Document): readonly Document[];
}

/**
 * Ties documents together by their references.
 * @throws MoorlineError[] as `errors` where a reference leads nowhere or in a circle
 */
export function documentSet(
  documents: readonly Document[],
  schemas: readonly KindSchema[],
): { readonly set: DocumentSet; readonly errors: readonly MoorlineError[] } {
  const byName = new Map(documents.map((d) => [nameOf(d), d]));
  const errors: MoorlineError[] = [];
  const targets = new Map<Document, Document[]>();
  for (const document of documents) {
    const schema = schemas.find((s) => s.kind === document.kind);
    const found: Document[] = [];
    for (const reference of schema?.references(document.spec) ?? []) {
      const target = byName.get(nameOfReference(reference));
      if (target === undefined) errors.push(missing(document, reference));
      else found.push(target);
    }
    targets.set(document, found);
  }
  const ordered: Document[] = [];
  const state = new Map<Document, "open" | "done">();
  const visit = (document: Document, trail: readonly Document[]): void => {
    if (state.get(document) === "done") return;
    if (state.get(document) === "open") {
      const circle = [...trail.slice(trail.indexOf(document)), document].map(nameOf).join(" → ");
      errors.push(new MoorlineError("DOCUMENT_REFERENCE_CYCLE", { subject: circle }));
      return;
    }
    state.set(document, "open");
    for (const target of targets.get(document) ?? []) visit(target, [...trail, document]);
    state.set(document, "done");
    ordered.push(document);
  };
  for (const document of documents) visit(document, []);
  return {
    set: {
      ordered,
      find: (reference) => byName.get(nameOfReference(reference)),
      referencesOf: (document) => targets.get(document) ?? [],
    },
    errors,
  };
}

function missing(document: Document, reference: Reference): MoorlineError {
  const { name, line, column } = document.source;
  return new MoorlineError("DOCUMENT_REFERENCE_MISSING", {
    subject: `${name}:${line}:${column}: ${nameOf(document)}`,
    parameters: { reference: nameOfReference(reference) },
  });
}

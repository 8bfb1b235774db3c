/** Where a document was written; line and column count from 1. */
export interface Source {
  /** A file's path as given, `<stdin>`, or an object in a cluster. */
  readonly name: string;
  readonly line: number;
  readonly column: number;
  /** The folder that relative paths in the document start from. */
  readonly directory: string;
}

/** The name of a document. */
export interface Reference {
  readonly kind: string;
  readonly name: string;
}

/** One declaration of what must be true. */
export interface Document<S = unknown> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: S;
  readonly source: Source;
}

/** `HarborRegistry/main` */
export function nameOf(of: Document): string {
  return `${of.kind}/${of.metadata.name}`;
}

/** `HarborRegistry/main` */
export function nameOfReference(reference: Reference): string {
  return `${reference.kind}/${reference.name}`;
}

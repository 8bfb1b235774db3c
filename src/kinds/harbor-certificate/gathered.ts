import type { Document } from "../../model/document.ts";
import type { Authority } from "../../pki/authority.ts";
import type { IssuedPair } from "./pair.ts";
import type { HarborCertificateSpec } from "./schema.ts";
import type { Store } from "./store.ts";

export type CertificateDocument = Document<HarborCertificateSpec>;

/** What exists of a document's certificates, with its secrets: it never leaves a step. */
export interface Gathered {
  /** Where the CA lives; absent for certificates that were brought along. */
  readonly store?: Store;
  readonly authority?: Authority;
  /** PEM of the CA that clients are to trust; absent before the CA is made. */
  readonly trust?: string;
  readonly pairs: ReadonlyMap<string, IssuedPair>;
  readonly crl?: string;
  /** Lists that the document adds and that have ended. */
  readonly listsOver?: readonly { readonly issuer: string; readonly nextUpdate: string }[];
}

/** `server` and the names of the clients. */
export const pairNames = ({ clients }: Pick<HarborCertificateSpec, "clients">): readonly string[] => [
  "server",
  ...clients.map((c) => c.name),
];

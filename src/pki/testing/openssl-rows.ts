import type { FindingCode } from "../../text/findings/catalogue.ts";
import { root } from "./openssl-authorities.ts";
import type { Recipe } from "./openssl-made.ts";

/** One judgement: a certificate, what is sent with it, what is trusted, and what should be found. */
export interface Row {
  readonly name: string;
  readonly leaf: Recipe;
  readonly sent: readonly Recipe[];
  readonly trusted: readonly Recipe[];
  readonly purpose: "server" | "client";
  readonly hostname?: string;
  readonly ipAddress?: string;
  /** Days from now. */
  readonly at?: number;
  /** Names of revocation lists. */
  readonly crls: readonly string[];
  readonly flags: readonly string[];
  /** Absent where all is well. */
  readonly fault?: FindingCode | readonly FindingCode[];
  /** Why openssl accepts what we do not. */
  readonly opensslAccepts?: string;
}

/** Adds a judgement; what the leaf does not say is that of a server below the root. */
export type AddRow = (
  name: string,
  leaf: Partial<Recipe> & Pick<Recipe, "extensions">,
  rest?: Partial<Omit<Row, "leaf" | "name">>,
) => void;

/** An empty table, and what adds to it. */
export function newTable(): { readonly rows: Row[]; readonly row: AddRow } {
  const rows: Row[] = [];
  const row: AddRow = (name, leaf, rest = {}) => {
    const made: Recipe = {
      name: `leaf-${rows.length}`,
      issuer: root,
      subject: "/CN=harbor.example.com",
      ...leaf,
    };
    rows.push({
      name,
      leaf: made,
      sent: [],
      trusted: [root],
      purpose: "server",
      crls: [],
      flags: [],
      ...rest,
    });
  };
  return { rows, row };
}

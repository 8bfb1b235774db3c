import type { HarborCertificateSpec } from "../schema.ts";
import type { OwnAuthority, Provided } from "../schema-issuer.ts";
import type { Issuer } from "./issuer.ts";
import { ownAuthorityIssuer } from "./own-authority.ts";
import { providedIssuer } from "./provided.ts";

/** The issuer that a document names; its schema makes sure that it names exactly one. */
export function issuerOf({ issuer }: Pick<HarborCertificateSpec, "issuer">): Issuer {
  if (issuer.provided !== undefined) return providedIssuer(issuer.provided satisfies Provided);
  return ownAuthorityIssuer(issuer.ownAuthority as OwnAuthority);
}

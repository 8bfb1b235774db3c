import type { HarborCertificateSpec } from "../schema.ts";
import type { OwnAuthority, Provided } from "../schema-issuer.ts";
import { certManagerIssuer } from "./cert-manager/cert-manager.ts";
import { acmeIssuer } from "./acme/issuer.ts";
import type { Issuer } from "./issuer.ts";
import { ownAuthorityIssuer } from "./own-authority.ts";
import { providedIssuer } from "./provided.ts";

/** The issuer that a document names; its schema makes sure that it names exactly one. */
export function issuerOf({ issuer }: Pick<HarborCertificateSpec, "issuer">): Issuer {
  if (issuer.acme !== undefined) return acmeIssuer(issuer.acme);
  if (issuer.provided !== undefined) return providedIssuer(issuer.provided satisfies Provided);
  if (issuer.certManager !== undefined) return certManagerIssuer(issuer.certManager);
  return ownAuthorityIssuer(issuer.ownAuthority as OwnAuthority);
}

import type { World } from "../world.ts";
import { withAdditionalLists } from "./additional-lists.ts";
import type { CertificateDocument, Gathered } from "./gathered.ts";
import { issuerOf } from "./issuers/catalogue.ts";

/**
 * Reads the CA and what it issued, or what was brought along.
 * @throws CERTIFICATE_AUTHORITY_BROKEN, CERTIFICATE_NOT_USABLE, PASSPHRASE_MISSING, TRUST_SOURCE_MISSING,
 * CERTIFICATE_LIST_REFUSED, PKI_*
 */
export async function gather(
  document: CertificateDocument,
  world: World,
  signal: AbortSignal,
): Promise<Gathered> {
  return withAdditionalLists(await issuerOf(document.spec).gather(document, world, signal), document, world);
}

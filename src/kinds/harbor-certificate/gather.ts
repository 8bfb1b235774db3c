import type { World } from "../world.ts";
import type { CertificateDocument, Gathered } from "./gathered.ts";
import { issuerOf } from "./issuers/catalogue.ts";

/**
 * Reads the CA and what it issued, or what was brought along.
 * @throws CERTIFICATE_AUTHORITY_BROKEN, CERTIFICATE_NOT_USABLE, PASSPHRASE_MISSING, TRUST_SOURCE_MISSING, PKI_*
 */
export async function gather(
  document: CertificateDocument,
  world: World,
  signal: AbortSignal,
): Promise<Gathered> {
  return issuerOf(document.spec).gather(document, world, signal);
}

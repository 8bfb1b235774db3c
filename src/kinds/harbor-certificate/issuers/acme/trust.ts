import { rootCertificates } from "node:tls";
import { certificatePem, isSignedBy, readCertificates } from "../../../../pki/certificate.ts";
import { readBundle } from "../../../shared/bundle.ts";
import type { World } from "../../../world.ts";
import type { CertificateDocument } from "../../gathered.ts";
import type { Acme } from "./schema.ts";

/**
 * The CA that a chain leads to, among those that every browser trusts.
 * @returns undefined where it leads to none of them
 */
export function publicRootOf(
  chainPem: string,
  roots: readonly string[] = rootCertificates,
): string | undefined {
  const chain = readCertificates(chainPem, "the chain");
  for (const pem of roots) {
    const [root] = readCertificates(pem, "a root");
    if (root === undefined) continue;
    // A chain may go on past a root that is trusted, to an older one that signed it across.
    const leadsTo = chain.some((c) => c.issuer.text === root.subject.text && isSignedBy(c, root));
    if (leadsTo) return certificatePem(root);
  }
  return undefined;
}

/**
 * The CA that clients are to trust.
 * @param chainPem of the certificate in question; which public CA is meant, it alone tells
 */
export async function acmeTrust(
  { authority }: Acme,
  { source }: CertificateDocument,
  chainPem: string | undefined,
  world: World,
  signal: AbortSignal,
): Promise<string | undefined> {
  const bundle = await readBundle(authority, source.directory, world, signal);
  if (bundle !== undefined) return readCertificates(bundle.text, bundle.subject).map(certificatePem).join("");
  return chainPem === undefined ? undefined : publicRootOf(chainPem);
}

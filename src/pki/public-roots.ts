import { rootCertificates } from "node:tls";
import { certificatePem, readCertificates } from "./certificate.ts";
import { buildPath } from "./path.ts";
import { trustLimits } from "./pem.ts";

/**
 * The public authority at the top of a chain, among those that Mozilla trusts and Node brings along.
 * @returns PEM; undefined where the chain leads to none of them
 * @throws MoorlineError PKI_NOT_PEM, PKI_CERTIFICATE_*
 */
export function publicRootOf(chainPem: string, now: Date): string | undefined {
  const [leaf, ...sent] = readCertificates(chainPem, "the chain");
  if (leaf === undefined) return undefined;
  const roots = readCertificates(rootCertificates.join("\n"), "the public CAs", trustLimits);
  const { certificates, isComplete } = buildPath(leaf, sent, roots, now);
  const top = certificates.at(-1);
  return isComplete && top !== undefined ? certificatePem(top) : undefined;
}

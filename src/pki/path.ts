import { isSelfIssued, isSignedBy, sameCertificate, type Certificate } from "./certificate.ts";
import { sameName } from "./names.ts";

/** What could be built from a leaf upwards. */
export interface CertificationPath {
  /** The leaf first; the last is the trusted one where `isComplete`. */
  readonly certificates: readonly Certificate[];
  /** It ends at something trusted. */
  readonly isComplete: boolean;
}

/** Signature checks are what costs; a hostile bundle of look-alikes must not buy more of them. */
const mostChecks = 200;
const longestPath = 12;

/**
 * Builds the path from a leaf to a trusted certificate (RFC 4158), trying other issuers of the same name and key where one
 * leads nowhere. Trusted certificates are tried first, valid ones before expired ones, and a path to a self-signed one is
 * preferred to one that ends at a trusted intermediate.
 * @param sent what came with the leaf
 */
export function buildPath(
  leaf: Certificate,
  sent: readonly Certificate[],
  trusted: readonly Certificate[],
  now: Date,
): CertificationPath {
  let checks = 0;
  let longest: readonly Certificate[] = [leaf];
  const isTrusted = (c: Certificate): boolean => trusted.some((t) => sameCertificate(t, c));
  const expired = (c: Certificate): number => (c.notAfter < now || c.notBefore > now ? 1 : 0);
  const known = [...trusted, ...sent]; // the stable sort keeps the trusted first among equals
  const issuersOf = (c: Certificate): readonly Certificate[] =>
    known.filter((candidate) => mayHaveIssued(candidate, c)).toSorted((a, b) => expired(a) - expired(b));

  const search = (
    path: readonly Certificate[],
    isEnd: (top: Certificate) => boolean,
  ): CertificationPath | undefined => {
    const top = path.at(-1) ?? leaf;
    if (isTrusted(top) && isEnd(top)) return { certificates: path, isComplete: true };
    if (path.length > longest.length) longest = path;
    if (path.length >= longestPath) return undefined;
    for (const issuer of issuersOf(top)) {
      if (path.some((p) => sameCertificate(p, issuer)) || checks >= mostChecks) continue;
      checks++;
      if (!isSignedBy(top, issuer)) continue;
      const found = search([...path, issuer], isEnd);
      if (found !== undefined) return found;
    }
    return undefined;
  };

  return (
    search([leaf], isSelfIssued) ?? search([leaf], () => true) ?? { certificates: longest, isComplete: false }
  );
}

/** Whether the names fit, and the key identifiers where both have them (RFC 5280 §4.2.1.1). */
export function mayHaveIssued(issuer: Certificate, certificate: Certificate): boolean {
  if (!sameName(issuer.subject, certificate.issuer)) return false;
  const wanted = certificate.extensions.authorityKeyId;
  const has = issuer.extensions.subjectKeyId;
  return wanted === undefined || has === undefined || wanted === has;
}

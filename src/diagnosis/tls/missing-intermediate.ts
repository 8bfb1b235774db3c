import type { Certificate } from "../../pki/certificate.ts";

const organizationOf = (name: string): string | undefined => /^O=(.+)$/m.exec(name)?.[1];

/**
 * Whether a certificate that was sent alone is one whose intermediate was left out, rather than another CA's own. Its
 * issuer is none of the trusted ones either way; for an intermediate speak an address where the issuer's certificate is
 * (RFC 5280 §4.2.2.1: roots need none), an issuer of the organization of a trusted root, or one that calls itself so.
 * @param leaf not self-issued
 */
export function lacksIntermediate(leaf: Certificate, trusted: readonly Certificate[]): boolean {
  const { issuer, subject, infoAccess } = leaf.native;
  if (issuer === subject || trusted.some((root) => root.native.subject === issuer)) return false;
  const organization = organizationOf(issuer);
  return (
    /^CA Issuers/m.test(infoAccess ?? "") ||
    /^CN=.*(intermediate|issuing|sub(ordinate)?[ -]?ca)/im.test(issuer) ||
    (organization !== undefined &&
      trusted.some((root) => organizationOf(root.native.subject) === organization))
  );
}

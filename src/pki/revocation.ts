import { finding, type Finding } from "../model/finding.ts";
import type { Bilingual } from "../text/language.ts";
import type { Certificate } from "./certificate.ts";
import { titleOf } from "./checks.ts";
import type { RevocationList } from "./crl.ts";
import { sameName } from "./names.ts";

/**
 * Judges a path by revocation lists, as `openssl verify -crl_check_all` and nginx's `ssl_crl` do: every issuer in the path
 * needs one, it must be valid now, and it must be signed by that issuer.
 */
export function revocationFindings(
  path: readonly Certificate[],
  lists: readonly RevocationList[],
  now: Date,
): readonly Finding[] {
  return path.slice(0, -1).flatMap((certificate, i) => {
    const issuer = path[i + 1];
    return issuer === undefined ? [] : judge(certificate, issuer, lists, now);
  });
}

function judge(
  certificate: Certificate,
  issuer: Certificate,
  lists: readonly RevocationList[],
  now: Date,
): readonly Finding[] {
  const list = lists
    .filter((l) => sameName(l.issuer, issuer.subject))
    .toSorted((a, b) => b.thisUpdate.getTime() - a.thisUpdate.getTime())
    .find((l, _i, all) => all.length === 1 || l.isSignedBy(issuer));
  if (list === undefined) return [finding("CRL_MISSING", titleOf(certificate), { issuer: titleOf(issuer) })];
  const reason = whyUnusable(list, issuer);
  if (reason !== undefined) return [finding("CRL_UNUSABLE", titleOf(issuer), { reason })];
  const revocation = list.revoked.find((r) => r.serialNumber === certificate.serialNumber);
  const { nextUpdate } = list;
  return [
    ...(revocation === undefined || revocation.reason === "removeFromCRL"
      ? []
      : [
          finding("CERTIFICATE_REVOKED", titleOf(certificate), {
            date: revocation.date.toISOString(),
            reason: revocation.reason,
          }),
        ]),
    ...(nextUpdate !== undefined && nextUpdate < now
      ? [finding("CRL_EXPIRED", titleOf(issuer), { nextUpdate: nextUpdate.toISOString() })]
      : []),
    ...(list.thisUpdate > now
      ? [finding("CRL_NOT_YET_VALID", titleOf(issuer), { thisUpdate: list.thisUpdate.toISOString() })]
      : []),
  ];
}

function whyUnusable(list: RevocationList, issuer: Certificate): Bilingual | undefined {
  const { keyUsage } = issuer.extensions;
  if (keyUsage !== undefined && !keyUsage.includes("cRLSign"))
    return { en: "the authority's key usage lacks cRLSign", zh: "该机构的密钥用途不含 cRLSign" };
  // partial and indirect lists say so in a critical extension (RFC 5280 §5.2.5); taking them for whole ones would be wrong
  if (list.criticalExtensions.length > 0)
    return {
      en: `it is a partial or indirect one (${list.criticalExtensions.join(", ")})`,
      zh: `它是部分或间接的吊销列表（${list.criticalExtensions.join("、")}）`,
    };
  if (!list.isSignedBy(issuer))
    return { en: "its signature is not that authority's", zh: "其签名并非由该机构作出" };
  return undefined;
}

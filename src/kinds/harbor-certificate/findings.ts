import { nameOf } from "../../model/document.ts";
import { finding, type Finding } from "../../model/finding.ts";
import { day } from "./action.ts";
import { switchUntil } from "./switch-until.ts";
import type { CertificateDocument } from "./gathered.ts";
import type { ObservedCertificate, ObservedPair } from "./observed.ts";
import type { HarborCertificateSpec } from "./schema.ts";

export const foreignSecrets = ({ secrets }: ObservedCertificate): readonly Finding[] =>
  secrets
    .filter((c) => c.state === "foreign")
    .map((c) => finding("DELIVERY_SECRET_NOT_OURS", `Secret/${c.at}`));

export function findingsOf(
  document: CertificateDocument,
  observed: ObservedCertificate,
  now: Date,
): readonly Finding[] {
  const { spec } = document;
  const { authority } = observed;
  const findings: Finding[] = observed.exposed.map((entry) =>
    finding("CERTIFICATE_AUTHORITY_KEY_EXPOSED", `${observed.store}/${entry}`),
  );
  // An intermediate has findings of its own: what ends it is a renewal by its root.
  if (authority !== undefined && spec.issuer.ownAuthority?.intermediate === false) {
    const left = Date.parse(authority.notAfter) - now.getTime();
    const evidence = { notAfter: authority.notAfter };
    if (left < day) findings.push(finding("CERTIFICATE_AUTHORITY_OVER", authority.name, evidence));
    else if (left < spec.validityDays * day)
      findings.push(
        finding("CERTIFICATE_AUTHORITY_ENDS_SOON", authority.name, {
          ...evidence,
          until: switchUntil(spec, authority.notAfter).slice(0, 10),
        }),
      );
  }
  const brought = spec.issuer.provided === undefined ? undefined : observed.pairs.server;
  if (brought !== undefined && reasonIsDue(spec, brought, now))
    findings.push(
      finding("CERTIFICATE_PROVIDED_ENDS_SOON", nameOf(document), { notAfter: brought.notAfter }),
    );
  return findings;
}

function reasonIsDue(spec: HarborCertificateSpec, { notBefore, notAfter }: ObservedPair, now: Date): boolean {
  const begin = Date.parse(notBefore);
  return now.getTime() >= begin + (Date.parse(notAfter) - begin) * spec.renewAfter;
}

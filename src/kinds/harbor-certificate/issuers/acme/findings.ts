import { nameOf } from "../../../../model/document.ts";
import { finding, type Finding } from "../../../../model/finding.ts";
import type { CertificateDocument } from "../../gathered.ts";
import type { ObservedCertificate } from "../../observed.ts";

/**
 * A renewal that was due and is still not done: somebody else issues here, and may refuse for longer than the
 * certificate lasts. Of the time between the renewal's day and the end, the first third passes in silence, the second with
 * a warning, the last with an alarm. Pure.
 */
export function renewalFindings(
  document: CertificateDocument,
  { pairs }: ObservedCertificate,
  now: Date,
): readonly Finding[] {
  const pair = pairs.server;
  if (pair === undefined) return [];
  const begin = Date.parse(pair.notBefore);
  const end = Date.parse(pair.notAfter);
  const due = begin + (end - begin) * document.spec.renewAfter;
  const late = (now.getTime() - due) / (end - due);
  const evidence = { notAfter: pair.notAfter, due: new Date(due).toISOString() };
  const subject = nameOf(document);
  if (late >= 1) return [finding("CERTIFICATE_EXPIRED_UNRENEWED", subject, evidence)];
  if (late >= 2 / 3) return [finding("CERTIFICATE_RENEWAL_URGENT", subject, evidence)];
  if (late >= 1 / 3) return [finding("CERTIFICATE_RENEWAL_LATE", subject, evidence)];
  return [];
}

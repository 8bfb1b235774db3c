import type { KindPlan } from "../../engine/kind.ts";
import { day, idsOf, type CertificateAction } from "./action.ts";
import { findingsOf, foreignSecrets } from "./findings.ts";
import { pairNames, type CertificateDocument } from "./gather.ts";
import type { ObservedCertificate } from "./observed.ts";
import { deliverFiles, deliverSecrets } from "./plan-delivery.ts";
import { createAuthority, issue, issueList } from "./plan-issue.ts";

/** Plans what is to be issued and delivered. Pure; renewal depends on `now`. */
export function plan(
  document: CertificateDocument,
  observed: ObservedCertificate,
  now: Date,
): KindPlan<CertificateAction> {
  const { spec } = document;
  const authority = spec.issuer.ownAuthority !== undefined && observed.authority === undefined;
  const isOver =
    observed.authority !== undefined && Date.parse(observed.authority.notAfter) - now.getTime() < day;
  const findings = [...findingsOf(document, observed, now), ...foreignSecrets(observed)];
  // A CA at its end can certify nothing that lasts a day; what is there stays.
  if (spec.issuer.ownAuthority !== undefined && isOver) return { steps: [], findings };
  const creating = authority ? [createAuthority(document, observed)] : [];
  const issuing =
    spec.issuer.provided === undefined
      ? pairNames(spec).flatMap((of) => issue(document, observed, of, now, idsOf(creating)))
      : [];
  const listing = issueList(document, observed, now, idsOf(creating));
  const before = (of: string, wantsList: boolean): string[] => [
    ...idsOf(issuing).filter((id) => id === `certificate/${of}`),
    ...(wantsList ? idsOf(listing) : []),
    ...(idsOf(issuing).includes(`certificate/${of}`) ? [] : idsOf(creating)),
  ];
  return {
    steps: [
      ...creating,
      ...issuing,
      ...listing,
      ...deliverFiles(document, observed, before),
      ...deliverSecrets(document, observed, before),
    ],
    findings,
  };
}

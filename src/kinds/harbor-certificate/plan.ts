import type { KindPlan } from "../../engine/kind.ts";
import { idsOf, type CertificateAction } from "./action.ts";
import { listFindings, planList } from "./crl.ts";
import { deliveries } from "./deliveries/catalogue.ts";
import type { Before } from "./deliveries/delivery.ts";
import { findingsOf, foreignSecrets } from "./findings.ts";
import { pairNames, type CertificateDocument } from "./gathered.ts";
import { issuerOf } from "./issuers/catalogue.ts";
import type { ObservedCertificate } from "./observed.ts";
import { issue } from "./plan-issue.ts";

/** Plans what is to be issued and delivered. Pure; renewal depends on `now`. */
export function plan(
  document: CertificateDocument,
  observed: ObservedCertificate,
  now: Date,
): KindPlan<CertificateAction> {
  const { spec } = document;
  const issuer = issuerOf(spec);
  const findings = [
    ...findingsOf(document, observed, now),
    ...foreignSecrets(observed),
    ...listFindings(document, observed, now),
    ...(issuer.findings?.(document, observed, now) ?? []),
    ...deliveries.flatMap((delivery) => delivery.findings?.(document, observed) ?? []),
  ];
  const { steps: preparing, isStuck } = issuer.prepare?.(document, observed, now) ?? {
    steps: [],
    isStuck: false,
  };
  if (isStuck) return { steps: [...preparing], findings, isStuck };
  const prepared = idsOf(preparing);
  const issuing =
    issuer.issue === undefined
      ? []
      : pairNames(spec).flatMap(
          (of) =>
            issuer.planIssue?.(document, observed, of, now, prepared) ??
            issue(document, observed, of, now, prepared),
        );
  const listing = planList(document, observed, now, prepared, idsOf(issuing));
  const before: Before = (of, wantsList) => {
    const issued = idsOf(issuing).filter((id) => id === `certificate/${of}`);
    return [...issued, ...(wantsList ? idsOf(listing) : []), ...(issued.length > 0 ? [] : prepared)];
  };
  return {
    steps: [
      ...preparing,
      ...issuing,
      ...listing,
      ...deliveries.flatMap((delivery) => delivery.plan(document, observed, before)),
    ],
    findings,
  };
}

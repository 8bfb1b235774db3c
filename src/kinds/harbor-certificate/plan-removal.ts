import type { KindPlan } from "../../engine/kind.ts";
import { finding } from "../../model/finding.ts";
import { message } from "../../text/message.ts";
import { idsOf, type CertificateAction, type CertificateStep } from "./action.ts";
import { deliveries } from "./deliveries/catalogue.ts";
import type { CertificateDocument } from "./gathered.ts";
import { issuerOf } from "./issuers/catalogue.ts";
import type { ObservedCertificate } from "./observed.ts";

/**
 * Takes delivered copies and issued certificates away. The CA stays: clients may trust it, other documents may use it,
 * and its key can not be made again.
 */
export function planRemoval(
  document: CertificateDocument,
  observed: ObservedCertificate,
): KindPlan<CertificateAction> {
  const { spec } = document;
  const reason = message("harborCertificate.becauseRemoved");
  const copies = deliveries.flatMap((delivery) => delivery.planRemoval(document, observed, reason));
  const kept = issuerOf(spec).openStore === undefined ? [] : Object.keys(observed.pairs);
  const pairs = kept.map((of): CertificateStep => ({
    id: `certificate/${of}`,
    change: "delete",
    title: message("harborCertificate.removePair", { of }),
    target: observed.store,
    reason,
    after: idsOf(copies),
    action: { type: "remove-pair", of },
  }));
  const theirs = issuerOf(spec).planRemoval?.(document, observed, idsOf(copies), reason) ?? [];
  const findings =
    observed.authority !== undefined && spec.issuer.ownAuthority !== undefined
      ? [finding("CERTIFICATE_AUTHORITY_KEPT", observed.store)]
      : [];
  const left = deliveries.flatMap((delivery) => delivery.removalFindings?.(document, observed) ?? []);
  return { steps: [...copies, ...pairs, ...theirs], findings: [...findings, ...left] };
}

import { finding, type Finding } from "../../../../model/finding.ts";
import type { CertificateDocument } from "../../gathered.ts";
import type { ObservedCertificate } from "../../observed.ts";

/** Pure: why a release does not, or not for long, use the Secret that is written. */
export function helmFindings(
  { spec }: CertificateDocument,
  { helm }: ObservedCertificate,
): readonly Finding[] {
  const { deliver } = spec;
  if (deliver.helm === undefined || helm === undefined) return [];
  const { namespace, release } = deliver.helm;
  const subject = `${namespace}/${release}`;
  const secret = helm.at.slice(namespace.length + 1);
  const evidence = { release, namespace, secret };
  const found: Finding[] = [];
  if (helm.secret === "foreign") found.push(finding("DELIVERY_SECRET_NOT_OURS", `Secret/${helm.at}`));
  if (helm.exposure === "absent") found.push(finding("HELM_RELEASE_NOT_FOUND", subject, evidence));
  else if (helm.exposure === "other" || helm.source === "none")
    found.push(finding("HELM_TLS_ENDS_ELSEWHERE", subject, evidence));
  else if (helm.source === "off") found.push(finding("HELM_TLS_OFF", subject, evidence));
  else if (helm.source === "auto") found.push(finding("HELM_CERTIFICATES_AUTO", subject, evidence));
  else if (helm.uses !== secret)
    found.push(finding("HELM_OTHER_SECRET", subject, { ...evidence, uses: helm.uses ?? "-" }));
  else if (helm.served === "differs" && isDone(helm))
    found.push(finding("HELM_SERVED_BY_OTHERS", helm.url, evidence));
  return found;
}

/** The pods were replaced for this certificate, so that what is met is not theirs. An ingress needs its moment. */
const isDone = ({ secret, deployment }: NonNullable<ObservedCertificate["helm"]>): boolean =>
  secret === "same" && deployment?.isCurrent === true && deployment.isSettled;

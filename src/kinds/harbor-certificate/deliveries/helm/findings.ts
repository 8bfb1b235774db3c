import { finding, type Finding } from "../../../../model/finding.ts";
import type { Bilingual } from "../../../../text/language.ts";
import type { CertificateDocument } from "../../gathered.ts";
import type { ObservedCertificate, RolloutLoss } from "../../observed.ts";

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
  return [...found, ...losing(namespace, release, helm)];
}

const reasons: Readonly<Record<RolloutLoss, Bilingual>> = {
  recreates: {
    en: "its strategy `Recreate` ends the old pods before new ones come",
    zh: "更新策略 `Recreate` 会先停止旧 Pod",
  },
  noneLeft: {
    en: "its `maxUnavailable` lets every pod be away at once",
    zh: "`maxUnavailable` 允许所有 Pod 同时不可用",
  },
  noPreStop: {
    en: "a pod ends at once (no `preStop`), while connections are still led to it",
    zh: "Pod 立即退出（没有 `preStop`），而此时仍有连接被转发给它",
  },
};

/** Only of pods that Moorline would replace. */
function losing(
  namespace: string,
  release: string,
  { at, deployment, source, secret, uses }: NonNullable<ObservedCertificate["helm"]>,
): readonly Finding[] {
  const isOurs = source === "secret" && secret !== "foreign" && `${namespace}/${uses ?? ""}` === at;
  if (!isOurs || deployment === undefined || deployment.losses.length === 0) return [];
  const { name, losses } = deployment;
  const why = {
    en: losses.map((loss) => reasons[loss].en).join("; "),
    zh: losses.map((loss) => reasons[loss].zh).join("；"),
  };
  const evidence = { namespace, release, deployment: name, reasons: why };
  return [finding("HELM_ROLLOUT_LOSES_CONNECTIONS", `Deployment/${namespace}/${name}`, evidence)];
}

/** The pods were replaced for this certificate, so that what is met is not theirs. An ingress needs its moment. */
const isDone = ({ secret, deployment }: NonNullable<ObservedCertificate["helm"]>): boolean =>
  secret === "same" && deployment?.isCurrent === true && deployment.isSettled;

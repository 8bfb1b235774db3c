import { message, type Message } from "../../../../text/message.ts";
import type { CertificateStep } from "../../action.ts";
import type { CertificateDocument } from "../../gathered.ts";
import type { ObservedCertificate, RolloutLoss } from "../../observed.ts";
import type { Before } from "../delivery.ts";
import { deliveryReason } from "../reason.ts";

/** Pure: the Secret, then the chart's own nginx where it does not serve what is in it. */
export function planHelm(
  { spec }: CertificateDocument,
  { helm }: ObservedCertificate,
  before: Before,
): readonly CertificateStep[] {
  if (spec.deliver.helm === undefined || helm === undefined || helm.secret === "foreign") return [];
  const after = before("server", false);
  const isWritten = helm.secret !== "same" || after.length > 0;
  const write: CertificateStep = {
    id: `helm/${helm.at}`,
    change: helm.secret === "absent" ? "create" : "update",
    title: message("helm.deliverSecret", {
      secret: helm.at,
      release: `${spec.deliver.helm.namespace}/${spec.deliver.helm.release}`,
    }),
    target: `Secret/${helm.at}`,
    reason: deliveryReason(after.length > 0, helm.secret === "absent"),
    after,
    action: { type: "deliver-helm-secret" },
  };
  const steps = isWritten ? [write] : [];
  return [...steps, ...planRestart(spec.deliver.helm.namespace, helm, isWritten ? [write.id] : [])];
}

function planRestart(
  namespace: string,
  helm: NonNullable<ObservedCertificate["helm"]>,
  after: readonly string[],
): readonly CertificateStep[] {
  const { deployment, uses, source, at } = helm;
  if (deployment === undefined || source !== "secret" || `${namespace}/${uses ?? ""}` !== at) return [];
  const serves = helm.served === "same" || (deployment.isCurrent && deployment.isSettled);
  if (serves && after.length === 0) return [];
  const name = `${namespace}/${deployment.name}`;
  return [
    {
      id: `restart/${name}`,
      change: "restart",
      title: message("helm.restartNginx", { deployment: name }),
      target: `Deployment/${name}`,
      reason: message("helm.becauseNginxKeeps"),
      after,
      interrupts: message(interruption(deployment.losses), { deployment: name }),
      action: { type: "restart-helm-nginx" },
    },
  ];
}

function interruption(losses: readonly RolloutLoss[]) {
  if (losses.includes("recreates") || losses.includes("noneLeft")) return "helm.interruptsNginxRecreated";
  return losses.length > 0 ? "helm.interruptsNginx" : "helm.interruptsNginxGently";
}

/** Takes the Secret away that we made, where the release does not use it: without it its pods could not start. */
export function planHelmRemoval(
  { spec }: CertificateDocument,
  { helm }: ObservedCertificate,
  reason: Message,
): readonly CertificateStep[] {
  const { deliver } = spec;
  if (deliver.helm === undefined || helm === undefined || deliver.helm.takeOver) return [];
  const isUsed = `${deliver.helm.namespace}/${helm.uses ?? ""}` === helm.at;
  if (isUsed || (helm.secret !== "same" && helm.secret !== "differs")) return [];
  return [
    {
      id: `helm/${helm.at}`,
      change: "delete",
      title: message("harborCertificate.removeSecret", { secret: helm.at }),
      target: `Secret/${helm.at}`,
      reason,
      after: [],
      action: { type: "remove-helm-secret" },
    },
  ];
}

import { message, type Message } from "../../text/message.ts";
import type { CertificateStep } from "./action.ts";
import { pathsOf } from "./contents.ts";
import type { CertificateDocument } from "./gather.ts";
import type { ObservedCertificate } from "./observed.ts";

type Before = (of: string, wantsList: boolean) => string[];

export function deliverFiles(
  { spec }: CertificateDocument,
  observed: ObservedCertificate,
  before: Before,
): readonly CertificateStep[] {
  return spec.deliver.files.flatMap((delivery, index): CertificateStep[] => {
    const paths = pathsOf(delivery);
    const copies = observed.files.filter((c) => paths.includes(c.at) && c.state !== "same");
    const after = before(delivery.of, delivery.crl !== undefined);
    if (copies.length === 0 && after.length === 0) return [];
    const isNew = copies.length === paths.length && copies.every((c) => c.state === "absent");
    return [
      {
        id: `files/${paths[0] ?? index}`,
        change: isNew ? "create" : "update",
        title: message("harborCertificate.deliverFiles", { of: delivery.of, paths: paths.join(", ") }),
        target: paths[0] ?? "",
        reason: deliveryReason(after.length > 0, isNew),
        after,
        action: { type: "deliver-files", index },
      },
    ];
  });
}

export function deliverSecrets(
  { spec }: CertificateDocument,
  observed: ObservedCertificate,
  before: Before,
): readonly CertificateStep[] {
  return spec.deliver.secrets.flatMap(({ of, namespace, name }, index): CertificateStep[] => {
    const state = observed.secrets.find((c) => c.at === `${namespace}/${name}`)?.state ?? "absent";
    const after = before(of, false);
    if (state === "foreign" || (state === "same" && after.length === 0)) return [];
    return [
      {
        id: `secret/${namespace}/${name}`,
        change: state === "absent" ? "create" : "update",
        title: message("harborCertificate.deliverSecret", { of, secret: `${namespace}/${name}` }),
        target: `Secret/${namespace}/${name}`,
        reason: deliveryReason(after.length > 0, state === "absent"),
        after,
        action: { type: "deliver-secret", index },
      },
    ];
  });
}

function deliveryReason(isIssued: boolean, isNew: boolean): Message {
  if (isIssued) return message("harborCertificate.becauseIssued");
  return message(isNew ? "harborCertificate.becauseAbsent" : "harborCertificate.becauseDiffers");
}

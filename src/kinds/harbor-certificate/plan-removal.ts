import type { KindPlan } from "../../engine/kind.ts";
import { finding } from "../../model/finding.ts";
import { message, type Message } from "../../text/message.ts";
import { idsOf, type CertificateAction, type CertificateStep } from "./action.ts";
import { pathsOf } from "./contents.ts";
import type { CertificateDocument } from "./gather.ts";
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
  const because = message("harborCertificate.becauseRemoved");
  const remove = (id: string, target: string, title: Message, action: CertificateAction, after: string[]) =>
    ({ id, change: "delete", title, target, reason: because, after, action }) as const;
  const copies: CertificateStep[] = [
    ...spec.deliver.files.flatMap((delivery, index) => {
      const paths = observed.files.filter((c) => pathsOf(delivery).includes(c.at) && c.state === "same");
      if (paths.length === 0) return [];
      const title = message("harborCertificate.removeFiles", { paths: paths.map((c) => c.at).join(", ") });
      return [
        remove(
          `files/${paths[0]?.at ?? index}`,
          paths[0]?.at ?? "",
          title,
          { type: "remove-files", index },
          [],
        ),
      ];
    }),
    ...spec.deliver.secrets.flatMap(({ namespace, name, takeOver }, index) => {
      const state = observed.secrets.find((c) => c.at === `${namespace}/${name}`)?.state;
      if (takeOver || (state !== "same" && state !== "differs")) return [];
      const title = message("harborCertificate.removeSecret", { secret: `${namespace}/${name}` });
      return [
        remove(
          `secret/${namespace}/${name}`,
          `Secret/${namespace}/${name}`,
          title,
          { type: "remove-secret", index },
          [],
        ),
      ];
    }),
  ];
  const pairs =
    spec.issuer.provided === undefined
      ? Object.keys(observed.pairs).map((of) => {
          const title = message("harborCertificate.removePair", { of });
          return remove(
            `certificate/${of}`,
            observed.store,
            title,
            { type: "remove-pair", of },
            idsOf(copies),
          );
        })
      : [];
  const findings =
    observed.authority !== undefined && spec.issuer.ownAuthority !== undefined
      ? [finding("CERTIFICATE_AUTHORITY_KEPT", observed.store)]
      : [];
  return { steps: [...copies, ...pairs], findings };
}

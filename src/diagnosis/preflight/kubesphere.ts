import type { KubeSphere } from "../../clients/kubesphere/detect.ts";
import { finding } from "../../model/finding.ts";
import { message } from "../../text/message.ts";
import type { Check } from "./check.ts";

/** KubeSphere 3.3 or later, with its DevOps switched on, or none at all. */
export function judgeKubeSphere(subject: string, kubesphere: KubeSphere): readonly Check[] {
  if (!kubesphere.present) return [{ subject, finding: finding("PREFLIGHT_KUBESPHERE_ABSENT", subject) }];
  const version = kubesphere.version ?? `v${kubesphere.generation}`;
  const [major = kubesphere.generation, minor = 99] = (/^v?(\d+)\.(\d+)/.exec(version)?.slice(1) ?? []).map(
    Number,
  );
  const oldEnough = major > 3 || (major === 3 && minor >= 3);
  return [
    oldEnough
      ? { subject, holds: message("preflight.kubesphere", { version }) }
      : { subject, finding: finding("PREFLIGHT_KUBESPHERE_TOO_OLD", subject, { version }) },
    devops(subject, kubesphere.devops),
  ];
}

function devops(subject: string, state: boolean | "unknown"): Check {
  if (state === "unknown") return { subject, holds: message("preflight.devopsUnknown") };
  return state
    ? { subject, holds: message("preflight.devops") }
    : { subject, finding: finding("PREFLIGHT_DEVOPS_OFF", subject) };
}

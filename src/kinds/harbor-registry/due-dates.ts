import type { DueDate } from "../../engine/due-date.ts";
import type { Document } from "../../model/document.ts";
import { message } from "../../text/message.ts";
import type { ObservedRegistry } from "./observed.ts";
import type { HarborRegistrySpec } from "./schema.ts";

/** A month: whatever issues it should have renewed it by then, since nobody issues for less than three. */
const month = 30 * 86_400_000;

/** What of a registry ends: the certificate as clients meet it, the CA that it is trusted by, the platform's robot. Pure. */
export function dueDates(
  { metadata }: Document<HarborRegistrySpec>,
  observed: ObservedRegistry,
): readonly DueDate[] {
  const { certificateNotAfter: served, caNotAfter: ca, url, identity, username, kubesphere } = observed;
  const monthBefore = (end: string): string => new Date(Date.parse(end) - month).toISOString();
  const dates: DueDate[] = [];
  if (served !== undefined)
    dates.push({
      type: "served",
      what: message("status.served"),
      where: url,
      expiresAt: served,
      renewedBy: message("status.byItsIssuer"),
    });
  if (ca !== undefined)
    dates.push({
      type: "trust",
      what: message("status.trust"),
      where:
        kubesphere?.mountedDigest === undefined ? metadata.name : "Deployment/kubesphere-system/ks-apiserver",
      expiresAt: ca,
      dueAt: monthBefore(ca),
      renewedBy: message("status.byRollover"),
    });
  if (identity === "robot")
    dates.push({
      type: "robot",
      what: message("status.credential", { name: username }),
      where: url,
      renewedBy: message("status.byRobotInHarbor"),
      unknown: message("status.unknownRobot"),
    });
  return dates;
}

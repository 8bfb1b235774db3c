import type { DueDate } from "../../engine/due-date.ts";
import type { Document } from "../../model/document.ts";
import { message } from "../../text/message.ts";
import type { ObservedPlatformRobot, ObservedRegistry } from "./observed.ts";
import type { HarborRegistrySpec } from "./schema.ts";

/** A month: whatever issues it should have renewed it by then, since nobody issues for less than three. */
const month = 30 * 86_400_000;

/** What of a registry ends: the certificate as clients meet it, the CA that it is trusted by, the platform's robot. Pure. */
export function dueDates(
  { metadata }: Document<HarborRegistrySpec>,
  observed: ObservedRegistry,
): readonly DueDate[] {
  const {
    certificateNotAfter: served,
    caNotAfter: ca,
    url,
    identity,
    username,
    robot,
    kubesphere,
  } = observed;
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
      ...lifeOf(robot),
    });
  return dates;
}

/** A platform robot is replaced by hand: it is due a month before its end. */
function lifeOf(
  robot: ObservedPlatformRobot | undefined,
): Pick<DueDate, "since" | "expiresAt" | "dueAt" | "unknown"> {
  if (robot?.state !== "read")
    return {
      unknown: message(robot?.state === "forbidden" ? "status.robotForbidden" : "status.robotHidden"),
    };
  const { createdAt, expiresAt } = robot;
  return {
    ...(createdAt !== undefined && { since: createdAt }),
    ...(expiresAt !== undefined && { expiresAt, dueAt: monthBefore(expiresAt) }),
  };
}

const monthBefore = (end: string): string => new Date(Date.parse(end) - month).toISOString();

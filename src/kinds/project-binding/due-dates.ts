import type { DueDate } from "../../engine/due-date.ts";
import type { Document } from "../../model/document.ts";
import { message } from "../../text/message.ts";
import { renewBeforeDays } from "./checks.ts";
import { keptUntil } from "./grace.ts";
import type { ObservedBinding, ObservedNamespace, ObservedRobot, ObservedSecret } from "./observed.ts";
import type { ProjectBindingSpec } from "./schema.ts";

/**
 * Robots end, and the Secret that holds one's credential is of no use after that: each Secret with the robot behind it
 * and the age of its credential, and robots of ours that no Secret holds. Pure.
 */
export function dueDates(
  { spec }: Document<ProjectBindingSpec>,
  { namespaces }: ObservedBinding,
  now: Date,
): readonly DueDate[] {
  return namespaces.flatMap((namespace) => {
    const { secret, robots } = namespace;
    const ours = robots.filter((robot) => robot.ours);
    const behind = ours.find((robot) => robot.name === secret?.username);
    return [
      ...(secret?.owner === "us" ? [ofSecret(secret, behind, namespace, spec, now)] : []),
      ...ours
        .filter((robot) => robot !== behind || secret?.owner !== "us")
        .map((robot): DueDate => ({
          type: "robot",
          what: message("status.robot", { name: robot.name }),
          where: robot.harborProject,
          ...sinceOf(robot.createdAt),
          ...(removalOf(robot, namespace, now) ?? endOf(robot, spec, now)),
        })),
    ];
  });
}

function ofSecret(
  secret: ObservedSecret,
  robot: ObservedRobot | undefined,
  namespace: ObservedNamespace,
  spec: ProjectBindingSpec,
  now: Date,
): DueDate {
  const base = {
    type: "secret" as const,
    what: message("status.secret", { robot: secret.username ?? "-" }),
    where: `Secret/${namespace.name}/${secret.name}`,
    // The credential is as old as its robot: its secret is told once, when it is made.
    ...sinceOf(robot?.createdAt ?? secret.createdAt),
  };
  if (robot !== undefined) return { ...base, ...endOf(robot, spec, now) };
  return { ...base, renewedBy: message("status.byApply"), unknown: message("status.unknownSecret") };
}

const sinceOf = (since: string | undefined): Pick<DueDate, "since"> => (since === undefined ? {} : { since });

/** A robot that another took over from goes when no pull can be using it any more. */
function removalOf(
  robot: ObservedRobot,
  namespace: ObservedNamespace,
  now: Date,
): Pick<DueDate, "expiresAt" | "dueAt" | "renewedBy"> | undefined {
  const until = keptUntil(robot, namespace, now);
  if (until <= now.getTime() || until === Infinity) return undefined;
  const dueAt = new Date(until).toISOString();
  return {
    ...(robot.expiresAt >= 0 && { expiresAt: new Date(robot.expiresAt * 1000).toISOString() }),
    dueAt,
    renewedBy: message("status.byRemoval", { at: `${dueAt.slice(0, 16)}Z` }),
  };
}

function endOf(
  { expiresAt }: ObservedRobot,
  spec: ProjectBindingSpec,
  now: Date,
): Pick<DueDate, "expiresAt" | "dueAt" | "renewedBy"> {
  if (expiresAt < 0) return { renewedBy: message("status.byRotateRobots") };
  const due = expiresAt * 1000 - renewBeforeDays(spec) * 86_400_000;
  const dueAt = new Date(due).toISOString();
  return {
    expiresAt: new Date(expiresAt * 1000).toISOString(),
    dueAt,
    renewedBy:
      due <= now.getTime()
        ? message("status.byApply")
        : message("status.byApplyFrom", { from: dueAt.slice(0, 10) }),
  };
}

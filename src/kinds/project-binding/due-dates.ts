import type { DueDate } from "../../engine/due-date.ts";
import type { Document } from "../../model/document.ts";
import { message } from "../../text/message.ts";
import { renewBeforeDays } from "./checks.ts";
import type { ObservedBinding } from "./observed.ts";
import type { ProjectBindingSpec } from "./schema.ts";

/** Robots end; the Secret that holds one's credential is of no use after that. Pure. */
export function dueDates(
  { spec }: Document<ProjectBindingSpec>,
  { namespaces }: ObservedBinding,
  now: Date,
): readonly DueDate[] {
  return namespaces.flatMap((namespace) =>
    namespace.robots
      .filter((robot) => robot.ours)
      .map((robot): DueDate => {
        const { secret } = namespace;
        const holds = secret !== undefined && secret.username === robot.name;
        const base = {
          type: "robot" as const,
          what: message("status.robot", { name: robot.name }),
          where: holds ? `Secret/${namespace.name}/${secret.name}` : robot.harborProject,
        };
        if (robot.expiresAt < 0) return { ...base, renewedBy: message("status.byApply") };
        const due = robot.expiresAt * 1000 - renewBeforeDays(spec) * 86_400_000;
        const dueAt = new Date(due).toISOString();
        return {
          ...base,
          expiresAt: new Date(robot.expiresAt * 1000).toISOString(),
          dueAt,
          renewedBy:
            due <= now.getTime()
              ? message("status.byApply")
              : message("status.byApplyFrom", { from: dueAt.slice(0, 10) }),
        };
      }),
  );
}

import type { ObservedNamespace, ObservedRobot } from "./observed.ts";

/**
 * How long a robot stays after another took over from it, in milliseconds: a pull that began with it asks for tokens
 * until its last layer, and a kubelet reads the Secret anew only after a while.
 */
const graceMs = 10 * 60_000;

/** Whether Harbor takes a robot's credential: it is neither disabled nor past its end. */
export const canPull = (robot: ObservedRobot, now: Date): boolean =>
  !robot.disabled && (robot.expiresAt < 0 || robot.expiresAt * 1000 > now.getTime());

/**
 * Until when a robot of ours that no Secret goes on holding may still be in use, in milliseconds since 1970: 0 where it
 * is of no use to anybody, Infinity where somebody must act first. What it is told from stands in the Secret.
 */
export function keptUntil(
  robot: ObservedRobot,
  { secret, robots }: Pick<ObservedNamespace, "secret" | "robots">,
  now: Date,
): number {
  if (secret?.owner !== "us") return 0;
  if (robot.name === secret.rotating) return Infinity;
  if (!canPull(robot, now)) return 0;
  // It is only about to be replaced, and nobody pulls with a credential that Harbor refuses.
  if (robot.name === secret.username) return secret.accepted === false ? 0 : Infinity;
  const holder = robots.find((r) => r.ours && r.name === secret.username);
  const { replacedAt } = secret;
  // Ids grow: a younger one never was in the Secret.
  if (holder === undefined || robot.id > holder.id || replacedAt === undefined) return 0;
  // A time that lies far ahead was written by a clock that was wrong.
  return Math.abs(now.getTime() - replacedAt) < graceMs ? replacedAt + graceMs : 0;
}

/** Whether somebody may be pulling with what a Secret of ours holds, so that its robot has to outlive being replaced. */
export const hasPuller = (
  { secret, robots }: Pick<ObservedNamespace, "secret" | "robots">,
  now: Date,
): boolean =>
  secret?.owner === "us" &&
  secret.rotating === undefined &&
  secret.accepted !== false &&
  robots.some((r) => r.ours && r.name === secret.username && canPull(r, now));

import type { HarborClient } from "../../clients/harbor/client.ts";
import type { Robot } from "../../clients/harbor/robot-schemas.ts";
import { isError } from "../../model/errors.ts";
import type { ObservedPlatformRobot } from "./observed.ts";

/**
 * Looks for a robot among those that it may list itself: one of the system there, one of a project (`robot$team+ci`) in
 * that project. Harbor has no way to ask for oneself (facts/harbor.md §1.5).
 */
export async function observeRobot(
  harbor: HarborClient,
  username: string,
  signal: AbortSignal,
): Promise<ObservedPlatformRobot> {
  try {
    const found = (await listed(harbor, username, signal)).find((robot) => robot.name === username);
    return found === undefined ? { state: "hidden" } : { state: "read", ...timesOf(found) };
  } catch (thrown) {
    if (isError(thrown, "HARBOR_FORBIDDEN")) return { state: "forbidden" };
    throw thrown;
  }
}

async function listed(
  { projects, robots }: HarborClient,
  username: string,
  signal: AbortSignal,
): Promise<readonly Robot[]> {
  const plus = username.indexOf("+");
  if (plus < 0) return robots.listOfSystem(signal);
  // The prefix is a setting of Harbor's and may hold anything: the project's name is what some project is called.
  const before = username.slice(0, plus);
  for await (const { name, project_id: id } of projects.list(signal))
    if (before.endsWith(name)) {
      const found = await robots.listOfProject(id, signal);
      if (found.some((robot) => robot.name === username)) return found;
    }
  return [];
}

function timesOf({ creation_time: createdAt, expires_at: end }: Robot): {
  readonly createdAt?: string;
  readonly expiresAt?: string;
} {
  return {
    ...(createdAt !== undefined && { createdAt }),
    ...(end !== undefined && end >= 0 && { expiresAt: new Date(end * 1000).toISOString() }),
  };
}

import { Limiter } from "../../clients/harbor/limiter.ts";
import type { Robot } from "../../clients/harbor/robot-schemas.ts";
import type { Project } from "../../clients/harbor/schemas.ts";
import { isError, MoorlineError } from "../../model/errors.ts";
import type { ConnectedHarbor } from "../harbor-registry/connect.ts";
import type { Focus } from "../world.ts";
import type { ObservedProject, ObservedRobot } from "./observed.ts";
import { isSlot, robotNamePart, robotNameStem, robotOwner, type Slot } from "./ownership.ts";
import type { ProjectBindingSpec } from "./schema.ts";

/** A Harbor project with its robots, as Harbor told. */
export interface GatheredProject {
  readonly project: ObservedProject;
  readonly robots: readonly Robot[];
  /** Why Harbor did not show it: callers who are no administrators are not told whether it exists. */
  readonly refused?: MoorlineError;
}

const flag = (value: string | undefined): boolean => value === "true";

/** Which robots of a project are looked at: all, or those that bear the name of a namespace in focus. */
interface RobotsMeant {
  readonly cluster: string;
  readonly focus: Focus | undefined;
}

/**
 * Reads Harbor projects by their exact names, and the robots of each: all in one list, or those in focus by name.
 * What Harbor refuses to show is told with the project, not thrown.
 */
export async function gatherProjects(
  names: readonly string[],
  { harbor }: ConnectedHarbor,
  spec: ProjectBindingSpec,
  { cluster, focus }: RobotsMeant,
  signal: AbortSignal,
): Promise<readonly GatheredProject[]> {
  const limiter = new Limiter(16);
  const robotsOf = (project: number): Promise<readonly Robot[]> => {
    if (focus === undefined) return harbor.robots.listOfProject(project, signal);
    const parts = [...focus.namespaces].map((namespace) => robotNamePart({ namespace, cluster }));
    return harbor.robots.findInProject(project, parts, signal);
  };
  const one = async (name: string): Promise<GatheredProject> => {
    const project = await harbor.projects.getByName(name, signal).catch(refusal);
    if (project instanceof MoorlineError) return { project: { name }, robots: [], refused: project };
    if (project === undefined) return { project: { name }, robots: [] };
    const quota =
      spec.harborProject.storageLimit === undefined
        ? undefined
        : await harbor.quotas.getByProject(project.project_id, signal);
    const robots = await robotsOf(project.project_id);
    return { project: observedProject(project, quota?.hard.storage), robots };
  };
  return Promise.all(names.map((name) => limiter.run(() => one(name))));
}

function refusal(thrown: unknown): MoorlineError {
  if (isError(thrown, "HARBOR_FORBIDDEN")) return thrown;
  throw thrown;
}

function observedProject(project: Project, storageLimit: number | undefined): ObservedProject {
  const { metadata } = project;
  return {
    name: project.name,
    id: project.project_id,
    public: flag(metadata.public),
    autoScan: flag(metadata.auto_scan),
    preventVulnerable: flag(metadata.prevent_vul),
    repositories: project.repo_count,
    ...(metadata.severity !== undefined && { severity: metadata.severity }),
    ...(storageLimit !== undefined && { storageLimit }),
  };
}

/** Whose robots to look for. */
export interface RobotSearch {
  readonly binding: string;
  readonly cluster: string;
  readonly prefix: string;
  readonly namespaces: readonly string[];
  readonly focus: Focus | undefined;
}

/**
 * Sorts robots by the namespace that they are for: ours, and others' that bear a name that we would need.
 * The rest of a project's robots are nobody's business here.
 */
export function robotsByNamespace(
  gathered: readonly GatheredProject[],
  search: RobotSearch,
): ReadonlyMap<string, readonly ObservedRobot[]> {
  const stems = new Map<string, string>();
  for (const namespace of search.namespaces)
    stems.set(robotNameStem(search.prefix, { ...search, namespace }), namespace);
  const found = new Map<string, ObservedRobot[]>();
  for (const { project, robots } of gathered)
    for (const robot of robots) {
      const short = robot.name.slice(robot.name.lastIndexOf("+") + 1);
      const place = placeOf(short, stems);
      const owner = robotOwner(robot.description ?? "");
      const ours = owner?.binding === search.binding && owner.cluster === search.cluster;
      const namespace = ours ? owner.namespace : place?.namespace;
      if (namespace === undefined || search.focus?.namespaces.has(namespace) === false) continue;
      const known = found.get(namespace);
      const observed = observedRobot(
        robot,
        project.name,
        ours,
        namespace,
        // Its namespace may not be chosen any more.
        place ?? (owner && placeOf(short, new Map([[robotNameStem(search.prefix, owner), owner.namespace]]))),
      );
      if (known === undefined) found.set(namespace, [observed]);
      else known.push(observed);
    }
  return found;
}

/** The namespace and the slot that a robot's name says, if it begins with one of these stems. */
function placeOf(
  short: string,
  stems: ReadonlyMap<string, string>,
): { readonly namespace: string; readonly slot: Slot } | undefined {
  const namespace = stems.get(short.slice(0, -1));
  const slot = short.slice(-1);
  return namespace !== undefined && isSlot(slot) ? { namespace, slot } : undefined;
}

function observedRobot(
  robot: Robot,
  harborProject: string,
  ours: boolean,
  namespace: string,
  place: { readonly namespace: string; readonly slot: Slot } | undefined,
): ObservedRobot {
  const permissions = robot.permissions.flatMap((p) => p.access.map((a) => `${a.resource}:${a.action}`));
  return {
    id: robot.id,
    harborProject,
    name: robot.name,
    ...(place?.namespace === namespace && { slot: place.slot }),
    ours,
    disabled: robot.disable,
    expiresAt: robot.expires_at ?? -1,
    ...(robot.creation_time !== undefined && { createdAt: robot.creation_time }),
    durationDays: robot.duration ?? -1,
    permissions: [...new Set(permissions)].sort(),
  };
}

import type { Caller } from "./caller.ts";
import { callerName } from "./identity.ts";
import { forbidden, notFound, unauthorized } from "./problem.ts";
import type { Permission, Project, Robot } from "./records.ts";
import { publicMay, roleMay } from "./roles.ts";
import { has, type Call, type Site } from "./site.ts";

export const isPublic = (project: Project): boolean => project.metadata["public"] === "true";

export const isAdministrator = (caller: Caller): boolean => caller.kind === "user" && caller.user.sysadmin;

/** The caller's role in a project: 1 for a system administrator, else the membership's, or undefined. */
export function roleIn(site: Site, caller: Caller, projectId: number): number | undefined {
  if (isAdministrator(caller)) return 1;
  if (caller.kind !== "user") return undefined;
  return site.store.find("members", (m) => m.projectId === projectId && m.userId === caller.user.id)?.role;
}

/** Whether the caller may do that in the project. A registry token is judged elsewhere, by its claims. */
export function mayInProject(
  site: Site,
  caller: Caller,
  project: Project,
  resource: string,
  action: string,
): boolean {
  if (isAdministrator(caller)) return true;
  if (isPublic(project) && publicMay(resource, action)) return true;
  if (caller.kind === "robot") return robotMayInProject(site, caller.robot, project, resource, action);
  const role = roleIn(site, caller, project.id);
  return role !== undefined && roleMay(role, resource, action);
}

export function maySystem(site: Site, caller: Caller, resource: string, action: string): boolean {
  if (isAdministrator(caller)) return true;
  if (caller.kind !== "robot" || caller.robot.level !== "system") return false;
  return grants(
    caller.permissions.filter((p) => p.kind === "system"),
    resource,
    action,
  );
}

function robotMayInProject(
  site: Site,
  robot: Robot,
  project: Project,
  resource: string,
  action: string,
): boolean {
  const system = robot.permissions.some((p) => p.kind === "system");
  if (system && has(site, "systemPermissionsHideProjectPermissions")) return false;
  const here = robot.permissions.filter(
    (p) =>
      p.kind === "project" &&
      (p.namespace === project.name || (p.namespace === "*" && robot.level === "system")),
  );
  if (robot.level === "project" && robot.projectId !== project.id) return false;
  // Pushing implies pulling for robots of one project (facts/harbor.md §1.6).
  const implied = robot.level === "project" && resource === "repository" && action === "pull";
  return grants(here, resource, action) || (implied && grants(here, resource, "push"));
}

function grants(permissions: readonly Permission[], resource: string, action: string): boolean {
  const entries = permissions.flatMap((p) => p.access.filter((a) => a.resource === resource));
  const named = entries.filter((a) => a.action === action || a.action === "*");
  return named.some((a) => a.effect !== "deny") && !named.some((a) => a.effect === "deny");
}

/** @throws HarborProblem 401 for nobody, 403 that names the caller for everybody else without the right */
export function requireSystem(site: Site, c: Call, resource: string, action: string): void {
  const caller = c.get("caller");
  if (maySystem(site, caller, resource, action)) return;
  if (caller.kind === "anonymous") throw unauthorized();
  throw forbidden(callerName(caller));
}

/** @throws HarborProblem 401 unless somebody is logged in */
export function requireLogin(c: Call): Caller {
  const caller = c.get("caller");
  if (caller.kind === "anonymous") throw unauthorized();
  return caller;
}

/**
 * The project that a path names, once the caller's right there is clear. A project that is missing shows as such only
 * to administrators (facts/harbor.md §1.4).
 */
export function requireProject(
  site: Site,
  c: Call,
  reference: string,
  resource: string,
  action: string,
): Project {
  const caller = c.get("caller");
  const project = projectOf(site, c, reference);
  if (project === undefined) {
    if (caller.kind === "anonymous") throw unauthorized();
    throw isAdministrator(caller) ? notFound(`project ${reference} not found`) : forbidden();
  }
  if (mayInProject(site, caller, project, resource, action)) return project;
  throw caller.kind === "anonymous" ? unauthorized() : forbidden();
}

/** By name, or by id where it is a number and no header says that numbers are names. */
function projectOf(site: Site, c: Call, reference: string): Project | undefined {
  if (/^\d+$/.test(reference) && c.req.header("x-is-resource-name") !== "true") {
    return site.store.get("projects", Number(reference));
  }
  return projectNamed(site, reference);
}

export const projectNamed = (site: Site, name: string): Project | undefined =>
  site.store.find("projects", (p) => p.name === name);

import type { Caller } from "../caller.ts";
import { callerName } from "../identity.ts";
import { maySystem, mayInProject, projectNamed } from "../permissions.ts";
import { denied, HarborProblem } from "../problem.ts";
import type { Project } from "../records.ts";
import { baseOf, has, type Call, type Site } from "../site.ts";

export type RegistryAction = "pull" | "push" | "delete";

const api = { "docker-distribution-api-version": "registry/2.0" };

/** 401 with the challenge that Harbor would send: Bearer to who sent no credentials, Basic to who did (facts §4). */
function challenge(site: Site, c: Call, message: string, scope?: string): HarborProblem {
  const bearer = `Bearer realm="${baseOf(site, c)}/service/token",service="harbor-registry"`;
  const value =
    c.req.header("authorization") === undefined
      ? bearer + (scope === undefined ? "" : `,scope="${scope}"`)
      : 'Basic realm="harbor"';
  return new HarborProblem(401, "UNAUTHORIZED", `${message}: ${message}`, {
    headers: { ...api, "www-authenticate": value },
  });
}

/**
 * The project of a repository, once the caller may do that there. Every refusal is a 401 (facts/harbor.md §4).
 */
export function requireRepository(site: Site, c: Call, repository: string, action: RegistryAction): Project {
  const caller = c.get("caller");
  const scope = `repository:${repository}:${action === "push" ? "pull,push" : action}`;
  const isRead = c.req.method === "GET" || c.req.method === "HEAD";
  if (isRead && c.req.header("authorization") === undefined) {
    throw challenge(site, c, "authorize header needed to send HEAD to repository", scope);
  }
  const name = repository.split("/")[0] ?? "";
  const project = projectNamed(site, name);
  if (project === undefined) {
    const message = `project ${name} not found`;
    throw new HarborProblem(401, "UNAUTHORIZED", `${message}: ${message}`, { headers: api });
  }
  if (!mayUse(site, caller, project, repository, action)) {
    throw challenge(site, c, `unauthorized to access repository: ${repository}, action: ${action}`, scope);
  }
  return project;
}

export function mayUse(
  site: Site,
  caller: Caller,
  project: Project,
  repository: string,
  action: RegistryAction,
): boolean {
  if (caller.kind !== "token") return mayInProject(site, caller, project, "repository", action);
  const born = Math.floor(Date.parse(project.created) / 1000);
  if (has(site, "tokensOlderThanTheirProjectAreRefused") && caller.claims.iat < born) return false;
  return caller.claims.access.some(
    (a) => a.type === "repository" && a.name === repository && a.actions.includes(action),
  );
}

/** @throws HarborProblem 401 unless somebody is logged in, be it by a token */
export function requireSomebody(site: Site, c: Call): void {
  if (callerName(c.get("caller")) === "") throw challenge(site, c, "unauthorized");
}

export function requireCatalog(site: Site, c: Call): void {
  const caller = c.get("caller");
  const byToken =
    caller.kind === "token" &&
    caller.claims.access.some((a) => a.type === "registry" && a.actions.includes("*"));
  if (!byToken && !maySystem(site, caller, "catalog", "read")) {
    throw challenge(site, c, "unauthorized to list catalog", "registry:catalog:*");
  }
}

export function refuseProxy(project: Project): void {
  if (project.registryId !== 0)
    throw denied(`denied: can not push artifact to a proxy project: ${project.name}`);
}

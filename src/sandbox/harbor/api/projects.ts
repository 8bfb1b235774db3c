import { Hono } from "hono";
import { z } from "zod";
import { readBody } from "../body.ts";
import { zeroTime } from "../clock.ts";
import { callerName } from "../identity.ts";
import {
  isAdministrator,
  isPublic,
  mayInProject,
  maySystem,
  projectNamed,
  requireLogin,
  requireProject,
  roleIn,
} from "../permissions.ts";
import { badRequest, conflict, forbidden, notFound, precondition, unprocessable } from "../problem.ts";
import { pageOf, type Fields } from "../query.ts";
import type { Project } from "../records.ts";
import { usageOf } from "../registry/quota.ts";
import { removeProject } from "../removal.ts";
import { roleNames } from "../roles.ts";
import {
  audit,
  created,
  empty,
  json,
  now,
  setting,
  numberSetting,
  urlOf,
  type Call,
  type HarborEnv,
  type Routes,
  type Site,
} from "../site.ts";

const allowlist = z.looseObject({
  items: z.array(z.looseObject({ cve_id: z.string() })).optional(),
  expires_at: z.number().optional(),
});

const request = z.looseObject({
  project_name: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  storage_limit: z.number().optional(),
  registry_id: z.number().optional(),
  public: z.boolean().optional(),
  cve_allowlist: allowlist.optional(),
});

/** What every name in Harbor's API must match, beside its length. */
export const namePattern = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

const fields: Fields<Project> = {
  name: (p) => p.name,
  project_id: (p) => p.id,
  creation_time: (p) => p.created,
  update_time: (p) => p.updated,
  public: (p) => isPublic(p),
  owner_id: (p) => p.ownerId,
};

export function projectRoutes(site: Site): Routes {
  const routes: Routes = new Hono<HarborEnv>();
  routes.post("/projects", (c) => createProject(site, c));
  routes.get("/projects", (c) => (c.req.method === "HEAD" ? headProject(site, c) : listProjects(site, c)));
  routes.get("/projects/:project", (c) => {
    const project = requireProject(site, c, c.req.param("project"), "project", "read");
    return json(shown(site, c, project));
  });
  routes.put("/projects/:project", (c) => updateProject(site, c, c.req.param("project")));
  routes.delete("/projects/:project", (c) => {
    const project = requireProject(site, c, c.req.param("project"), "project", "delete");
    const reason = undeletable(site, project);
    if (reason !== undefined) throw precondition(`precondition failed: ${reason}`);
    removeProject(site, project, callerName(c.get("caller")));
    return empty();
  });
  routes.get("/projects/:project/_deletable", (c) => {
    const reason = undeletable(site, requireProject(site, c, c.req.param("project"), "project", "delete"));
    return json(reason === undefined ? { deletable: true } : { message: reason });
  });
  routes.get("/projects/:project/summary", (c) => {
    return summary(site, c, requireProject(site, c, c.req.param("project"), "project", "read"));
  });
  return routes;
}

async function createProject(site: Site, c: Call): Promise<Response> {
  const caller = requireLogin(c);
  const body = await readBody(c.env.incoming, "project", "ProjectReq", request);
  if (caller.kind === "robot") {
    if (caller.robot.level !== "system") throw forbidden("Only system level robot can create project");
    if (!maySystem(site, caller, "project", "create")) throw forbidden(callerName(caller));
  } else if (setting(site, "project_creation_restriction") === "adminonly" && !isAdministrator(caller)) {
    throw forbidden("Only system admin can create project");
  }
  const name = body.project_name ?? "";
  if (name.length > 255) throw unprocessable("project_name in body should be at most 255 chars long");
  if (!namePattern.test(name))
    throw badRequest("project name is not in lower case or contains illegal characters");
  const registryId = body.registry_id ?? 0;
  if (registryId !== 0) requireProxyRight(site, c, registryId);
  if (projectNamed(site, name) !== undefined) throw conflict(`The project named ${name} already exists`);
  const mayLimit = isAdministrator(caller) || caller.kind === "robot";
  const limit =
    mayLimit && body.storage_limit ? body.storage_limit : numberSetting(site, "storage_per_project");
  const project = addProject(site, {
    name,
    ownerId: caller.kind === "user" ? caller.user.id : 1,
    metadata: { public: String(body.public ?? false), ...body.metadata },
    registryId,
    limit,
  });
  if (body.cve_allowlist !== undefined) {
    site.store.update("projects", project.id, allowlistOf(body.cve_allowlist));
  }
  audit(site, {
    projectId: project.id,
    operation: "create",
    resource: name,
    resourceType: "project",
    username: callerName(caller),
  });
  const asName = c.req.header("x-resource-name-in-location") === "true";
  return created(`/api/v2.0/projects/${asName ? name : project.id}`);
}

/** Makes a project with its quota and its owner's membership; a proxy cache also gets the 7-day retention (§1.4). */
export function addProject(
  site: Site,
  what: {
    name: string;
    ownerId: number;
    metadata: Readonly<Record<string, string>>;
    registryId: number;
    limit: number;
  },
): Project {
  const time = now(site);
  const { name, ownerId, registryId } = what;
  let project = site.store.insert("projects", {
    name,
    ownerId,
    metadata: what.metadata,
    registryId,
    allowlist: [],
    allowlistExpires: undefined,
    created: time,
    updated: time,
  });
  site.store.insert("members", { projectId: project.id, userId: ownerId, role: 1 });
  site.store.insert("quotas", { projectId: project.id, hard: what.limit, created: time, updated: time });
  if (registryId === 0) return project;
  const everything = { decoration: "matches", kind: "doublestar", pattern: "**" };
  const retention = site.store.insert("retentions", {
    projectId: project.id,
    created: time,
    updated: time,
    body: {
      algorithm: "or",
      rules: [
        {
          action: "retain",
          params: { nDaysSinceLastPull: 7 },
          scope_selectors: { repository: [{ ...everything, decoration: "repoMatches" }] },
          tag_selectors: [{ ...everything, extras: '{"untagged":true}' }],
          template: "nDaysSinceLastPull",
        },
      ],
      scope: { level: "project", ref: project.id },
      trigger: { kind: "Schedule", settings: { cron: "0 0 0 * * *" } },
    },
  });
  const metadata = { ...project.metadata, retention_id: String(retention.id) };
  project = site.store.update("projects", project.id, { metadata }) ?? project;
  return project;
}

function requireProxyRight(site: Site, c: Call, registryId: number): void {
  if (!isAdministrator(c.get("caller"))) throw forbidden("Only system admin can create proxy cache project");
  const registry = site.store.get("registries", registryId);
  if (registry === undefined) throw notFound(`registry ${registryId} not found`);
  const permitted =
    /^(?:docker-hub|harbor|azure-acr|ali-acr|aws-ecr|google-gcr|quay|docker-registry|github-ghcr|jfrog-artifactory)$/;
  if (!permitted.test(registry.type)) throw badRequest(`unsupported registry type ${registry.type}`);
}

function headProject(site: Site, c: Call): Response {
  const caller = requireLogin(c);
  const project = projectNamed(site, c.req.query("project_name") ?? "");
  if (
    project === undefined ||
    !(isAdministrator(caller) || mayInProject(site, caller, project, "project", "read"))
  ) {
    throw notFound(`project ${c.req.query("project_name") ?? ""} not found`);
  }
  return empty();
}

function listProjects(site: Site, c: Call): Response {
  const caller = c.get("caller");
  const url = urlOf(c);
  const name = url.searchParams.get("name");
  const open = url.searchParams.get("public");
  const rows = site.store
    .all("projects")
    .filter((p) => visible(site, c, p))
    .filter((p) => name === null || p.name.includes(name))
    .filter((p) => open === null || String(isPublic(p)) === open)
    .filter((p) => caller.kind !== "anonymous" || isPublic(p));
  return pageOf(url, rows, fields, (p) => shown(site, c, p));
}

/** Whether the project shows up in lists: administrators see all, robots what they cover, others what they are in. */
export function visible(site: Site, c: Call, project: Project): boolean {
  const caller = c.get("caller");
  if (isAdministrator(caller) || isPublic(project)) return true;
  if (caller.kind === "robot") {
    if (caller.robot.level === "project") return caller.robot.projectId === project.id;
    return caller.permissions.some(
      (p) => p.kind === "project" && (p.namespace === "*" || p.namespace === project.name),
    );
  }
  return roleIn(site, caller, project.id) !== undefined;
}

async function updateProject(site: Site, c: Call, reference: string): Promise<Response> {
  const project = requireProject(site, c, reference, "project", "update");
  const body = await readBody(c.env.incoming, "project", "ProjectReq", request);
  const { retention_id: _, ...metadata } = body.metadata ?? {};
  site.store.update("projects", project.id, {
    metadata: { ...project.metadata, ...metadata },
    ...(body.cve_allowlist === undefined ? {} : allowlistOf(body.cve_allowlist)),
    updated: now(site),
  });
  if (body.storage_limit !== undefined && body.storage_limit !== 0 && isAdministrator(c.get("caller"))) {
    const quota = site.store.find("quotas", (q) => q.projectId === project.id);
    if (quota !== undefined)
      site.store.update("quotas", quota.id, { hard: body.storage_limit, updated: now(site) });
  }
  return empty();
}

const allowlistOf = (list: z.infer<typeof allowlist>): Pick<Project, "allowlist" | "allowlistExpires"> => ({
  allowlist: (list.items ?? []).map(({ cve_id }) => ({ cve_id })),
  allowlistExpires: list.expires_at,
});

function undeletable(site: Site, project: Project): string | undefined {
  const holds = site.store.find("repositories", (r) => r.projectId === project.id) !== undefined;
  return holds ? "the project contains repositories, can not be deleted" : undefined;
}

function shown(site: Site, c: Call, project: Project): object {
  const role = roleIn(site, c.get("caller"), project.id);
  const owner = site.store.get("users", project.ownerId);
  return {
    creation_time: project.created,
    ...(role === undefined ? {} : { current_user_role_id: role, current_user_role_ids: [role] }),
    cve_allowlist: {
      creation_time: zeroTime,
      id: project.id,
      items: project.allowlist,
      project_id: project.id,
      update_time: zeroTime,
      ...(project.allowlistExpires === undefined ? {} : { expires_at: project.allowlistExpires }),
    },
    metadata: project.metadata,
    name: project.name,
    owner_id: project.ownerId,
    ...(owner === undefined ? {} : { owner_name: owner.username }),
    project_id: project.id,
    ...(project.registryId === 0 ? {} : { registry_id: project.registryId }),
    repo_count: site.store.filter("repositories", (r) => r.projectId === project.id).length,
    update_time: project.updated,
  };
}

function summary(site: Site, c: Call, project: Project): Response {
  const counts: Record<string, number> = {};
  if (mayInProject(site, c.get("caller"), project, "member", "list")) {
    for (const member of site.store.filter("members", (m) => m.projectId === project.id)) {
      const key = `${snake(roleNames[member.role] ?? "")}_count`;
      counts[key] = (counts[key] ?? 0) + 1;
    }
  }
  const quota = site.store.find("quotas", (q) => q.projectId === project.id);
  const readable = mayInProject(site, c.get("caller"), project, "quota", "read") && quota !== undefined;
  return json({
    ...counts,
    ...(readable
      ? { quota: { hard: { storage: quota.hard }, used: { storage: usageOf(site, project.id) } } }
      : {}),
    repo_count: site.store.filter("repositories", (r) => r.projectId === project.id).length,
  });
}

const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

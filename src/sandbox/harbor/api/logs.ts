import { Hono } from "hono";
import { visible } from "./projects.ts";
import { maySystem, requireLogin, requireProject } from "../permissions.ts";
import { pageOf, type Fields } from "../query.ts";
import type { AuditRecord } from "../records.ts";
import { has, json, urlOf, type Call, type HarborEnv, type Routes, type Site } from "../site.ts";

const fields: Fields<AuditRecord> = {
  id: (r) => r.id,
  op_time: (r) => r.time,
  operation: (r) => r.operation,
  resource: (r) => r.resource,
  resource_type: (r) => r.resourceType,
  username: (r) => r.username,
};

/** Audit records and search. From 2.13 the live log is the extended one; the old path keeps what was before. */
export function logRoutes(site: Site): Routes {
  const routes: Routes = new Hono<HarborEnv>();
  const extended = has(site, "extendedAuditLog");
  const all = (c: Call, path: string): Response => {
    const caller = requireLogin(c);
    const everything = maySystem(site, caller, "audit-log", "list");
    const seen = new Set(site.store.filter("projects", (p) => visible(site, c, p)).map((p) => p.id));
    const rows = site.store.filter("audit", (r) => everything || seen.has(r.projectId));
    return page(c, path === "live" ? rows : [], extended);
  };
  const ofProject = (c: Call, path: string): Response => {
    const project = requireProject(site, c, c.req.param("project") ?? "", "log", "list");
    const rows = site.store.filter("audit", (r) => r.projectId === project.id);
    return page(c, path === "live" ? rows : [], extended);
  };
  routes.get("/audit-logs", (c) => all(c, extended ? "legacy" : "live"));
  routes.get("/projects/:project/logs", (c) => ofProject(c, extended ? "legacy" : "live"));
  if (extended) {
    routes.get("/auditlog-exts", (c) => all(c, "live"));
    routes.get("/projects/:project/auditlog-exts", (c) => ofProject(c, "live"));
  }
  routes.get("/search", (c) => json(search(site, c)));
  return routes;
}

function page(c: Call, rows: readonly AuditRecord[], extended: boolean): Response {
  return pageOf(
    urlOf(c),
    rows,
    fields,
    (r) => ({
      id: r.id,
      op_time: r.time,
      operation: r.operation,
      ...(extended
        ? { operation_description: `${r.operation} ${r.resourceType}: ${r.resource}`, operation_result: true }
        : {}),
      resource: r.resource,
      resource_type: r.resourceType,
      username: r.username,
    }),
    "-op_time",
  );
}

function search(site: Site, c: Call): object {
  const part = c.req.query("q") ?? "";
  const projects = site.store.filter("projects", (p) => visible(site, c, p));
  const named = new Map(projects.map((p) => [p.id, p]));
  const repositories = site.store.filter(
    "repositories",
    (r) => named.has(r.projectId) && r.name.includes(part),
  );
  return {
    project: projects
      .filter((p) => p.name.includes(part))
      .map((p) => ({
        creation_time: p.created,
        metadata: p.metadata,
        name: p.name,
        owner_id: p.ownerId,
        project_id: p.id,
        repo_count: site.store.filter("repositories", (r) => r.projectId === p.id).length,
        update_time: p.updated,
      })),
    repository: repositories.map((r) => ({
      artifact_count: site.store.filter("artifacts", (a) => a.repositoryId === r.id).length,
      project_id: r.projectId,
      project_name: named.get(r.projectId)?.name,
      ...(named.get(r.projectId)?.metadata["public"] === "true" ? { project_public: true } : {}),
      pull_count: r.pulls,
      repository_name: r.name,
    })),
  };
}

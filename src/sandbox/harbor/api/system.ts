import { Hono } from "hono";
import { requireLogin, requireSystem, isAdministrator, isPublic, roleIn } from "../permissions.ts";
import { forbidden, notFound } from "../problem.ts";
import { grantable } from "../robot-permissions.ts";
import { has, json, now, setting, type Call, type HarborEnv, type Routes, type Site } from "../site.ts";
import { statfs } from "node:fs/promises";

const components = ["core", "database", "jobservice", "portal", "redis", "registry", "registryctl"];

/** What tells of the installation itself: ping, health, systeminfo, statistics (facts/harbor.md §1.3). */
export function systemRoutes(site: Site, volume: string | undefined): Routes {
  const routes: Routes = new Hono<HarborEnv>();
  routes.get("/ping", () => new Response("Pong", { headers: { "content-type": "text/plain" } }));
  routes.get("/health", () =>
    json({ components: components.map((name) => ({ name, status: "healthy" })), status: "healthy" }),
  );
  routes.get("/systeminfo", (c) => json(systemInfo(site, c)));
  routes.get("/systeminfo/getcert", () => {
    throw notFound("resource not found: cert not found in path: /etc/core/ca/ca.crt");
  });
  routes.get("/systeminfo/volumes", async (c) => {
    requireSystem(site, c, "system-volumes", "read");
    if (volume === undefined) return json({ storage: [{}] });
    const { bsize, blocks, bavail } = await statfs(volume);
    return json({ storage: [{ free: bavail * bsize, total: blocks * bsize }] });
  });
  routes.get("/statistics", (c) => json(statistics(site, c)));
  if (has(site, "permissionList")) {
    routes.get("/permissions", (c) => {
      if (!isAdministrator(requireLogin(c))) throw forbidden();
      return json({ project: grantable(site.version, "project"), system: grantable(site.version, "system") });
    });
  }
  return routes;
}

function systemInfo(site: Site, c: Call): object {
  const open = {
    auth_mode: setting(site, "auth_mode"),
    ...(has(site, "bannerMessage") ? { banner_message: setting(site, "banner_message") } : {}),
    primary_auth_mode: setting(site, "primary_auth_mode"),
    self_registration: setting(site, "self_registration"),
  };
  if (c.get("caller").kind === "anonymous") {
    return has(site, "anonymousSeesVersion") ? { ...open, harbor_version: site.version } : open;
  }
  const external = site.externalUrl();
  return {
    ...open,
    current_time: now(site),
    external_url: external,
    harbor_version: site.version,
    has_ca_root: false,
    notification_enable: setting(site, "notification_enable"),
    project_creation_restriction: setting(site, "project_creation_restriction"),
    read_only: setting(site, "read_only"),
    registry_storage_provider_name: "filesystem",
    registry_url: new URL(external).host,
  };
}

function statistics(site: Site, c: Call): object {
  const caller = requireLogin(c);
  const isAdmin = isAdministrator(caller);
  const repositories = site.store.all("repositories");
  const projects = site.store.all("projects");
  const open = new Set(projects.filter(isPublic).map((p) => p.id));
  const own = new Set(
    projects.filter((p) => !open.has(p.id) && roleIn(site, caller, p.id) !== undefined).map((p) => p.id),
  );
  const sizes = new Map(site.store.all("links").map((l) => [l.digest, l.size]));
  return {
    private_project_count: own.size,
    private_repo_count: repositories.filter((r) => own.has(r.projectId)).length,
    public_project_count: open.size,
    public_repo_count: repositories.filter((r) => open.has(r.projectId)).length,
    // Filled for administrators only (facts/harbor.md §1.3).
    total_project_count: isAdmin ? projects.length : 0,
    total_repo_count: isAdmin ? repositories.length : 0,
    total_storage_consumption: isAdmin ? [...sizes.values()].reduce((a, b) => a + b, 0) : 0,
  };
}

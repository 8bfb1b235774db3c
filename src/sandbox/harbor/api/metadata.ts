import { Hono } from "hono";
import { z } from "zod";
import { readBody } from "../body.ts";
import { requireProject } from "../permissions.ts";
import { badRequest, notFound } from "../problem.ts";
import { empty, json, now, type Call, type HarborEnv, type Routes, type Site } from "../site.ts";

const truth = /^(?:true|false|1|0|t|f)$/i;
const number = /^-?\d+$/;

/** The keys that `/metadatas/{key}` knows, and what their values look like (facts/harbor.md §1.4). */
const known: Readonly<Record<string, RegExp>> = {
  public: truth,
  enable_content_trust: truth,
  enable_content_trust_cosign: truth,
  prevent_vul: truth,
  auto_scan: truth,
  auto_sbom_generation: truth,
  reuse_sys_cve_allowlist: truth,
  proxy_cache_local_on_not_found: truth,
  proxy_speed_kb: number,
  max_upstream_conn: number,
  severity: /^(?:none|low|medium|high|critical)$/i,
};

const request = z.record(z.string(), z.string());

export function metadataRoutes(site: Site): Routes {
  const routes: Routes = new Hono<HarborEnv>();
  for (const path of ["/projects/:project/metadatas", "/projects/:project/metadatas/"]) {
    routes.get(path, (c) =>
      json(requireProject(site, c, c.req.param("project") ?? "", "metadata", "list").metadata),
    );
    routes.post(path, (c) => setMetadata(site, c, c.req.param("project") ?? "", undefined));
  }
  routes.get("/projects/:project/metadatas/:key", (c) => {
    const { metadata } = requireProject(site, c, c.req.param("project"), "metadata", "read");
    const key = c.req.param("key");
    if (metadata[key] === undefined) throw notFound(`project metadata ${key} not found`);
    return json({ [key]: metadata[key] });
  });
  routes.put("/projects/:project/metadatas/:key", (c) =>
    setMetadata(site, c, c.req.param("project"), c.req.param("key")),
  );
  routes.delete("/projects/:project/metadatas/:key", (c) => {
    const project = requireProject(site, c, c.req.param("project"), "metadata", "delete");
    const { [c.req.param("key")]: _, ...metadata } = project.metadata;
    site.store.update("projects", project.id, { metadata, updated: now(site) });
    return empty();
  });
  return routes;
}

async function setMetadata(
  site: Site,
  c: Call,
  reference: string,
  key: string | undefined,
): Promise<Response> {
  const project = requireProject(site, c, reference, "metadata", key === undefined ? "create" : "update");
  const entries = Object.entries(await readBody(c.env.incoming, "metadata", "Metadata", request));
  const [name, value] = entries[0] ?? [];
  if (entries.length !== 1 || name === undefined || value === undefined)
    throw badRequest("only allow one key/value pair");
  const shape = known[name];
  if (shape === undefined || (key !== undefined && key !== name))
    throw badRequest(`invalid key: ${key ?? name}`);
  if (!shape.test(value)) throw badRequest(`invalid value: ${value}`);
  const metadata = { ...project.metadata, [name]: value.toLowerCase() };
  site.store.update("projects", project.id, { metadata, updated: now(site) });
  return empty();
}

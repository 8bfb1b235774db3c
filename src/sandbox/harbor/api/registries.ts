import { Hono } from "hono";
import { z } from "zod";
import { readBody } from "../body.ts";
import { timestamp } from "../clock.ts";
import { requireSystem } from "../permissions.ts";
import { badRequest, conflict, notFound, precondition } from "../problem.ts";
import { pageOf, type Fields } from "../query.ts";
import type { Registry } from "../records.ts";
import {
  created,
  empty,
  has,
  json,
  now,
  urlOf,
  type Call,
  type HarborEnv,
  type Routes,
  type Site,
} from "../site.ts";
import { isHealthy } from "../upstream.ts";

const request = z.looseObject({
  id: z.number().optional(),
  name: z.string().optional(),
  type: z.string().optional(),
  url: z.string().optional(),
  description: z.string().optional(),
  insecure: z.boolean().optional(),
  ca_certificate: z.string().optional(),
  credential: z
    .looseObject({
      type: z.string().optional(),
      access_key: z.string().optional(),
      access_secret: z.string().optional(),
    })
    .optional(),
  credential_type: z.string().optional(),
  access_key: z.string().optional(),
  access_secret: z.string().optional(),
});

type RegistryRequest = z.infer<typeof request>;

const fields: Fields<Registry> = {
  name: (r) => r.name,
  id: (r) => r.id,
  type: (r) => r.type,
  url: (r) => r.url,
  creation_time: (r) => r.created,
};

export function registriesRoutes(site: Site): Routes {
  const routes: Routes = new Hono<HarborEnv>();
  routes.get("/registries", async (c) => {
    requireSystem(site, c, "registry", "list");
    const name = c.req.query("name") ?? "";
    const rows = site.store.filter("registries", (r) => r.name.includes(name));
    const health = new Map(
      await Promise.all(rows.map(async (r) => [r.id, await isHealthy(site, r)] as const)),
    );
    return pageOf(urlOf(c), rows, fields, (r) => shownRegistry(r, health.get(r.id) ?? false));
  });
  routes.post("/registries", (c) => createRegistry(site, c));
  routes.post("/registries/ping", async (c) => {
    requireSystem(site, c, "registry", "read");
    const body = await readBody(c.env.incoming, "registry", "RegistryPing", request);
    const stored = body.id === undefined ? undefined : registryOf(site, String(body.id));
    await requireHealth(site, { ...merged(site, stored, body), id: 0 });
    return empty();
  });
  routes.get("/registries/:id", async (c) => {
    requireSystem(site, c, "registry", "read");
    const registry = registryOf(site, c.req.param("id"));
    return json(shownRegistry(registry, await isHealthy(site, registry)));
  });
  routes.put("/registries/:id", async (c) => {
    requireSystem(site, c, "registry", "update");
    const registry = registryOf(site, c.req.param("id"));
    const body = await readBody(c.env.incoming, "registry", "RegistryUpdate", request);
    const next = merged(site, registry, body);
    await requireHealth(site, { ...next, id: registry.id });
    site.store.update("registries", registry.id, next);
    return empty();
  });
  routes.delete("/registries/:id", (c) => {
    requireSystem(site, c, "registry", "delete");
    const { id } = registryOf(site, c.req.param("id"));
    if (site.store.find("projects", (p) => p.registryId === id) !== undefined) {
      throw precondition(`the registry ${id} is referenced by proxy cache project, cannot delete it`);
    }
    if (site.store.find("replications", (r) => refersTo(r.body, id)) !== undefined) {
      throw precondition(`the registry ${id} is referenced by replication policies, cannot delete it`);
    }
    site.store.remove("registries", id);
    return empty();
  });
  return routes;
}

async function createRegistry(site: Site, c: Call): Promise<Response> {
  requireSystem(site, c, "registry", "create");
  const body = await readBody(c.env.incoming, "registry", "Registry", request);
  const row = merged(site, undefined, body);
  if (row.name === "" || row.url === "") throw badRequest("name and url are required");
  await requireHealth(site, { ...row, id: 0 });
  if (site.store.find("registries", (r) => r.name === row.name) !== undefined) {
    throw conflict(`registry ${row.name} already exists`);
  }
  return created(`/api/v2.0/registries/${site.store.insert("registries", row).id}`);
}

/** Harbor checks an endpoint before it keeps it (facts/harbor.md §1.7). */
async function requireHealth(site: Site, registry: Registry): Promise<void> {
  if (!(await isHealthy(site, registry))) throw badRequest("the registry is unhealthy");
}

function merged(site: Site, old: Registry | undefined, body: RegistryRequest): Omit<Registry, "id"> {
  const { credential } = body;
  return {
    name: body.name ?? old?.name ?? "",
    type: body.type ?? old?.type ?? "",
    url: body.url ?? old?.url ?? "",
    description: body.description ?? old?.description ?? "",
    insecure: body.insecure ?? old?.insecure ?? false,
    caCertificate: has(site, "caCertificateOfRegistries")
      ? (body.ca_certificate ?? old?.caCertificate ?? "")
      : "",
    credentialType: credential?.type ?? body.credential_type ?? old?.credentialType ?? "",
    accessKey: credential?.access_key ?? body.access_key ?? old?.accessKey ?? "",
    accessSecret: credential?.access_secret ?? body.access_secret ?? old?.accessSecret ?? "",
    created: old?.created ?? now(site),
    updated: timestamp(site.clock),
  };
}

function registryOf(site: Site, id: string): Registry {
  const registry = site.store.get("registries", Number(id));
  if (registry === undefined) throw notFound(`registry ${id} not found`);
  return registry;
}

const refersTo = (body: Readonly<Record<string, unknown>>, id: number): boolean =>
  ["dest_registry", "src_registry"].some((side) => (body[side] as { id?: number } | undefined)?.id === id);

/** As the API shows it: the secret never. */
export function shownRegistry(r: Registry, healthy: boolean): object {
  return {
    ...(r.caCertificate === "" ? {} : { ca_certificate: r.caCertificate }),
    creation_time: r.created,
    ...(r.accessKey === ""
      ? {}
      : { credential: { access_key: r.accessKey, access_secret: "*****", type: r.credentialType } }),
    ...(r.description === "" ? {} : { description: r.description }),
    id: r.id,
    insecure: r.insecure,
    name: r.name,
    status: healthy ? "healthy" : "unhealthy",
    type: r.type,
    update_time: r.updated,
    url: r.url,
  };
}

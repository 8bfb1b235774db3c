import { Hono } from "hono";
import { fetch as undiciFetch } from "undici";
import { z } from "zod";
import { readBody } from "../body.ts";
import { requireProject, requireSystem } from "../permissions.ts";
import { badRequest, conflict, notFound } from "../problem.ts";
import { pageOf, type Fields } from "../query.ts";
import type { Stored } from "../records.ts";
import {
  created,
  empty,
  json,
  now,
  urlOf,
  type Call,
  type HarborEnv,
  type Routes,
  type Site,
} from "../site.ts";

const vendors = ["dragonfly", "kraken"];

const instance = z.looseObject({
  name: z.string().default(""),
  vendor: z.string().default(""),
  endpoint: z.string().default(""),
  auth_mode: z.string().default("NONE"),
  auth_info: z.record(z.string(), z.string()).default({}),
  enabled: z.boolean().default(false),
  insecure: z.boolean().default(false),
});

const policy = z.looseObject({
  name: z.string().default(""),
  provider_id: z.number().default(0),
  filters: z.string().default("[]"),
  trigger: z.string().default("{}"),
  enabled: z.boolean().default(false),
});

const fields: Fields<Stored> = {
  id: (r) => r.id,
  name: (r) => String(r.body["name"]),
  creation_time: (r) => r.created,
};

/**
 * P2P networks and what is handed to them ahead of a pull (facts/harbor.md §1.18). No recorded answer of a real Harbor
 * covers these: paths, statuses and shapes are the ones of Harbor's own API description. Nothing is handed to anybody.
 */
export function preheatRoutes(site: Site): Routes {
  const routes: Routes = new Hono<HarborEnv>();
  instanceRoutes(site, routes);
  policyRoutes(site, routes);
  return routes;
}

function instanceRoutes(site: Site, routes: Routes): void {
  const base = "/p2p/preheat";
  const find = (c: Call): Stored => {
    const name = c.req.param("name") ?? "";
    const row = site.store.find("preheatInstances", (r) => r.body["name"] === name);
    if (row === undefined) throw notFound(`preheat instance ${name} not found`);
    return row;
  };
  routes.get(`${base}/providers`, (c) => {
    requireSystem(site, c, "preheat-instance", "list");
    return json(vendors.map((id) => ({ id, name: id })));
  });
  routes.get(`${base}/instances`, (c) => {
    requireSystem(site, c, "preheat-instance", "list");
    return pageOf(
      urlOf(c),
      site.store.filter("preheatInstances", () => true),
      fields,
      shown,
    );
  });
  routes.post(`${base}/instances/ping`, async (c) => {
    requireSystem(site, c, "preheat-instance", "read");
    const { endpoint } = await readBody(c.env.incoming, "instance", "Instance", instance);
    if (!(await answers(site.resolve(endpoint)))) throw badRequest("preheat provider is unhealthy");
    return empty();
  });
  routes.post(`${base}/instances`, async (c) => {
    requireSystem(site, c, "preheat-instance", "create");
    const body = await readBody(c.env.incoming, "instance", "Instance", instance);
    if (!vendors.includes(body.vendor)) throw badRequest(`provider ${body.vendor} is not supported`);
    if (site.store.find("preheatInstances", (r) => r.body["name"] === body.name) !== undefined)
      throw conflict(`instance ${body.name} already exists`);
    const row = site.store.insert("preheatInstances", {
      projectId: 0,
      body,
      created: now(site),
      updated: now(site),
    });
    return created(`/api/v2.0${base}/instances/${row.id}`);
  });
  routes.get(`${base}/instances/:name`, (c) => {
    requireSystem(site, c, "preheat-instance", "read");
    return json(shown(find(c)));
  });
  routes.put(`${base}/instances/:name`, async (c) => {
    requireSystem(site, c, "preheat-instance", "update");
    const { id } = find(c);
    const body = await readBody(c.env.incoming, "instance", "Instance", instance);
    site.store.update("preheatInstances", id, { body, updated: now(site) });
    return empty();
  });
  routes.delete(`${base}/instances/:name`, (c) => {
    requireSystem(site, c, "preheat-instance", "delete");
    site.store.remove("preheatInstances", find(c).id);
    return empty();
  });
}

function policyRoutes(site: Site, routes: Routes): void {
  const base = "/projects/:project/preheat/policies";
  const mine = (c: Call, action: string): Stored => {
    const project = requireProject(site, c, c.req.param("project") ?? "", "preheat-policy", action);
    const name = c.req.param("name") ?? "";
    const row = site.store.find(
      "preheatPolicies",
      (r) => r.projectId === project.id && r.body["name"] === name,
    );
    if (row === undefined) throw notFound(`preheat policy ${name} not found`);
    return row;
  };
  routes.get(base, (c) => {
    const project = requireProject(site, c, c.req.param("project"), "preheat-policy", "list");
    return pageOf(
      urlOf(c),
      site.store.filter("preheatPolicies", (r) => r.projectId === project.id),
      fields,
      shown,
    );
  });
  routes.post(base, async (c) => {
    const project = requireProject(site, c, c.req.param("project"), "preheat-policy", "create");
    const body = await readBody(c.env.incoming, "policy", "PreheatPolicy", policy);
    if (site.store.get("preheatInstances", body.provider_id) === undefined)
      throw notFound(`preheat instance ${body.provider_id} not found`);
    const taken = site.store.find(
      "preheatPolicies",
      (r) => r.projectId === project.id && r.body["name"] === body.name,
    );
    if (taken !== undefined) throw conflict(`preheat policy ${body.name} already exists`);
    const row = site.store.insert("preheatPolicies", {
      projectId: project.id,
      body: { ...body, project_id: project.id },
      created: now(site),
      updated: now(site),
    });
    return created(`${urlOf(c).pathname}/${row.id}`);
  });
  routes.get(`${base}/:name`, (c) => json(shown(mine(c, "read"))));
  routes.put(`${base}/:name`, async (c) => {
    const { id, projectId } = mine(c, "update");
    const body = await readBody(c.env.incoming, "policy", "PreheatPolicy", policy);
    site.store.update("preheatPolicies", id, {
      body: { ...body, project_id: projectId },
      updated: now(site),
    });
    return empty();
  });
  routes.delete(`${base}/:name`, (c) => {
    site.store.remove("preheatPolicies", mine(c, "delete").id);
    return empty();
  });
}

const shown = (row: Stored): object => ({ ...row.body, id: row.id });

async function answers(url: string): Promise<boolean> {
  try {
    const answer = await undiciFetch(url, { signal: AbortSignal.timeout(10_000) });
    await answer.body?.cancel();
    return true;
  } catch {
    // Refused, unreachable, no TLS that is trusted: to Harbor all the same.
    return false;
  }
}

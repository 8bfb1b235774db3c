import { Hono } from "hono";
import { z } from "zod";
import { readBody } from "../body.ts";
import { zeroTime } from "../clock.ts";
import { requireSystem } from "../permissions.ts";
import { badRequest, notFound } from "../problem.ts";
import { pageOf, type Fields } from "../query.ts";
import type { Quota } from "../records.ts";
import { usageOf } from "../registry/quota.ts";
import { empty, json, now, urlOf, type HarborEnv, type Routes, type Site } from "../site.ts";

const request = z.looseObject({ hard: z.looseObject({ storage: z.number() }) });

// Sorting by usage is not among them: 2.9.5 did not do it (facts/harbor.md §1.11).
const fields: Fields<Quota> = { id: (q) => q.id, creation_time: (q) => q.created };

export function quotaRoutes(site: Site): Routes {
  const routes: Routes = new Hono<HarborEnv>();
  routes.get("/quotas", (c) => {
    requireSystem(site, c, "quota", "list");
    const id = c.req.query("reference_id");
    const rows = site.store.filter("quotas", (q) => id === undefined || q.projectId === Number(id));
    return pageOf(urlOf(c), rows, fields, (quota) => shown(site, quota, quota.updated));
  });
  routes.get("/quotas/:id", (c) => {
    requireSystem(site, c, "quota", "read");
    // One quota by itself comes without its time of change, as the contract shows.
    return json(shown(site, quotaOf(site, c.req.param("id")), zeroTime));
  });
  routes.put("/quotas/:id", async (c) => {
    requireSystem(site, c, "quota", "update");
    const quota = quotaOf(site, c.req.param("id"));
    const { hard } = await readBody(c.env.incoming, "hard", "QuotaUpdateReq", request);
    if (hard.storage === 0 || hard.storage < -1) throw badRequest("invalid value for resource storage");
    site.store.update("quotas", quota.id, { hard: hard.storage, updated: now(site) });
    return empty();
  });
  return routes;
}

function quotaOf(site: Site, id: string): Quota {
  const quota = site.store.get("quotas", Number(id));
  if (quota === undefined) throw notFound(`quota ${id} not found`);
  return quota;
}

function shown(site: Site, quota: Quota, updated: string): object {
  return {
    creation_time: quota.created,
    hard: { storage: quota.hard },
    id: quota.id,
    ref: {
      id: quota.projectId,
      name: site.store.get("projects", quota.projectId)?.name ?? "",
      owner_name: "",
    },
    update_time: updated,
    used: { storage: usageOf(site, quota.projectId) },
  };
}

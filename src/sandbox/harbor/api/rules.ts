import { Hono } from "hono";
import { z } from "zod";
import { readBody } from "../body.ts";
import { nextTime } from "../cron.ts";
import { requireProject } from "../permissions.ts";
import { badRequest, notFound } from "../problem.ts";
import { pageOf, type Fields } from "../query.ts";
import type { Project, Stored } from "../records.ts";
import {
  created,
  empty,
  json,
  now,
  setting,
  urlOf,
  type Call,
  type HarborEnv,
  type Routes,
  type Site,
} from "../site.ts";

const retention = z.looseObject({
  algorithm: z.string().default("or"),
  rules: z.array(z.looseObject({})).default([]),
  scope: z.looseObject({ level: z.string(), ref: z.number() }),
  trigger: z.looseObject({ kind: z.string(), settings: z.looseObject({ cron: z.string().default("") }) }),
});

const target = z.looseObject({ type: z.string(), address: z.string() });
const webhook = z.looseObject({
  name: z.string().default(""),
  enabled: z.boolean().default(false),
  event_types: z.array(z.string()).default([]),
  targets: z.array(target).default([]),
});

const events = [
  "PUSH_ARTIFACT",
  "PULL_ARTIFACT",
  "DELETE_ARTIFACT",
  "QUOTA_EXCEED",
  "QUOTA_WARNING",
  "SCANNING_FAILED",
  "SCANNING_STOPPED",
  "SCANNING_COMPLETED",
  "REPLICATION",
  "TAG_RETENTION",
];

const fields: Fields<Stored> = {
  id: (r) => r.id,
  name: (r) => (typeof r.body["name"] === "string" ? r.body["name"] : ""),
  creation_time: (r) => r.created,
};

/** What a project says about its tags and events: immutability, retention, webhooks (facts/harbor.md §1.10, §1.16). */
export function ruleRoutes(site: Site): Routes {
  const routes: Routes = new Hono<HarborEnv>();
  immutableRoutes(site, routes);
  retentionRoutes(site, routes);
  webhookRoutes(site, routes);
  return routes;
}

function immutableRoutes(site: Site, routes: Routes): void {
  const base = "/projects/:project/immutabletagrules";
  const find = (c: Call, action: string): Stored => mine(site, c, "immutables", "immutable-tag", action);
  routes.get(base, (c) => {
    const project = requireProject(site, c, c.req.param("project"), "immutable-tag", "list");
    const rows = site.store.filter("immutables", (r) => r.projectId === project.id);
    return pageOf(urlOf(c), rows, fields, (r) => ({ ...withoutFalse(r.body), id: r.id }));
  });
  routes.post(base, async (c) => {
    const project = requireProject(site, c, c.req.param("project"), "immutable-tag", "create");
    const body = await readBody(c.env.incoming, "immutableRule", "ImmutableRule", z.looseObject({}));
    const row = site.store.insert("immutables", stored(site, project, body));
    return created(`${urlOf(c).pathname}/${row.id}`);
  });
  routes.put(`${base}/:id`, async (c) => {
    const { id } = find(c, "update");
    const body = await readBody(c.env.incoming, "immutableRule", "ImmutableRule", z.looseObject({}));
    site.store.update("immutables", id, { body, updated: now(site) });
    return empty();
  });
  routes.delete(`${base}/:id`, (c) => {
    site.store.remove("immutables", find(c, "delete").id);
    return empty();
  });
}

function retentionRoutes(site: Site, routes: Routes): void {
  const find = (c: Call, action: string): Stored => {
    const row = site.store.get("retentions", Number(c.req.param("id")));
    if (row === undefined) throw notFound(`retention policy ${c.req.param("id") ?? ""} not found`);
    requireProject(site, c, String(row.projectId), "tag-retention", action);
    return row;
  };
  routes.post("/retentions", async (c) => {
    const body = await readBody(c.env.incoming, "policy", "RetentionPolicy", retention);
    const project = requireProject(site, c, String(body.scope.ref), "tag-retention", "create");
    if (project.metadata["retention_id"] !== undefined) {
      throw badRequest(
        `project ${project.id} already has retention policy ${project.metadata["retention_id"]}`,
      );
    }
    const { id } = site.store.insert("retentions", stored(site, project, body));
    site.store.update("projects", project.id, {
      metadata: { ...project.metadata, retention_id: String(id) },
    });
    return created(`/api/v2.0/retentions/${id}`);
  });
  routes.get("/retentions/:id", (c) => json(shownRetention(site, find(c, "read"))));
  routes.put("/retentions/:id", async (c) => {
    const { id } = find(c, "update");
    const body = await readBody(c.env.incoming, "policy", "RetentionPolicy", retention);
    site.store.update("retentions", id, { body, updated: now(site) });
    return empty();
  });
  routes.delete("/retentions/:id", (c) => {
    const row = find(c, "delete");
    const project = site.store.get("projects", row.projectId);
    if (project !== undefined) {
      const { retention_id: _, ...metadata } = project.metadata;
      site.store.update("projects", project.id, { metadata });
    }
    site.store.remove("retentions", row.id);
    return empty();
  });
}

function shownRetention(site: Site, row: Stored): object {
  const { rules, trigger, ...rest } = retention.parse(row.body);
  const next = nextTime(trigger.settings.cron, site.clock.now());
  const time = next === undefined ? {} : { next_scheduled_time: new Date(next).toISOString() };
  return {
    ...rest,
    id: row.id,
    rules: rules.map(withoutFalse),
    trigger: { ...trigger, settings: { ...trigger.settings, ...time } },
  };
}

function webhookRoutes(site: Site, routes: Routes): void {
  const base = "/projects/:project/webhook";
  const find = (c: Call, action: string): Stored => mine(site, c, "webhooks", "notification-policy", action);
  routes.get(`${base}/events`, (c) => {
    requireProject(site, c, c.req.param("project"), "notification-policy", "read");
    const payload_formats = [{ formats: ["Default", "CloudEvents"], notify_type: "http" }];
    return json({ event_type: events, notify_type: ["http", "slack"], payload_formats });
  });
  routes.get(`${base}/policies`, (c) => {
    const project = requireProject(site, c, c.req.param("project"), "notification-policy", "list");
    const rows = site.store.filter("webhooks", (r) => r.projectId === project.id);
    return pageOf(urlOf(c), rows, fields, shownWebhook);
  });
  routes.post(`${base}/policies`, async (c) => {
    const project = requireProject(site, c, c.req.param("project"), "notification-policy", "create");
    const row = site.store.insert("webhooks", stored(site, project, await webhookIn(site, c)));
    return created(`${urlOf(c).pathname}/${row.id}`);
  });
  routes.get(`${base}/policies/:id`, (c) => json(shownWebhook(find(c, "read"))));
  routes.put(`${base}/policies/:id`, async (c) => {
    const { id } = find(c, "update");
    site.store.update("webhooks", id, { body: await webhookIn(site, c), updated: now(site) });
    return empty();
  });
  routes.delete(`${base}/policies/:id`, (c) => {
    site.store.remove("webhooks", find(c, "delete").id);
    return empty();
  });
}

async function webhookIn(site: Site, c: Call): Promise<z.infer<typeof webhook>> {
  if (setting(site, "notification_enable") !== true) throw badRequest("notification function is not enabled");
  const body = await readBody(c.env.incoming, "policy", "WebhookPolicy", webhook);
  const unknown = body.event_types.find((type) => !events.includes(type));
  if (unknown !== undefined) throw badRequest(`unsupported event type ${unknown}`);
  if (body.event_types.length === 0) throw badRequest("empty event type");
  if (body.targets.length === 0) throw badRequest("empty notification target with policy");
  return body;
}

function shownWebhook(row: Stored): object {
  const { targets, name, enabled, event_types } = webhook.parse(row.body);
  return {
    creation_time: row.created,
    enabled,
    event_types,
    id: row.id,
    name,
    project_id: row.projectId,
    targets: targets.map((t) => ({ payload_format: "Default", ...withoutFalse(t) })),
    update_time: row.updated,
  };
}

const stored = (
  site: Site,
  project: Project,
  body: Readonly<Record<string, unknown>>,
): Omit<Stored, "id"> => ({
  projectId: project.id,
  body,
  created: now(site),
  updated: now(site),
});

/** The row that the path names, if it belongs to the project that the path names. */
function mine(
  site: Site,
  c: Call,
  table: "immutables" | "webhooks",
  resource: string,
  action: string,
): Stored {
  const project = requireProject(site, c, c.req.param("project") ?? "", resource, action);
  const row = site.store.get(table, Number(c.req.param("id")));
  if (row === undefined || row.projectId !== project.id)
    throw notFound(`${resource} ${c.req.param("id") ?? ""} not found`);
  return row;
}

/** Go leaves false members out. */
const withoutFalse = (value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== false));

import { Hono } from "hono";
import { z } from "zod";
import { readBody } from "../body.ts";
import { zeroTime } from "../clock.ts";
import { collectGarbage } from "../garbage.ts";
import { requireSystem } from "../permissions.ts";
import { badRequest, notFound } from "../problem.ts";
import { pageOf, type Fields } from "../query.ts";
import type { Job } from "../records.ts";
import { created, json, now, urlOf, type Call, type HarborEnv, type Routes, type Site } from "../site.ts";

/** How long a run shows as running: nothing in the sandbox takes as long as Harbor's job service. */
const runMilliseconds = 2000;

const request = z.looseObject({
  schedule: z
    .looseObject({ type: z.string().default("None"), cron: z.string().optional() })
    .default({ type: "None" }),
  parameters: z
    .looseObject({
      delete_untagged: z.boolean().default(false),
      dry_run: z.boolean().default(false),
      workers: z.number().default(1),
    })
    .default({ delete_untagged: false, dry_run: false, workers: 1 }),
});

const fields: Fields<Job> = { id: (j) => j.id, creation_time: (j) => j.created };

/** Garbage collection: manual runs are real, schedules are kept (facts/harbor.md §1.14). */
export function collectionRoutes(site: Site): Routes {
  const routes: Routes = new Hono<HarborEnv>();
  const schedule = (c: Call, action: string): Promise<Response> => {
    requireSystem(site, c, "garbage-collection", action);
    return startOrSchedule(site, c);
  };
  routes.post("/system/gc/schedule", (c) => schedule(c, "create"));
  routes.put("/system/gc/schedule", (c) => schedule(c, "update"));
  routes.get("/system/gc/schedule", (c) => {
    requireSystem(site, c, "garbage-collection", "read");
    const row = site.store.all("schedules")[0];
    return row === undefined
      ? new Response(null)
      : json({ ...row.body, id: row.id, creation_time: row.created });
  });
  routes.get("/system/gc", (c) => {
    requireSystem(site, c, "garbage-collection", "list");
    return pageOf(
      urlOf(c),
      site.store.all("collections"),
      fields,
      (job) => shown(site, job),
      "-creation_time",
    );
  });
  routes.get("/system/gc/:id", (c) => json(shown(site, jobOf(site, c))));
  routes.get("/system/gc/:id/log", (c) => c.text(jobOf(site, c).log));
  return routes;
}

async function startOrSchedule(site: Site, c: Call): Promise<Response> {
  const { schedule, parameters } = await readBody(c.env.incoming, "schedule", "Schedule", request);
  if (parameters.workers > 5) throw badRequest("GC workers should be between 1 and 5");
  const { delete_untagged, dry_run, workers } = parameters;
  if (schedule.type !== "Manual") {
    site.store.removeWhere("schedules", () => true);
    const body = { schedule, job_parameters: JSON.stringify(parameters) };
    if (schedule.type !== "None") {
      site.store.insert("schedules", { projectId: 0, body, created: now(site), updated: now(site) });
    }
    return created("/api/v2.0/system/gc/0");
  }
  const redis_url_reg = "redis://127.0.0.1:26379/1?idle_timeout_seconds=30";
  const log = await collectGarbage(site, { deleteUntagged: delete_untagged, dryRun: dry_run });
  const job = site.store.insert("collections", {
    projectId: 0,
    kind: "MANUAL",
    parameters: JSON.stringify({ delete_untagged, dry_run, redis_url_reg, time_window: 2, workers }),
    schedule: { next_scheduled_time: zeroTime, type: "Manual" },
    log,
    created: now(site),
    doneAt: site.clock.now() + runMilliseconds,
  });
  return created(`/api/v2.0/system/gc/${job.id}`);
}

function jobOf(site: Site, c: Call): Job {
  requireSystem(site, c, "garbage-collection", "read");
  const job = site.store.get("collections", Number(c.req.param("id")));
  if (job === undefined) throw notFound(`garbage collection ${c.req.param("id") ?? ""} not found`);
  return job;
}

function shown(site: Site, job: Job): object {
  return {
    creation_time: job.created,
    id: job.id,
    job_kind: job.kind,
    job_name: "GARBAGE_COLLECTION",
    job_parameters: job.parameters,
    job_status: site.clock.now() < job.doneAt ? "Running" : "Success",
    schedule: job.schedule,
    update_time: job.created,
  };
}

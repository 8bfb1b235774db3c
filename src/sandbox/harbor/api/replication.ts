import { Hono } from "hono";
import { z } from "zod";
import { shownRegistry } from "./registries.ts";
import { readBody } from "../body.ts";
import { zeroTime } from "../clock.ts";
import { requireSystem } from "../permissions.ts";
import { badRequest, conflict, notFound } from "../problem.ts";
import { pageOf, type Fields } from "../query.ts";
import type { Stored } from "../records.ts";
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

const side = z.looseObject({ id: z.number().default(0) }).optional();
const request = z.looseObject({
  name: z.string().default(""),
  enabled: z.boolean().default(false),
  deletion: z.boolean().default(false),
  override: z.boolean().default(false),
  copy_by_chunk: z.boolean().default(false),
  speed: z.number().default(0),
  dest_namespace: z.string().default(""),
  dest_namespace_replace_count: z.number().default(-1),
  dest_registry: side,
  src_registry: side,
  trigger: z.looseObject({ type: z.string().default("manual") }).default({ type: "manual" }),
  filters: z.array(z.looseObject({ type: z.string() })).default([]),
});

const fields: Fields<Stored> = {
  name: (p) => String(p.body["name"]),
  id: (p) => p.id,
  creation_time: (p) => p.created,
};

const adapters = [
  "ali-acr",
  "aws-ecr",
  "azure-acr",
  "docker-hub",
  "docker-registry",
  "dtr",
  "github-ghcr",
  "gitlab",
  "google-gcr",
  "harbor",
  "huawei-SWR",
  "jfrog-artifactory",
  "quay",
  "tencent-tcr",
];
/** Gone from 2.14 on (facts/harbor.md §1.7). */
const dropped = new Set(["dtr", "gitlab", "quay"]);

/** Replication policies, kept but not run. */
export function replicationRoutes(site: Site): Routes {
  const routes: Routes = new Hono<HarborEnv>();
  routes.get("/replication/adapters", (c) => {
    requireSystem(site, c, "replication-adapter", "list");
    return json(has(site, "quayAdapter") ? adapters : adapters.filter((name) => !dropped.has(name)));
  });
  routes.get("/replication/policies", (c) => {
    requireSystem(site, c, "replication-policy", "list");
    return pageOf(urlOf(c), site.store.all("replications"), fields, (p) => shown(site, p));
  });
  routes.post("/replication/policies", async (c) => {
    requireSystem(site, c, "replication-policy", "create");
    const body = await policyIn(site, c);
    if (site.store.find("replications", (p) => p.body["name"] === body["name"]) !== undefined) {
      throw conflict(`replication policy ${String(body["name"])} already exists`);
    }
    const row = { projectId: 0, body, created: now(site), updated: now(site) };
    return created(`/api/v2.0/replication/policies/${site.store.insert("replications", row).id}`);
  });
  routes.get("/replication/policies/:id", (c) => {
    requireSystem(site, c, "replication-policy", "read");
    return json(shown(site, policyOf(site, c.req.param("id"))));
  });
  routes.put("/replication/policies/:id", async (c) => {
    requireSystem(site, c, "replication-policy", "update");
    const { id } = policyOf(site, c.req.param("id"));
    site.store.update("replications", id, { body: await policyIn(site, c), updated: now(site) });
    return empty();
  });
  routes.delete("/replication/policies/:id", (c) => {
    requireSystem(site, c, "replication-policy", "delete");
    site.store.remove("replications", policyOf(site, c.req.param("id")).id);
    return empty();
  });
  return routes;
}

async function policyIn(site: Site, c: Call): Promise<Readonly<Record<string, unknown>>> {
  const body = await readBody(c.env.incoming, "policy", "ReplicationPolicy", request);
  const [source, target] = [body.src_registry?.id ?? 0, body.dest_registry?.id ?? 0];
  if ((source === 0) === (target === 0))
    throw badRequest(
      "either src_registry or dest_registry should be empty and the other one shouldn't be empty",
    );
  const remote = source === 0 ? target : source;
  if (site.store.get("registries", remote) === undefined) throw notFound(`registry ${remote} not found`);
  return { ...body, src_registry: { id: source }, dest_registry: { id: target } };
}

function policyOf(site: Site, id: string): Stored {
  const policy = site.store.get("replications", Number(id));
  if (policy === undefined) throw notFound(`replication policy ${id} not found`);
  return policy;
}

function shown(site: Site, policy: Stored): object {
  const { deletion, dest_namespace, ...body } = policy.body;
  const registry = (key: string): object => {
    const { id } = body[key] as { id: number };
    const remote = site.store.get("registries", id);
    return remote === undefined ? local : shownRegistry(remote, true);
  };
  return {
    ...body,
    ...(dest_namespace === "" ? {} : { dest_namespace }),
    // Written as `deletion` alone, shown under both names (facts/harbor.md §1.8).
    ...(deletion === true ? { deletion, replicate_deletion: true } : {}),
    creation_time: policy.created,
    dest_registry: registry("dest_registry"),
    id: policy.id,
    src_registry: registry("src_registry"),
    update_time: policy.updated,
  };
}

/** Harbor's entry for itself. */
const local = {
  creation_time: zeroTime,
  credential: { access_secret: "*****", type: "secret" },
  id: 0,
  insecure: true,
  name: "Local",
  status: "healthy",
  type: "harbor",
  update_time: zeroTime,
  url: "http://127.0.0.1:8080",
};

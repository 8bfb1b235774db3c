import { Hono } from "hono";
import { artifactRoutes } from "./artifacts.ts";
import { collectionRoutes } from "./collection.ts";
import { configurationRoutes } from "./configurations.ts";
import { logRoutes } from "./logs.ts";
import { memberRoutes } from "./members.ts";
import { metadataRoutes } from "./metadata.ts";
import { preheatRoutes } from "./preheat.ts";
import { projectRoutes } from "./projects.ts";
import { quotaRoutes } from "./quotas.ts";
import { registriesRoutes } from "./registries.ts";
import { replicationRoutes } from "./replication.ts";
import { robotRoutes } from "./robots.ts";
import { ruleRoutes } from "./rules.ts";
import { allowlistRoutes } from "./scans.ts";
import { systemRoutes } from "./system.ts";
import { userRoutes } from "./users.ts";
import type { HarborEnv, Routes, Site } from "../site.ts";

const areas = [
  projectRoutes,
  metadataRoutes,
  memberRoutes,
  robotRoutes,
  userRoutes,
  quotaRoutes,
  artifactRoutes,
  registriesRoutes,
  replicationRoutes,
  ruleRoutes,
  preheatRoutes,
  collectionRoutes,
  configurationRoutes,
  allowlistRoutes,
  logRoutes,
] as const;

/** Everything under `/api/v2.0`. */
export function apiRoutes(site: Site, volume: string | undefined): Routes {
  const routes: Routes = new Hono<HarborEnv>();
  routes.route("/", systemRoutes(site, volume));
  for (const area of areas) routes.route("/", area(site));
  return routes;
}

import { Hono } from "hono";
import { projectRoutes } from "./projects.ts";
import { robotRoutes } from "./robots.ts";
import { systemRoutes } from "./system.ts";
import type { HarborEnv, Routes, Site } from "../site.ts";

/** Everything under `/api/v2.0`. */
export function apiRoutes(site: Site, volume: string | undefined): Routes {
  const routes: Routes = new Hono<HarborEnv>();
  for (const area of [systemRoutes(site, volume), projectRoutes(site), robotRoutes(site)])
    routes.route("/", area);
  return routes;
}

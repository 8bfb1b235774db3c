import { connect } from "node:net";
import { Hono } from "hono";
import { z } from "zod";
import { readBody } from "../body.ts";
import { isAdministrator, requireLogin, requireSystem } from "../permissions.ts";
import { callerName } from "../identity.ts";
import { badRequest, forbidden, precondition } from "../problem.ts";
import { defaultSettings, fixedSettings } from "../settings.ts";
import { empty, json, setting, type Call, type HarborEnv, type Routes, type Site } from "../site.ts";

const dialTimeoutMilliseconds = 5000;

const types = { string: z.string(), number: z.number(), boolean: z.boolean() } as const;
const request = z.object(
  Object.fromEntries(
    Object.entries(defaultSettings).map(([key, value]) => [
      key,
      types[typeof value as keyof typeof types].optional() as z.ZodType,
    ]),
  ),
);

/** Configurations, and what needs a scanner, which this Harbor has not. */
export function configurationRoutes(site: Site): Routes {
  const routes: Routes = new Hono<HarborEnv>();
  routes.get("/configurations", (c) => {
    requireAdministrator(c);
    const shown = Object.keys(defaultSettings).map((key) => [
      key,
      { editable: !fixedSettings.has(key), value: setting(site, key) },
    ]);
    return json({ ...(Object.fromEntries(shown) as object), scan_all_policy: {} });
  });
  routes.put("/configurations", (c) => updateConfigurations(site, c));
  routes.get("/scanners", (c) => {
    requireSystem(site, c, "scanner", "list");
    return json([], 200, { "x-total-count": "0" });
  });
  for (const path of ["/system/scanAll/schedule", "/scans/all/metrics", "/scans/schedule/metrics"]) {
    routes.all(path, (c) => {
      requireSystem(site, c, "scan-all", c.req.method === "GET" ? "read" : "create");
      throw precondition("no scanner is configured, it's not possible to scan");
    });
  }
  return routes;
}

async function updateConfigurations(site: Site, c: Call): Promise<Response> {
  requireAdministrator(c);
  const asked = await readBody(c.env.incoming, "configurations", "Configurations", request);
  const changed = Object.fromEntries(
    Object.entries(asked).filter(([key, value]) => value !== undefined && !fixedSettings.has(key)),
  );
  for (const key of ["token_expiration", "robot_token_duration", "session_timeout"]) {
    const value = changed[key];
    if (typeof value === "number" && value <= 0) throw badRequest(`the ${key} must be positive`);
  }
  const row = site.store.get("settings", 1);
  const values = { ...row?.values, ...changed };
  // Kept before the endpoint is tried: Harbor shows the bad value afterwards too (facts/harbor.md §1.15).
  if (row === undefined) site.store.insert("settings", { values });
  else site.store.update("settings", 1, { values });
  const endpoint = changed["audit_log_forward_endpoint"];
  if (typeof endpoint === "string" && endpoint !== "" && !(await answers(endpoint))) {
    throw badRequest(`bad request: could not connect to the audit endpoint: ${endpoint}`);
  }
  return empty();
}

/** Only a user may; no robot can hold configuration:* (facts/harbor.md §1.6). */
function requireAdministrator(c: Call): void {
  const caller = requireLogin(c);
  if (!isAdministrator(caller)) throw forbidden(callerName(caller));
}

function answers(endpoint: string): Promise<boolean> {
  const at = endpoint.lastIndexOf(":");
  return new Promise((resolve) => {
    const socket = connect({ host: endpoint.slice(0, at), port: Number(endpoint.slice(at + 1)) });
    const settle = (result: boolean): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(dialTimeoutMilliseconds, () => settle(false));
    socket.once("connect", () => settle(true));
    socket.once("error", () => settle(false));
  });
}

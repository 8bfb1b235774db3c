import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import { apiRoutes } from "./api/routes.ts";
import type { Faults } from "./faults.ts";
import { callerName, identify } from "./identity.ts";
import { denied, forbidden, HarborProblem, notFound, problemResponse } from "./problem.ts";
import { registryRoutes } from "./registry/routes.ts";
import { setting, urlOf, type Call, type HarborEnv, type Routes, type Site } from "./site.ts";
import { tokenRoutes } from "./token-service.ts";

/** One request that was answered, or dropped (status 0). */
export interface RequestRecord {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly user: string;
  readonly status: number;
}

export interface AppParts {
  readonly site: Site;
  readonly faults: Faults;
  readonly volume: string | undefined;
  readonly record: (request: RequestRecord) => void;
}

const reads = new Set(["GET", "HEAD", "OPTIONS"]);

/** Harbor's three faces behind one address: API, token service, registry. */
export function createApp({ site, faults, volume, record }: AppParts): Routes {
  // Paths are matched as they came: repositories' names arrive encoded twice (facts/harbor.md §1.1).
  const app: Routes = new Hono<HarborEnv>({ getPath: (request) => new URL(request.url).pathname });
  app.onError((error) => problemResponse(error));
  app.notFound((c) => problemResponse(notFound(`path ${c.req.path} was not found`)));
  app.use(async (c, next) => {
    const url = urlOf(c);
    const fault = faults.take(c.req.method, url.pathname);
    if (fault?.delayMs !== undefined) await site.clock.sleep(fault.delayMs);
    if (fault?.drop === true) {
      record({ method: c.req.method, path: url.pathname + url.search, user: "", status: 0 });
      c.env.outgoing.destroy();
      return new Response(null);
    }
    if (fault?.json !== undefined) c.res = Response.json(fault.json, { status: fault.status ?? 200 });
    else if (fault?.status === undefined) await next();
    else c.res = problemResponse(new HarborProblem(fault.status, "UNKNOWN", "internal server error"));
    c.res.headers.set("x-request-id", c.req.header("x-request-id") ?? randomUUID());
    const user = c.get("caller") === undefined ? "" : callerName(c.get("caller"));
    record({ method: c.req.method, path: url.pathname + url.search, user, status: c.res.status });
    return undefined;
  });
  app.use(async (c, next) => {
    refuseWrites(site, c);
    await next();
  });
  app.route("/", tokenRoutes(site));
  app.route("/", registryRoutes(site));
  app.get("/api/version", () => Response.json({ version: "v2.0" }));
  app.use("/api/v2.0/*", async (c, next) => {
    // A session cookie makes Harbor ask for a CSRF token, whatever else is sent (facts/harbor.md §1.1).
    if (!reads.has(c.req.method) && /(?:^|;\s*)sid=/.test(c.req.header("cookie") ?? "")) {
      throw forbidden("CSRF token invalid");
    }
    c.set("caller", await identify(site, c.req.header("authorization"), false));
    await next();
    c.res.headers.append("set-cookie", `sid=${randomUUID()}; Path=/; HttpOnly`);
  });
  app.route("/api/v2.0", apiRoutes(site, volume));
  return app;
}

/** read_only lets through what reads, and the change that ends it (facts/harbor.md §1.17). */
function refuseWrites(site: Site, c: Call): void {
  if (reads.has(c.req.method) || setting(site, "read_only") !== true) return;
  if (c.req.method === "PUT" && c.req.path === "/api/v2.0/configurations") return;
  throw denied("The system is in read only mode. Any modification is prohibited.");
}

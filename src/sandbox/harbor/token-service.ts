import { Hono } from "hono";
import type { Caller } from "./caller.ts";
import { callerName, identify } from "./identity.ts";
import { isAdministrator, mayInProject, projectNamed } from "./permissions.ts";
import { now, numberSetting, type HarborEnv, type Routes, type Site } from "./site.ts";
import type { ScopeAccess } from "./token.ts";

/**
 * `/service/token` (facts/harbor.md §4): wrong credentials get an anonymous token as soon as a scope is asked for, so
 * that the refusal shows up later, at the registry.
 */
export function tokenRoutes(site: Site): Routes {
  const routes: Routes = new Hono<HarborEnv>();
  routes.get("/service/token", async (c) => {
    const service = c.req.query("service") ?? "";
    if (service !== "harbor-registry")
      return new Response(`Unable to handle service: ${service}`, {
        status: 400,
        headers: { "content-type": "text/plain; charset=utf-8" },
      });
    const caller = await identify(site, c.req.header("authorization"), false);
    const scopes = (c.req.queries("scope") ?? [])
      .flatMap((scope) => scope.split(" "))
      .filter((scope) => scope !== "");
    if (caller.kind === "anonymous" && scopes.length === 0) return new Response(null, { status: 401 });
    const minutes = numberSetting(site, "token_expiration");
    const access = scopes.flatMap((scope) => accessFor(site, caller, scope));
    const token = await site.tokens.issue(callerName(caller), access, site.clock.now(), minutes);
    return new Response(
      JSON.stringify({ token, access_token: "", expires_in: minutes * 60, issued_at: now(site) }),
      { headers: { "content-type": "application/json; charset=utf-8" } },
    );
  });
  return routes;
}

/** What the account may do with what a scope names; more or less than it asks for, as Harbor answers. */
function accessFor(site: Site, caller: Caller, scope: string): readonly ScopeAccess[] {
  const match = /^([a-z]+):(.+):([^:]*)$/.exec(scope);
  if (match === null) return [];
  const [, type = "", name = ""] = match;
  if (type === "registry") return [{ type, name, actions: isAdministrator(caller) ? ["*"] : [] }];
  if (type !== "repository") return [];
  const project = projectNamed(site, name.split("/")[0] ?? "");
  if (project === undefined) return [{ type, name, actions: [] }];
  const may = (action: string): boolean => mayInProject(site, caller, project, "repository", action);
  const actions = ["pull", "push", "delete"].filter(may);
  return [{ type, name, actions }];
}

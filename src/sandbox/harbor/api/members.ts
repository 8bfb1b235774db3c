import { Hono } from "hono";
import { z } from "zod";
import { readBody } from "../body.ts";
import { requireProject } from "../permissions.ts";
import { badRequest, conflict, notFound } from "../problem.ts";
import { pageOf, type Fields } from "../query.ts";
import type { Member } from "../records.ts";
import { roleNames } from "../roles.ts";
import { created, empty, json, urlOf, type Call, type HarborEnv, type Routes, type Site } from "../site.ts";

const request = z.looseObject({
  role_id: z.number().default(0),
  member_user: z.looseObject({ username: z.string().optional(), user_id: z.number().optional() }).optional(),
});

export function memberRoutes(site: Site): Routes {
  const routes: Routes = new Hono<HarborEnv>();
  const fields: Fields<Member> = { id: (m) => m.id, entity_name: (m) => nameOf(site, m) };
  routes.get("/projects/:project/members", (c) => {
    const project = requireProject(site, c, c.req.param("project"), "member", "list");
    const part = c.req.query("entityname") ?? "";
    const rows = site.store.filter(
      "members",
      (m) => m.projectId === project.id && nameOf(site, m).includes(part),
    );
    return pageOf(urlOf(c), rows, fields, (m) => shown(site, m));
  });
  routes.post("/projects/:project/members", (c) => addMember(site, c, c.req.param("project")));
  routes.get("/projects/:project/members/:id", (c) => {
    return json(shown(site, requireMember(site, c, c.req.param("project"), c.req.param("id"), "read")));
  });
  routes.put("/projects/:project/members/:id", async (c) => {
    const member = requireMember(site, c, c.req.param("project"), c.req.param("id"), "update");
    const { role_id } = await readBody(c.env.incoming, "role", "RoleRequest", request);
    site.store.update("members", member.id, { role: checkedRole(role_id) });
    return empty();
  });
  routes.delete("/projects/:project/members/:id", (c) => {
    site.store.remove(
      "members",
      requireMember(site, c, c.req.param("project"), c.req.param("id"), "delete").id,
    );
    return empty();
  });
  return routes;
}

async function addMember(site: Site, c: Call, reference: string): Promise<Response> {
  const project = requireProject(site, c, reference, "member", "create");
  const body = await readBody(c.env.incoming, "projectMember", "ProjectMember", request);
  const role = checkedRole(body.role_id);
  const { username, user_id } = body.member_user ?? {};
  const user = site.store.find("users", (u) => u.username === username || u.id === user_id);
  if (user === undefined) throw notFound(`user ${username ?? user_id ?? ""} not found`);
  if (site.store.find("members", (m) => m.projectId === project.id && m.userId === user.id) !== undefined) {
    throw conflict("The project member specified already exist");
  }
  const { id } = site.store.insert("members", { projectId: project.id, userId: user.id, role });
  return created(`/api/v2.0/projects/${reference}/members/${id}`);
}

function checkedRole(role: number): number {
  if (roleNames[role] === undefined) throw badRequest(`bad request: invalid role ID ${role}`);
  return role;
}

function requireMember(site: Site, c: Call, reference: string, id: string, action: string): Member {
  const project = requireProject(site, c, reference, "member", action);
  const member = site.store.get("members", Number(id));
  if (member === undefined || member.projectId !== project.id)
    throw notFound(`project member ${id} not found`);
  return member;
}

const nameOf = (site: Site, member: Member): string => site.store.get("users", member.userId)?.username ?? "";

function shown(site: Site, member: Member): object {
  return {
    entity_id: member.userId,
    entity_name: nameOf(site, member),
    entity_type: "u",
    id: member.id,
    project_id: member.projectId,
    role_id: member.role,
    role_name: roleNames[member.role],
  };
}

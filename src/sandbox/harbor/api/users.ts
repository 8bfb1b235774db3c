import { Hono } from "hono";
import { z } from "zod";
import { readBody } from "../body.ts";
import { isAdministrator, requireLogin, requireSystem } from "../permissions.ts";
import { badRequest, conflict, forbidden, type HarborProblem, notFound, precondition } from "../problem.ts";
import { pageOf, type Fields } from "../query.ts";
import type { User } from "../records.ts";
import { hashPassword, isStrong, passwordMatches } from "../secrets.ts";
import {
  created,
  empty,
  json,
  now,
  urlOf,
  type Call,
  type HarborEnv,
  type Routes,
  type Site,
} from "../site.ts";

const request = z.looseObject({
  username: z.string().default(""),
  email: z.string().default(""),
  realname: z.string().default(""),
  comment: z.string().default(""),
  password: z.string().default(""),
});

const fields: Fields<User> = {
  username: (u) => u.username,
  email: (u) => u.email,
  user_id: (u) => u.id,
  creation_time: (u) => u.created,
};

const weak = (): HarborProblem =>
  badRequest(
    "the password or secret must be 8-128, inclusively, characters long with at least 1 uppercase letter, 1 lowercase letter and 1 number",
  );

export function userRoutes(site: Site): Routes {
  const routes: Routes = new Hono<HarborEnv>();
  routes.get("/users/current", (c) => {
    const caller = requireLogin(c);
    if (caller.kind !== "user") {
      throw precondition(`get current user not available for security context: ${caller.kind}`);
    }
    return json({ admin_role_in_auth: false, ...shown(caller.user) });
  });
  routes.get("/users", (c) => {
    requireSystem(site, c, "user", "list");
    return pageOf(urlOf(c), site.store.all("users"), fields, shown);
  });
  routes.get("/users/search", (c) => {
    requireLogin(c);
    const part = c.req.query("username") ?? "";
    const found = site.store.filter("users", (u) => u.username.includes(part));
    return pageOf(urlOf(c), found, fields, (u) => ({ user_id: u.id, username: u.username }));
  });
  routes.post("/users", (c) => createUser(site, c));
  routes.get("/users/:id", (c) => json(shown(requireUser(site, c, c.req.param("id"), "read"))));
  routes.put("/users/:id", async (c) => {
    const user = requireUser(site, c, c.req.param("id"), "update");
    const { email, realname, comment } = await readBody(c.env.incoming, "profile", "UserProfile", request);
    site.store.update("users", user.id, { email, realname, comment, updated: now(site) });
    return empty();
  });
  routes.delete("/users/:id", (c) => {
    const user = requireUser(site, c, c.req.param("id"), "delete");
    if (user.id === 1 || user.username === ownName(c))
      throw forbidden("admin and the user itself cannot be deleted");
    site.store.removeWhere("members", (m) => m.userId === user.id);
    site.store.remove("users", user.id);
    return empty();
  });
  routes.put("/users/:id/sysadmin", async (c) => {
    requireSystem(site, c, "user", "update");
    const user = requireUser(site, c, c.req.param("id"), "update");
    const flag = z.looseObject({ sysadmin_flag: z.boolean().default(false) });
    const body = await readBody(c.env.incoming, "sysadmin_flag", "UserSysAdminFlag", flag);
    site.store.update("users", user.id, { sysadmin: body.sysadmin_flag, updated: now(site) });
    return empty();
  });
  routes.put("/users/:id/password", (c) => changePassword(site, c, c.req.param("id")));
  return routes;
}

async function createUser(site: Site, c: Call): Promise<Response> {
  requireSystem(site, c, "user", "create");
  const body = await readBody(c.env.incoming, "userReq", "UserCreationReq", request);
  if (body.username === "" || /[,"~#%$]/.test(body.username))
    throw badRequest("username contains illegal characters");
  if (!isStrong(body.password)) throw weak();
  const password = await hashPassword(body.password);
  const taken = (u: User): boolean =>
    u.username === body.username || (body.email !== "" && u.email === body.email);
  if (site.store.find("users", taken) !== undefined) {
    throw conflict(`User ${body.username} or email ${body.email} already exists`);
  }
  const { username, email, realname, comment } = body;
  const time = now(site);
  const user = {
    username,
    email,
    realname,
    comment,
    password,
    sysadmin: false,
    created: time,
    updated: time,
  };
  return created(`/api/v2.0/users/${site.store.insert("users", user).id}`);
}

async function changePassword(site: Site, c: Call, id: string): Promise<Response> {
  const user = requireUser(site, c, id, "update");
  const schema = z.looseObject({
    old_password: z.string().default(""),
    new_password: z.string().default(""),
  });
  const body = await readBody(c.env.incoming, "password", "PasswordReq", schema);
  const own = user.username === ownName(c);
  if (own && !(await passwordMatches(body.old_password, user.password))) {
    throw forbidden("Current password is incorrect");
  }
  if (!isStrong(body.new_password)) throw weak();
  if (await passwordMatches(body.new_password, user.password)) {
    throw badRequest("the new password can not be same with the old one");
  }
  site.store.update("users", user.id, {
    password: await hashPassword(body.new_password),
    updated: now(site),
  });
  return empty();
}

function ownName(c: Call): string | undefined {
  const caller = c.get("caller");
  return caller.kind === "user" ? caller.name : undefined;
}

function requireUser(site: Site, c: Call, id: string, action: string): User {
  const caller = requireLogin(c);
  const isOwn = caller.kind === "user" && caller.user.id === Number(id);
  if (!isOwn && !isAdministrator(caller)) requireSystem(site, c, "user", action);
  const user = site.store.get("users", Number(id));
  if (user === undefined) throw notFound(`user ${id} not found`);
  return user;
}

function shown(user: User): object {
  return {
    ...(user.comment === "" ? {} : { comment: user.comment }),
    creation_time: user.created,
    ...(user.email === "" ? {} : { email: user.email }),
    realname: user.realname,
    sysadmin_flag: user.sysadmin,
    update_time: user.updated,
    user_id: user.id,
    username: user.username,
  };
}

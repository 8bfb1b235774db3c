import { Hono } from "hono";
import { z } from "zod";
import { namePattern } from "./projects.ts";
import { readBody } from "../body.ts";
import { robotLogin } from "../identity.ts";
import {
  isAdministrator,
  mayInProject,
  maySystem,
  projectNamed,
  requireLogin,
  requireProject,
} from "../permissions.ts";
import { badRequest, conflict, forbidden, notFound } from "../problem.ts";
import { pageOf, queryOf, type Fields } from "../query.ts";
import type { Permission, Robot } from "../records.ts";
import { isGrantable } from "../robot-permissions.ts";
import { generateSecret, hashSecret, isStrong } from "../secrets.ts";
import { callerName } from "../identity.ts";
import {
  empty,
  has,
  json,
  now,
  numberSetting,
  urlOf,
  type Call,
  type HarborEnv,
  type Routes,
  type Site,
} from "../site.ts";

const permission = z.looseObject({
  kind: z.string().default(""),
  namespace: z.string().default(""),
  access: z
    .array(
      z.looseObject({
        resource: z.string().default(""),
        action: z.string().default(""),
        effect: z.string().optional(),
      }),
    )
    .default([]),
});

const request = z.looseObject({
  id: z.number().optional(),
  name: z.string().default(""),
  description: z.string().default(""),
  level: z.string().default(""),
  duration: z.number().default(0),
  disable: z.boolean().default(false),
  permissions: z.array(permission).default([]),
});

type RobotRequest = z.infer<typeof request>;

const fields = (site: Site): Fields<Robot> => ({
  name: (r) => r.name,
  id: (r) => r.id,
  creation_time: (r) => r.created,
  update_time: (r) => r.updated,
  disabled: (r) => r.disable,
  login: (r) => robotLogin(site, r),
});

export function robotRoutes(site: Site): Routes {
  const routes: Routes = new Hono<HarborEnv>();
  routes.post("/robots", (c) => createRobot(site, c));
  routes.get("/robots", (c) => listRobots(site, c));
  routes.get("/robots/:id", (c) => json(shown(site, requireRobot(site, c, c.req.param("id"), "read"))));
  routes.put("/robots/:id", (c) => updateRobot(site, c, c.req.param("id")));
  routes.patch("/robots/:id", (c) => refreshSecret(site, c, c.req.param("id")));
  routes.delete("/robots/:id", (c) => {
    site.store.remove("robots", requireRobot(site, c, c.req.param("id"), "delete").id);
    return empty();
  });
  if (has(site, "projectRobotPaths")) {
    routes.get("/projects/:project/robots", (c) => {
      const project = requireProject(site, c, c.req.param("project"), "robot", "list");
      return page(site, c, (r) => r.level === "project" && r.projectId === project.id);
    });
  }
  return routes;
}

async function createRobot(site: Site, c: Call): Promise<Response> {
  requireLogin(c);
  const body = await readBody(c.env.incoming, "robot", "RobotCreate", request);
  const days = checkedDuration(site, body.duration);
  checkNameAndLevel(body);
  checkPermissions(site, body);
  const project =
    body.level === "project" ? projectNamed(site, body.permissions[0]?.namespace ?? "") : undefined;
  requireManagement(site, c, body.level, project?.id ?? 0, "create");
  const name = project === undefined ? body.name : `${project.name}+${body.name}`;
  const projectId = project?.id ?? 0;
  // From here to the insert nothing waits: of two requests at once, exactly one makes the robot.
  if (site.store.robotsNamed(name).some((r) => r.projectId === projectId)) {
    throw conflict(`robot account ${projectId}:${name} already exists`);
  }
  const secret = generateSecret();
  const robot = site.store.insert("robots", {
    name,
    projectId,
    level: project === undefined ? "system" : "project",
    description: body.description,
    duration: days,
    expiresAt: days === -1 ? -1 : Math.floor(site.clock.now() / 1000) + days * 86_400,
    disable: false,
    permissions: permissionsOf(body),
    secret: hashSecret(secret),
    created: now(site),
    updated: now(site),
  });
  const location = `/api/v2.0/robots/${robot.id}`;
  const { created: creation_time, expiresAt: expires_at, id } = robot;
  return json({ creation_time, expires_at, id, name: robotLogin(site, robot), secret }, 201, { location });
}

function checkedDuration(site: Site, duration: number): number {
  if (duration === 0 && has(site, "robotDurationZeroIsDefault"))
    return numberSetting(site, "robot_token_duration");
  if (duration !== -1 && duration <= 0) throw badRequest(`bad request error duration input: ${duration}`);
  return duration;
}

function checkNameAndLevel(body: RobotRequest): void {
  if (!namePattern.test(body.name)) {
    throw badRequest("robot name is not in lower case or contains illegal characters");
  }
  if (body.level !== "system" && body.level !== "project") {
    throw badRequest(`bad request error level input: ${body.level}`);
  }
  if (body.permissions.length === 0) throw badRequest("bad request empty permission");
  if (body.level === "project" && body.permissions.length > 1) {
    throw badRequest("bad request permission");
  }
}

function checkPermissions(site: Site, body: RobotRequest): void {
  for (const { kind, namespace, access } of body.permissions) {
    if (access.length === 0) throw badRequest("bad request empty access");
    if (kind !== "system" && kind !== "project") throw badRequest(`bad request error kind input: ${kind}`);
    if (body.level === "project" && (kind !== "project" || namespace === "*"))
      throw badRequest("bad request permission");
    if (kind === "project" && namespace !== "*" && projectNamed(site, namespace) === undefined) {
      throw notFound(`project ${namespace} not found`);
    }
    if (!has(site, "robotPermissionsAreValidated")) continue;
    for (const { resource, action } of access) {
      if (!isGrantable(site.version, kind, resource, action)) {
        throw badRequest(`bad request permission: ${resource}:${action}`);
      }
    }
  }
}

const permissionsOf = (body: RobotRequest): readonly Permission[] =>
  body.permissions.map(({ kind, namespace, access }) => ({
    kind,
    namespace,
    access: access.map(({ resource, action, effect }) => ({
      resource,
      action,
      ...(effect === undefined || effect === "" ? {} : { effect }),
    })),
  }));

/** System robots are for administrators (and from 2.12 for robots with that right), project robots for its own. */
function requireManagement(site: Site, c: Call, level: string, projectId: number, action: string): void {
  const caller = requireLogin(c);
  if (isAdministrator(caller)) return;
  // No robot may hold robot:update, and before 2.12 none may hold robot:* at all (facts/harbor.md §1.6).
  const robotMay = action !== "update" && has(site, "robotsManageRobots");
  if (caller.kind === "robot" && !robotMay) throw forbidden(callerName(caller));
  if (level === "system") {
    if (!maySystem(site, caller, "robot", action)) throw forbidden(callerName(caller));
    return;
  }
  const project = site.store.get("projects", projectId);
  if (project === undefined || !mayInProject(site, caller, project, "robot", action)) throw forbidden();
}

function requireRobot(site: Site, c: Call, id: string, action: string): Robot {
  const caller = requireLogin(c);
  const robot = site.store.get("robots", Number(id));
  if (robot === undefined) {
    throw isAdministrator(caller) || caller.kind === "user" ? notFound(`robot ${id} not found`) : forbidden();
  }
  requireManagement(site, c, robot.level, robot.projectId, action);
  return robot;
}

function listRobots(site: Site, c: Call): Response {
  requireLogin(c);
  const q = queryOf(urlOf(c));
  if (q.get("level") !== "project") {
    requireManagement(site, c, "system", 0, "list");
    return page(site, c, (r) => r.level === "system");
  }
  const projectId = Number(q.get("projectid") ?? "0");
  if (projectId === 0) throw badRequest("must with project ID when to query project robots");
  requireManagement(site, c, "project", projectId, "list");
  return page(site, c, (r) => r.level === "project" && r.projectId === projectId);
}

function page(site: Site, c: Call, test: (robot: Robot) => boolean): Response {
  return pageOf(urlOf(c), site.store.filter("robots", test), fields(site), (robot) => shown(site, robot));
}

async function updateRobot(site: Site, c: Call, id: string): Promise<Response> {
  const robot = requireRobot(site, c, id, "update");
  const body = await readBody(c.env.incoming, "robot", "Robot", request);
  if (body.level !== robot.level || body.name !== robotLogin(site, robot)) {
    throw badRequest("cannot update the level or name of robot");
  }
  const days = checkedDuration(site, body.duration);
  if (body.permissions.length === 0) throw badRequest("bad request empty permission");
  checkPermissions(site, body);
  // Counted from the creation, not from now (facts/harbor.md §1.6).
  const born = Math.floor(Date.parse(robot.created) / 1000);
  site.store.update("robots", robot.id, {
    description: body.description,
    disable: body.disable,
    duration: days,
    expiresAt: days === -1 ? -1 : born + days * 86_400,
    permissions: permissionsOf(body),
    updated: now(site),
  });
  return empty();
}

async function refreshSecret(site: Site, c: Call, id: string): Promise<Response> {
  const robot = requireRobot(site, c, id, "update");
  const body = await readBody(
    c.env.incoming,
    "robotSec",
    "RobotSec",
    z.looseObject({ secret: z.string().default("") }),
  );
  if (body.secret !== "" && !isStrong(body.secret)) {
    throw badRequest(
      "the secret must be 8-128, inclusively, characters long with at least 1 uppercase letter, 1 lowercase letter and 1 number",
    );
  }
  const secret = body.secret === "" ? generateSecret() : body.secret;
  site.store.update("robots", robot.id, { secret: hashSecret(secret), updated: now(site) });
  return json(body.secret === "" ? { secret } : {});
}

function shown(site: Site, robot: Robot): object {
  return {
    creation_time: robot.created,
    ...(robot.description === "" ? {} : { description: robot.description }),
    disable: robot.disable,
    duration: robot.duration,
    editable: true,
    expires_at: robot.expiresAt,
    id: robot.id,
    level: robot.level,
    name: robotLogin(site, robot),
    permissions: robot.permissions,
    update_time: robot.updated,
  };
}

import type { HarborClient } from "../../../clients/harbor/client.ts";
import type { Robot } from "../../../clients/harbor/robot-schemas.ts";
import type { Project } from "../../../clients/harbor/schemas.ts";
import { harborHas } from "../../../clients/harbor/versions.ts";
import { isError } from "../../../model/errors.ts";
import type { Evidence } from "../evidence.ts";
import { evidenceOf } from "./ask.ts";

export interface RobotQuestion {
  /** The whole login name, with its prefix. */
  readonly login: string;
  /** The registry refused that login. */
  readonly isLoginRefused: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What Harbor itself sets; an administrator may set another one. */
const usualPrefix = "robot$";

/**
 * Whether the robot behind a login is there, enabled, in date, and may pull from a project. A person's account is told
 * nothing of. Robots that this account may not list are unknown, never absent.
 * @throws HARBOR_*, NETWORK_*, TLS_*
 */
export async function probeRobot(
  harbor: HarborClient,
  project: Project,
  { login, isLoginRefused, now }: RobotQuestion,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const say = evidenceOf("robot", login);
  const prefix = (await settledPrefix(harbor, signal)) ?? usualPrefix;
  const robots = await robotsLike(harbor, project, bareName(login, prefix), signal);
  if (robots === undefined)
    return [
      say.unknown(
        "this account may not list the robots among which it would be",
        "当前账户无权列出该机器人账户所属的范围",
      ),
    ];
  const robot = robots.find((r) => r.name === login);
  if (robot === undefined) return absent(login, prefix, robots);
  if (robot.disable) return [say.wrong("ROBOT_DISABLED", "it is disabled", "已被禁用")];
  const end = (robot.expires_at ?? -1) * 1000;
  if (end >= 0 && end <= now) {
    const at = new Date(end).toISOString();
    return [say.wrong("ROBOT_EXPIRED", `it expired at ${at}`, `已于 ${at} 过期`)];
  }
  const isPublic = project.metadata["public"] === "true";
  if (!isPublic && !(await mayPull(harbor, robot, project.name, signal))) {
    const scopes = pullScopes(robot).join(", ") || "-";
    return [
      say.wrong(
        "ROBOT_WITHOUT_PULL",
        `it may not pull from ${project.name}; it may from: ${scopes}`,
        `没有从 ${project.name} 拉取的权限；可拉取的项目：${scopes}`,
      ),
    ];
  }
  if (isLoginRefused)
    return [
      say.wrong(
        "ROBOT_SECRET_OLD",
        "the robot is in order, but its login is refused: its secret was refreshed elsewhere",
        "机器人账户正常，但登录被拒绝：其密钥已在别处刷新",
      ),
    ];
  return [say.fine(`it is enabled and may pull from ${project.name}`, `已启用，可从 ${project.name} 拉取`)];
}

function absent(login: string, prefix: string, robots: readonly Robot[]): readonly Evidence[] {
  const isRobot = login.startsWith(prefix) || login.startsWith(usualPrefix);
  // A person's account is not among the robots.
  if (!isRobot) return [];
  const say = evidenceOf("robot", login);
  const bare = bareName(login, login.startsWith(prefix) ? prefix : usualPrefix);
  const renamed = robots.find((r) => r.name === prefix + bare);
  if (renamed !== undefined)
    return [
      say.wrong(
        "ROBOT_ABSENT",
        `Harbor knows it as ${renamed.name}: the prefix of robots was changed`,
        `Harbor 中的名称为 ${renamed.name}：机器人账户前缀已更改`,
      ),
    ];
  return [say.wrong("ROBOT_ABSENT", "Harbor has no robot of this name", "Harbor 中没有该名称的机器人账户")];
}

/** Without its prefix: `team+ci` of a project's robot, `ci` of the system's (facts/harbor.md §1.6). */
function bareName(login: string, prefix: string): string {
  if (login.startsWith(prefix)) return login.slice(prefix.length);
  return login.startsWith(usualPrefix) ? login.slice(usualPrefix.length) : login;
}

/**
 * The robots among which one of that name would be: those of the project before its `+`, the system's otherwise.
 * @returns undefined where this account is not shown them all
 */
async function robotsLike(
  harbor: HarborClient,
  project: Project,
  bare: string,
  signal: AbortSignal,
): Promise<readonly Robot[] | undefined> {
  try {
    const plus = bare.indexOf("+");
    if (plus < 0) return await harbor.robots.listOfSystem(signal);
    const name = bare.slice(0, plus);
    const home = name === project.name ? project : await harbor.projects.getByName(name, signal);
    // Robots go with their project.
    return home === undefined ? [] : await harbor.robots.listOfProject(home.project_id, signal);
  } catch (thrown) {
    if (isError(thrown, "HARBOR_FORBIDDEN", "HARBOR_CREDENTIAL_MISSING")) return undefined;
    throw thrown;
  }
}

/** The prefix as it is set; undefined to all but administrators. */
async function settledPrefix(harbor: HarborClient, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { value } = (await harbor.settings.configurations(signal))["robot_name_prefix"] ?? {};
    return typeof value === "string" && value !== "" ? value : undefined;
  } catch (thrown) {
    if (isError(thrown, "HARBOR_FORBIDDEN", "HARBOR_CREDENTIAL_MISSING")) return undefined;
    throw thrown;
  }
}

async function mayPull(
  harbor: HarborClient,
  robot: Robot,
  project: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (!pullScopes(robot).some((scope) => scope === project || scope === "*")) return false;
  if (!robot.permissions.some(({ kind }) => kind === "system")) return true;
  // Up to 2.11 a right on the system takes the rights on projects away (facts/harbor.md §1.6).
  return harborHas(await harbor.system.version(signal), "robotMixedScopes");
}

/** Projects that a robot may pull from by its own rights; `*` for all. */
function pullScopes({ permissions, level }: Robot): readonly string[] {
  return permissions
    .filter(({ kind, access }) => {
      const may = (action: string): boolean =>
        access.some((a) => a.resource === "repository" && a.action === action && a.effect !== "deny");
      // Push brings pull with it for a project's own robots alone (facts/harbor.md §1.6).
      return kind === "project" && (may("pull") || (level === "project" && may("push")));
    })
    .map(({ namespace }) => namespace);
}

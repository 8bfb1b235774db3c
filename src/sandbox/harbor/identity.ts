import type { Caller } from "./caller.ts";
import type { Claims } from "./token.ts";
import type { Robot } from "./records.ts";
import { passwordMatches, secretMatches } from "./secrets.ts";
import { stringSetting, type Site } from "./site.ts";

const anonymous: Caller = { kind: "anonymous" };

/** Harbor's `frozenTime` (facts/harbor.md §1.1): how long a failed login is locked, and waits. */
const lockMilliseconds = 1500;

export const callerName = (caller: Caller): string => (caller.kind === "anonymous" ? "" : caller.name);

/** The robot's login name: the configured prefix and its name. */
export const robotLogin = (site: Site, robot: Pick<Robot, "name">): string =>
  `${stringSetting(site, "robot_name_prefix")}${robot.name}`;

/**
 * Finds out who asks.
 * @param header the Authorization header
 * @param acceptsToken registry tokens count on `/v2/` only
 */
export async function identify(
  site: Site,
  header: string | undefined,
  acceptsToken: boolean,
): Promise<Caller> {
  const [scheme = "", value = ""] = (header ?? "").split(/ +/, 2);
  if (/^bearer$/i.test(scheme)) return acceptsToken ? tokenCaller(site, value) : anonymous;
  if (!/^basic$/i.test(scheme)) return anonymous;
  const text = Buffer.from(value, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 0) return anonymous;
  const [name, secret] = [text.slice(0, colon), text.slice(colon + 1)];
  return robotCaller(site, name, secret) ?? (await userCaller(site, name, secret));
}

function tokenCaller(site: Site, token: string): Caller {
  const claims = site.tokens.verify(token, site.clock.now());
  return claims === undefined || claims.sub === ""
    ? tokenOfNobody(claims)
    : { kind: "token", name: claims.sub, claims };
}

function tokenOfNobody(claims: Claims | undefined): Caller {
  return claims === undefined ? anonymous : { kind: "token", name: "", claims };
}

function robotCaller(site: Site, name: string, secret: string): Caller | undefined {
  const prefix = stringSetting(site, "robot_name_prefix");
  if (!name.startsWith(prefix)) return undefined;
  const [robot] = site.store.robotsNamed(name.slice(prefix.length));
  if (robot === undefined || !secretMatches(secret, robot.secret) || robot.disable) return undefined;
  if (robot.expiresAt !== -1 && robot.expiresAt <= site.clock.now() / 1000) return undefined;
  return { kind: "robot", name, robot, permissions: robot.permissions };
}

/** A robot that was refused comes here too, is no user, and so waits and is locked like one (facts/harbor.md §1.1). */
async function userCaller(site: Site, name: string, password: string): Promise<Caller> {
  if ((site.locks.get(name) ?? 0) > site.clock.now()) return anonymous;
  site.locks.delete(name);
  const user = site.store.find("users", (u) => u.username === name || u.email === name);
  if (user !== undefined && (await passwordMatches(password, user.password))) {
    return { kind: "user", name: user.username, user };
  }
  site.locks.set(name, site.clock.now() + lockMilliseconds);
  await site.clock.sleep(lockMilliseconds);
  return anonymous;
}

import { MoorlineError } from "../../model/errors.ts";
import { Sensitive } from "../../model/sensitive.ts";
import { checkRequest, type HarborConnection } from "./connection.ts";
import { all, allOnOnePage } from "./paging.ts";
import {
  newRobot,
  ownSecret,
  robot,
  robotCreated,
  robotSecret,
  type NewRobot,
  type Robot,
} from "./robot-schemas.ts";

/** A robot just made. Its secret is told this once, and never again. */
export interface CreatedRobot {
  readonly id: number;
  /** Login name with prefix. */
  readonly name: string;
  readonly secret: Sensitive;
  /** Unix seconds; -1 never. */
  readonly expiresAt: number | undefined;
}

export interface RobotsApi {
  /** Robots of one project. */
  listOfProject(projectId: number, signal?: AbortSignal): Promise<Robot[]>;
  /**
   * Those of a project in whose name one of these stands, and perhaps others: a Harbor that does not know the filter
   * ignores it, and a project of few robots is read whole where many are looked for.
   * @param parts of letters, digits, dots and dashes: Harbor unescapes `q` twice (facts/harbor.md §1.1)
   */
  findInProject(projectId: number, parts: readonly string[], signal?: AbortSignal): Promise<readonly Robot[]>;
  listOfSystem(signal?: AbortSignal): Promise<Robot[]>;
  get(id: number, signal?: AbortSignal): Promise<Robot | undefined>;
  /** @throws HARBOR_CONFLICT when the name is taken, HARBOR_NOT_FOUND when its project is not there */
  create(robot: NewRobot, signal?: AbortSignal): Promise<CreatedRobot>;
  /**
   * Writes a robot whole: give what was read, with changes. Name and level must stay.
   * A new duration counts from the robot's creation, not from now.
   */
  update(robot: Robot, signal?: AbortSignal): Promise<void>;
  /**
   * Gives a new secret, made by Harbor or the given one; the old one is dead at once. Only users may do this, no robot.
   * @returns the secret that holds from now on
   */
  refreshSecret(id: number, secret?: Sensitive, signal?: AbortSignal): Promise<Sensitive>;
  /** A robot that is gone already counts as deleted. */
  delete(id: number, signal?: AbortSignal): Promise<void>;
}

/** Up to so many names are looked for one by one; for more, a page of the project is tried first. */
const fewNames = 3;

export function robotsApi(connection: HarborConnection): RobotsApi {
  const url = `${connection.url}/api/v2.0/robots`;
  return {
    listOfProject: async (projectId, signal) => {
      const query = { q: `Level=project,ProjectID=${projectId}` };
      return all(connection, { path: "/robots", query, signal }, robot, "name");
    },
    findInProject: async (projectId, parts, signal) => {
      const q = `Level=project,ProjectID=${projectId}`;
      const call = (filter: string) => ({ path: "/robots", query: { q: filter }, signal });
      const whole =
        parts.length > fewNames ? await allOnOnePage(connection, call(q), robot, "name") : undefined;
      if (whole !== undefined) return whole;
      const named = (part: string) => all(connection, call(`${q},name=~${part}`), robot, "name");
      const found = await Promise.all(parts.map(named));
      return [...new Map(found.flat().map((r) => [r.id, r])).values()];
    },
    listOfSystem: (signal) => all(connection, { path: "/robots", signal }, robot, "name"),
    get: (id, signal) => connection.readIfThere({ method: "GET", path: `/robots/${id}`, signal }, robot),
    create: async (wanted, signal) => {
      const json = checkRequest(newRobot, wanted, `POST ${url}`);
      const made = await connection.read({ method: "POST", path: "/robots", json, signal }, robotCreated);
      return { id: made.id, name: made.name, secret: new Sensitive(made.secret), expiresAt: made.expires_at };
    },
    update: async (changed, signal) => {
      await connection.send({ method: "PUT", path: `/robots/${changed.id}`, json: changed, signal });
    },
    refreshSecret: async (id, secret, signal) => {
      if (secret) checkSecret(secret, `PATCH ${url}/${id}`);
      const json = { secret: secret?.reveal() ?? "" };
      const answer = await connection.read(
        { method: "PATCH", path: `/robots/${id}`, json, signal },
        robotSecret,
      );
      if (secret) return secret;
      if (answer.secret) return new Sensitive(answer.secret);
      const reason = "no secret in the answer";
      throw new MoorlineError("HARBOR_RESPONSE_UNEXPECTED", {
        subject: `PATCH ${url}/${id}`,
        parameters: { reason },
      });
    },
    delete: async (id, signal) => {
      await connection.send({ method: "DELETE", path: `/robots/${id}`, signal, expected: [404] });
    },
  };
}

/** Says which rule a secret breaks without repeating the secret. */
function checkSecret(secret: Sensitive, subject: string): void {
  checkRequest(ownSecret, secret.reveal(), subject);
}

import { checkRequest, createdId, segment, type HarborConnection } from "./connection.ts";
import { z } from "zod";
import { all } from "./paging.ts";
import * as schemas from "./schemas.ts";

/** Harbor's role numbers (facts/harbor.md §1.5). */
export const roles = { projectAdmin: 1, developer: 2, guest: 3, maintainer: 4, limitedGuest: 5 } as const;
export type Role = keyof typeof roles;

const newMember = z.strictObject({
  role: z.enum(["projectAdmin", "developer", "guest", "maintainer", "limitedGuest"]),
  entity: z.union([
    z.strictObject({ username: z.string().min(1) }),
    z.strictObject({ groupName: z.string().min(1), groupType: z.enum(["ldap", "http", "oidc"]) }),
  ]),
});
export type NewMember = z.input<typeof newMember>;

const groupTypes = { ldap: 1, http: 2, oidc: 3 } as const;

export interface MembersApi {
  list(project: string, signal?: AbortSignal): Promise<schemas.Member[]>;
  /** @throws HARBOR_CONFLICT when it is a member already */
  add(project: string, member: NewMember, signal?: AbortSignal): Promise<{ readonly id: number }>;
  setRole(project: string, memberId: number, role: Role, signal?: AbortSignal): Promise<void>;
  remove(project: string, memberId: number, signal?: AbortSignal): Promise<void>;
}

export function membersApi(connection: HarborConnection): MembersApi {
  const at = (project: string) => `/projects/${segment(project)}/members`;
  return {
    list: (project, signal) => all(connection, { path: at(project), byName: true, signal }, schemas.member),
    add: async (project, member, signal) => {
      const { role, entity } = checkRequest(
        newMember,
        member,
        `POST ${connection.url}/api/v2.0${at(project)}`,
      );
      const whom =
        "username" in entity
          ? { member_user: { username: entity.username } }
          : { member_group: { group_name: entity.groupName, group_type: groupTypes[entity.groupType] } };
      const json = { role_id: roles[role], ...whom };
      return {
        id: createdId(
          await connection.send({ method: "POST", path: at(project), byName: true, json, signal }),
        ),
      };
    },
    setRole: async (project, memberId, role, signal) => {
      const path = `${at(project)}/${memberId}`;
      await connection.send({ method: "PUT", path, byName: true, json: { role_id: roles[role] }, signal });
    },
    remove: async (project, memberId, signal) => {
      const path = `${at(project)}/${memberId}`;
      await connection.send({ method: "DELETE", path, byName: true, signal, expected: [404] });
    },
  };
}

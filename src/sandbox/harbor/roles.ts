/** Role ids and names (facts/harbor.md §1.5). */
export const roleNames: Readonly<Record<number, string>> = {
  1: "projectAdmin",
  2: "developer",
  3: "guest",
  4: "maintainer",
  5: "limitedGuest",
};

const limitedGuest = [
  "project:read",
  "repository:pull,list,read",
  "artifact:read,list",
  "tag:list",
  "accessory:list",
  "artifact-addition:read",
  "label:list,read",
  "quota:read",
  "scan:read",
  "sbom:read",
  "immutable-tag:list",
  "tag-retention:read,list",
  "registry:read",
];
const guest = [
  ...limitedGuest,
  "member:read,list",
  "log:list",
  "robot:read,list",
  "notification-policy:read,list",
];
const developer = [
  ...guest,
  "repository:push,update,create",
  "artifact:create",
  "tag:create,delete",
  "artifact-label:create,delete",
  "label:create,update,delete",
  "scan:create,stop",
  "metadata:list,read",
];
const maintainer = [
  ...developer,
  "repository:delete",
  "artifact:delete",
  "metadata:create,update,delete",
  "immutable-tag:create,update,delete",
  "tag-retention:create,update,delete,operate",
  "scanner:read,create",
];

const held: Readonly<Record<number, ReadonlySet<string>>> = {
  2: expand(developer),
  3: expand(guest),
  4: expand(maintainer),
  5: expand(limitedGuest),
};

/** What anybody may do in a public project. */
const inPublic = expand([
  "project:read",
  "repository:pull,list,read",
  "artifact:read,list",
  "tag:list",
  "accessory:list",
  "artifact-addition:read",
  "label:list,read",
  "scan:read",
  "sbom:read",
]);

/** Whether a member of that role may; a project administrator may do everything there. */
export const roleMay = (role: number, resource: string, action: string): boolean =>
  role === 1 || (held[role]?.has(`${resource}:${action}`) ?? false);

export const publicMay = (resource: string, action: string): boolean => inPublic.has(`${resource}:${action}`);

function expand(entries: readonly string[]): ReadonlySet<string> {
  return new Set(
    entries.flatMap((entry) => {
      const [resource = "", actions = ""] = entry.split(":");
      return actions.split(",").map((action) => `${resource}:${action}`);
    }),
  );
}

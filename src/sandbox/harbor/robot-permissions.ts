/** What robots may hold from 2.10 on, by kind (facts/harbor.md §1.6). */
const system =
  "audit-log: list; catalog: read; garbage-collection: create,list,read,stop,update; jobservice-monitor: list,stop; label: create,delete,read,update; ldap-user: create,list; preheat-instance: create,delete,list,read,update; project: create,list; purge-audit: create,list,read,stop,update; quota: list,read,update; registry: create,delete,list,read,update; replication-adapter: list; replication-policy: create,delete,list,read,update; replication: create,list,read; robot: create,delete,list,read; scan-all: create,read,stop,update; scanner: create,delete,list,read,update; security-hub: list,read; system-volumes: read; user-group: create,delete,list,read,update; user: create,delete,list,read,update";
const project =
  "accessory: list; artifact-addition: read; artifact-label: create,delete; artifact: create,delete,list,read; export-cve: create,read; immutable-tag: create,delete,list,update; label: create,delete,list,read,update; log: list; member: create,delete,list,read,update; metadata: create,delete,list,read,update; notification-policy: create,delete,list,read,update; preheat-policy: create,delete,list,read,update; project: delete,read,update; quota: read; repository: delete,list,pull,push,read,update; robot: create,delete,list,read; sbom: create,read,stop; scan: create,read,stop; scanner: create,read; tag-retention: create,delete,list,read,update; tag: create,delete,list";

/** What came only with a later minor. */
const later: Readonly<Record<string, number>> = {
  "system ldap-user": 12,
  "system user": 12,
  "system user-group": 12,
  "system robot": 12,
  "system quota:update": 12,
  "project member": 12,
  "project robot": 12,
  "project export-cve": 12,
  "project sbom": 11,
};

interface Grantable {
  readonly resource: string;
  readonly action: string;
}

/** The list that `GET /permissions` shows, for one version and kind. */
export function grantable(version: string, kind: "system" | "project"): readonly Grantable[] {
  const minor = Number(/^v?2\.(\d+)/.exec(version)?.[1] ?? "9");
  return (kind === "system" ? system : project).split("; ").flatMap((entry) => {
    const [resource = "", actions = ""] = entry.split(": ");
    return actions.split(",").flatMap((action) => {
      const from = later[`${kind} ${resource}`] ?? later[`${kind} ${resource}:${action}`] ?? 10;
      return minor >= from ? [{ resource, action }] : [];
    });
  });
}

export const isGrantable = (
  version: string,
  kind: "system" | "project",
  resource: string,
  action: string,
): boolean => grantable(version, kind).some((g) => g.resource === resource && g.action === action);

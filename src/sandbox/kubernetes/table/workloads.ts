import { isObject, listAt, stringAt, valueAt, type Json } from "../json.ts";
import type { ApiObject } from "../object.ts";
import type { Column } from "./column.ts";
import { ageColumn, column, nameColumn } from "./columns.ts";

const statuses = (object: ApiObject): readonly Json[] => listAt(object, "status", "containerStatuses");

function podStatus(object: ApiObject): string {
  const waiting = statuses(object).map((one) => stringAt(one, "state", "waiting", "reason"));
  if (stringAt(object, "metadata", "deletionTimestamp") !== undefined) return "Terminating";
  return (
    waiting.find((reason) => reason !== undefined) ??
    stringAt(object, "status", "reason") ??
    stringAt(object, "status", "phase") ??
    "Unknown"
  );
}

export const podColumns: readonly Column[] = [
  nameColumn,
  column("Ready", (object) => {
    const ready = statuses(object).filter((one) => valueAt(one, "ready") === true).length;
    return `${ready}/${listAt(object, "spec", "containers").length}`;
  }),
  column("Status", podStatus),
  column(
    "Restarts",
    (object) =>
      statuses(object).reduce<number>((sum, one) => sum + Number(valueAt(one, "restartCount") ?? 0), 0),
    {
      type: "integer",
    },
  ),
  ageColumn,
  column("IP", (object) => stringAt(object, "status", "podIP") ?? "<none>", { priority: 1 }),
  column("Node", (object) => stringAt(object, "spec", "nodeName") ?? "<none>", { priority: 1 }),
];

function nodeStatus(object: ApiObject): string {
  const ready = listAt(object, "status", "conditions").find(
    (one) => isObject(one) && one["type"] === "Ready",
  );
  const state = ready === undefined ? "Unknown" : stringAt(ready, "status") === "True" ? "Ready" : "NotReady";
  return valueAt(object, "spec", "unschedulable") === true ? `${state},SchedulingDisabled` : state;
}

function nodeRoles(object: ApiObject): string {
  const prefix = "node-role.kubernetes.io/";
  const labels = valueAt(object, "metadata", "labels");
  const roles = Object.keys(isObject(labels) ? labels : {}).filter((key) => key.startsWith(prefix));
  return roles.length === 0
    ? "<none>"
    : roles
        .map((key) => key.slice(prefix.length))
        .sort()
        .join(",");
}

export const nodeColumns: readonly Column[] = [
  nameColumn,
  column("Status", nodeStatus),
  column("Roles", nodeRoles),
  ageColumn,
  column("Version", (object) => stringAt(object, "status", "nodeInfo", "kubeletVersion") ?? ""),
  column(
    "Container-Runtime",
    (object) => stringAt(object, "status", "nodeInfo", "containerRuntimeVersion") ?? "<unknown>",
    {
      priority: 1,
    },
  ),
];

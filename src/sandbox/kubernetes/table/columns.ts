import { objectAt, stringAt, type Json } from "../json.ts";
import { nameOf, type ApiObject } from "../object.ts";
import type { Column } from "./column.ts";

export function column(
  name: string,
  cell: (object: ApiObject) => Json,
  options: Partial<Pick<Column, "type" | "priority">> = {},
): Column {
  return {
    name,
    type: options.type ?? "string",
    format: "",
    description: name,
    priority: options.priority ?? 0,
    cell,
  };
}

export const nameColumn: Column = {
  ...column("Name", nameOf),
  format: "name",
};

export const ageColumn: Column = {
  name: "Age",
  type: "string",
  format: "",
  description: "Time since the object was created",
  priority: 0,
  cell: (object, now) => age(stringAt(object, "metadata", "creationTimestamp"), now),
};

/** A span as kubectl shows it: `5s`, `3m20s`, `7h`, `12d`. */
export function age(since: string | undefined, now: Date): string {
  if (since === undefined) return "<unknown>";
  const seconds = Math.max(0, Math.floor((now.getTime() - Date.parse(since)) / 1000));
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`;
  return hours < 48 ? `${hours}h` : `${Math.floor(hours / 24)}d`;
}

export function partialMetadata(object: ApiObject): ApiObject {
  return {
    kind: "PartialObjectMetadata",
    apiVersion: "meta.k8s.io/v1",
    metadata: objectAt(object, "metadata") ?? {},
  };
}

import { ApiError } from "../status.ts";
import { paths, pathText, type FieldSet } from "./field-set.ts";
import type { Manager } from "./managers.ts";

/** A manager, and the fields of its that an apply would change. */
export interface Conflict {
  readonly manager: Manager;
  readonly fields: FieldSet;
}

/** 409 that names every field in question and who manages it. */
export function applyConflict(conflicts: readonly Conflict[]): ApiError {
  const groups = conflicts
    .map(({ manager, fields }) => ({ manager: managerText(manager), fields: paths(fields).map(pathText) }))
    .sort((a, b) => (a.manager < b.manager ? -1 : 1));
  const causes = groups.flatMap(({ manager, fields }) =>
    fields.map((field) => ({ reason: "FieldManagerConflict", message: `conflict with ${manager}`, field })),
  );
  return new ApiError(409, "Conflict", message(groups, causes.length), {
    causes: causes.sort((a, b) => (a.field < b.field ? -1 : Number(a.field > b.field))),
  });
}

function message(groups: readonly { manager: string; fields: readonly string[] }[], count: number): string {
  const [only] = groups;
  if (count === 1 && only !== undefined) {
    return `Apply failed with 1 conflict: conflict with ${only.manager}: ${only.fields[0] ?? ""}`;
  }
  const lines = groups.flatMap(({ manager, fields }) => [
    `conflicts with ${manager}:`,
    ...fields.map((field) => `- ${field}`),
  ]);
  return `Apply failed with ${count} conflicts: ${lines.join("\n")}`;
}

function managerText(manager: Manager): string {
  const name = JSON.stringify(manager.name);
  return manager.operation === "Apply" ? name : `${name} using ${manager.apiVersion}`;
}

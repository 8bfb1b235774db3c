import type { JsonObject } from "../json.ts";
import type { ApiObject } from "../object.ts";
import type { Resource } from "../resource.ts";
import { age, partialMetadata } from "./columns.ts";

/** The table that `kubectl get` prints. */
export function tableOf(
  resource: Resource,
  objects: readonly ApiObject[],
  metadata: JsonObject,
  now: Date,
): JsonObject {
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    columnDefinitions: resource.columns.map(({ name, type, format, description, priority }) => ({
      name,
      type,
      format,
      description,
      priority,
    })),
    rows: objects.map((object) => ({
      cells: resource.columns.map((column) => {
        const cell = column.cell(object, now);
        return column.type === "date" && resource.isCustom && typeof cell === "string"
          ? age(cell, now)
          : cell;
      }),
      object: partialMetadata(object),
    })),
  };
}

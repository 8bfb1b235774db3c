import { isObject, listAt, objectAt, own, stringAt, valueAt, type Json, type JsonObject } from "../json.ts";
import { isBeingDeleted, type ApiObject } from "../object.ts";
import type { Resource } from "../resource.ts";
import { normaliseTyped } from "../schema/normalise.ts";
import { defaultStructural, pruneStructural, schemaOfStructural } from "../schema/structural.ts";
import { any, type MapSchema, type Schema } from "../schema/schema.ts";
import type { Column } from "../table/column.ts";
import { ageColumn, column, nameColumn } from "../table/columns.ts";
import { structuralValueErrors } from "../validation/structural.ts";
import { keepStatus } from "./builtin.ts";
import { typeNamed } from "./types.ts";

/** True once the API server serves the definition's kind. */
export function isEstablished(definition: ApiObject): boolean {
  return listAt(definition, "status", "conditions").some(
    (condition) =>
      isObject(condition) && condition["type"] === "Established" && condition["status"] === "True",
  );
}

/** The resources that a CustomResourceDefinition defines, one for each version that it serves. */
export function customResources(definition: ApiObject): readonly Resource[] {
  return listAt(definition, "spec", "versions")
    .filter(isObject)
    .filter((version) => version["served"] === true)
    .map((version) => customResource(definition, version));
}

function customResource(definition: ApiObject, version: JsonObject): Resource {
  const names = objectAt(definition, "spec", "names") ?? {};
  const structural = objectAt(version, "schema", "openAPIV3Schema") ?? {};
  const hasStatus = objectAt(version, "subresources", "status") !== undefined;
  const kind = stringAt(names, "kind") ?? "";
  const versionName = stringAt(version, "name") ?? "";
  return {
    group: stringAt(definition, "spec", "group") ?? "",
    version: versionName,
    kind,
    plural: stringAt(names, "plural") ?? "",
    singular: stringAt(names, "singular") ?? "",
    shortNames: listAt(names, "shortNames").map(String),
    categories: listAt(names, "categories").map(String),
    isNamespaced: stringAt(definition, "spec", "scope") === "Namespaced",
    isCustom: true,
    subresources: hasStatus ? ["status"] : [],
    schema: appliedSchema(structural),
    zero: {},
    nameRule: "subdomain",
    hasGeneration: true,
    needsRevision: true,
    isMadeByPut: false,
    selectableFields: [],
    columns: printerColumns(version),
    normalise(object) {
      const metadata = objectAt(object, "metadata");
      if (metadata !== undefined)
        normaliseTyped(typeNamed("ObjectMeta"), metadata, { kind, version: versionName });
      pruneStructural(structural, object);
      defaultStructural(structural, object);
    },
    prepare(object, before) {
      if (!hasStatus || isBeingDeleted(object)) return;
      if (before === undefined) delete object["status"];
      else keepStatus(object, before);
    },
    validate: (object) => structuralValueErrors(structural, object),
  };
}

// The CRD's schema with what every object has. With int-or-string anywhere in it, the real server of 1.20 fails to build its
// model ("has invalid property: anyOf" in its log) and applies the kind as if it had no schema.
function appliedSchema(structural: JsonObject): Schema {
  if (hasIntOrString(structural)) return any;
  const schema = schemaOfStructural(structural);
  if (schema.kind !== "map") return schema;
  const common: readonly (readonly [string, Schema])[] = [
    ["apiVersion", { kind: "scalar", type: "string" }],
    ["kind", { kind: "scalar", type: "string" }],
    ["metadata", typeNamed("ObjectMeta")],
  ];
  const whole: MapSchema = { ...schema, fields: new Map([...schema.fields, ...common]) };
  return whole;
}

function hasIntOrString(schema: JsonObject): boolean {
  if (own(schema, "x-kubernetes-int-or-string") === true) return true;
  const children = [
    ...Object.values(objectAt(schema, "properties") ?? {}),
    own(schema, "items"),
    own(schema, "additionalProperties"),
  ];
  return children.some((child) => isObject(child) && hasIntOrString(child));
}

function printerColumns(version: JsonObject): readonly Column[] {
  const declared = listAt(version, "additionalPrinterColumns").filter(isObject);
  if (declared.length === 0) return [nameColumn, ageColumn];
  return [
    nameColumn,
    ...declared.map((one) => ({
      ...column(
        stringAt(one, "name") ?? "",
        (object) => jsonPathCell(object, stringAt(one, "jsonPath") ?? ""),
        {
          type: stringAt(one, "type") ?? "string",
          priority: Number(own(one, "priority") ?? 0),
        },
      ),
      description: stringAt(one, "description") ?? "",
    })),
  ];
}

// Printer columns use simple paths: `.status.phase`, `.status.conditions[?(@.type=="Ready")].status`.
function jsonPathCell(object: ApiObject, path: string): Json {
  let at: Json | undefined = object;
  for (const [, field, key, wanted, index] of path.matchAll(
    /\.([^.[\]]+)|\[\?\(@\.([^=]+)==["']([^"']*)["']\)\]|\[(\d+)\]/g,
  )) {
    if (field !== undefined) at = valueAt(at, field);
    else if (index !== undefined) at = Array.isArray(at) ? at[Number(index)] : undefined;
    else at = Array.isArray(at) ? at.find((item) => valueAt(item, key ?? "") === wanted) : undefined;
  }
  return at === undefined ? null : typeof at === "object" ? JSON.stringify(at) : at;
}

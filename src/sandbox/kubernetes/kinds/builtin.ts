import { clone, own, type JsonObject } from "../json.ts";
import type { ApiObject } from "../object.ts";
import type { Resource } from "../resource.ts";
import { fillZero, normaliseTyped } from "../schema/normalise.ts";
import type { FieldError } from "../status.ts";
import type { Column } from "../table/column.ts";
import { ageColumn, nameColumn } from "../table/columns.ts";
import { typeNamed } from "./types.ts";

export interface BuiltinKind {
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  readonly plural: string;
  readonly shortNames?: readonly string[];
  readonly isClusterScoped?: boolean;
  readonly subresources?: readonly string[];
  readonly zero?: JsonObject;
  readonly nameRule?: Resource["nameRule"];
  readonly hasGeneration?: boolean;
  readonly needsRevision?: boolean;
  readonly isMadeByPut?: boolean;
  readonly selectableFields?: readonly string[];
  readonly columns?: readonly Column[];
  defaults?(object: ApiObject): void;
  prepare?(object: ApiObject, before: ApiObject | undefined): void;
  validate?(object: ApiObject, before: ApiObject | undefined): readonly FieldError[];
}

/** A kind that Kubernetes itself brings, from what is special about it. */
export function builtin(kind: BuiltinKind): Resource {
  const schema = typeNamed(kind.kind);
  const version = kind.version ?? "v1";
  const zero = kind.zero ?? {};
  const subresources = kind.subresources ?? [];
  return {
    group: kind.group ?? "",
    version,
    kind: kind.kind,
    plural: kind.plural,
    singular: kind.kind.toLowerCase(),
    shortNames: kind.shortNames ?? [],
    categories: kind.plural === "pods" || kind.plural === "deployments" ? ["all"] : [],
    isNamespaced: kind.isClusterScoped !== true,
    isCustom: false,
    subresources,
    schema,
    zero,
    nameRule: kind.nameRule ?? "subdomain",
    hasGeneration: kind.hasGeneration ?? false,
    needsRevision: kind.needsRevision ?? false,
    isMadeByPut: kind.isMadeByPut ?? false,
    selectableFields: kind.selectableFields ?? [],
    columns: kind.columns ?? [nameColumn, ageColumn],
    normalise(object) {
      normaliseTyped(schema, object, { kind: kind.kind, version });
      fillZero(object, zero);
      kind.defaults?.(object);
    },
    prepare(object, before) {
      if (before !== undefined && subresources.includes("status")) keepStatus(object, before);
      kind.prepare?.(object, before);
    },
    validate: (object, before) => kind.validate?.(object, before) ?? [],
  };
}

/** Puts back the status that a write to the main resource must not change. */
export function keepStatus(object: ApiObject, before: ApiObject): void {
  const status = own(before, "status");
  if (status === undefined) delete object["status"];
  else object["status"] = clone(status);
}

/** For kinds whose new objects begin without a status, whatever the client sent. */
export function startStatus(object: ApiObject, before: ApiObject | undefined, status: JsonObject): void {
  if (before === undefined) object["status"] = clone(status);
}

export function setDefault(
  object: JsonObject,
  key: string,
  value: string | number | boolean | JsonObject,
): void {
  if (own(object, key) === undefined) object[key] = value;
}

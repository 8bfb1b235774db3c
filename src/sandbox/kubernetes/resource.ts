import type { JsonObject } from "./json.ts";
import type { ApiObject } from "./object.ts";
import type { Schema } from "./schema/schema.ts";
import type { FieldError, Subject } from "./status.ts";
import type { Column } from "./table/column.ts";

/** Everything the server has to know of one kind in one version. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly isNamespaced: boolean;
  readonly isCustom: boolean;
  /** `status` and others that are written apart from the main resource. */
  readonly subresources: readonly string[];
  readonly schema: Schema;
  /** The struct members that Go never leaves out. */
  readonly zero: JsonObject;
  readonly nameRule: "label" | "subdomain";
  /** True where `metadata.generation` counts changes of the spec. */
  readonly hasGeneration: boolean;
  /** True where a PUT must name the revision that it changes. */
  readonly needsRevision: boolean;
  /** True where a PUT makes what is not there. */
  readonly isMadeByPut: boolean;
  /** Fields that a field selector may ask for, beside metadata.name and metadata.namespace. */
  readonly selectableFields: readonly string[];
  readonly columns: readonly Column[];
  /** Brings what a client sent into the stored form: prunes, converts, sets defaults. Changes the object in place. */
  normalise(object: ApiObject): void;
  /** What the server itself sets before it stores: status kept apart from spec, finalizers of namespaces. In place. */
  prepare(object: ApiObject, before: ApiObject | undefined): void;
  /** What is wrong with a new object (`before` undefined) or a changed one. */
  validate(object: ApiObject, before: ApiObject | undefined): readonly FieldError[];
}

export function apiVersionOf(resource: Pick<Resource, "group" | "version">): string {
  return resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
}

/** How error messages name the resource: plural and group. */
export function subjectOf(resource: Pick<Resource, "group" | "plural">): Subject {
  return { group: resource.group, name: resource.plural };
}

/** How validation errors name it: kind and group. */
export function kindSubject(resource: Pick<Resource, "group" | "kind">): Subject {
  return { group: resource.group, name: resource.kind };
}

/** What is stored under one key space: all versions of a kind share it. */
export function storageKey(resource: Pick<Resource, "group" | "plural">): string {
  return resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
}

export function emptyObject(resource: Resource): ApiObject {
  return { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata: {}, ...resource.zero };
}

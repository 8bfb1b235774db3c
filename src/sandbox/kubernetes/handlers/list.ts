import { isObject, type Json, type JsonObject } from "../json.ts";
import type { ApiObject } from "../object.ts";
import { apiVersionOf, storageKey, type Resource } from "../resource.ts";
import { fieldSelector } from "../selectors/fields.ts";
import { labelSelector, type Selector } from "../selectors/labels.ts";
import { ApiError, badRequest, expired } from "../status.ts";
import { keyOf } from "../store.ts";
import type { ResourceRequest } from "./request.ts";

export interface Selection {
  readonly matches: Selector;
  readonly isEmpty: boolean;
}

/** What the request's label and field selectors choose. @throws ApiError 400 */
export function selectionOf({ query, resource, target }: ResourceRequest): Selection {
  const [labels, fields] = [query.get("labelSelector") ?? "", query.get("fieldSelector") ?? ""];
  const byLabels = labelSelector(labels);
  const byFields = fieldSelector(
    fields,
    resource.selectableFields,
    resource.isCustom || resource.selectableFields.length > 0,
  );
  // A watch of one object by its path is a selection by name.
  const named =
    target.isWatchPath && target.name !== ""
      ? fieldSelector(`metadata.name=${target.name}`, [], true)
      : undefined;
  return {
    matches: (object) => byLabels(object) && byFields(object) && (named?.(object) ?? true),
    isEmpty: labels === "" && fields === "" && named === undefined,
  };
}

export interface Listing {
  readonly items: readonly ApiObject[];
  readonly metadata: JsonObject;
}

interface Continuation {
  readonly revision: number;
  readonly after: string;
}

/** One page of a list, all pages as of the revision of the first. @throws ApiError 400, 410, 504 */
export function listPage(request: ResourceRequest): Listing {
  const { context, query, resource, target } = request;
  const selection = selectionOf(request);
  const continuation = readContinue(query.get("continue"));
  const revision = continuation?.revision ?? wantedRevision(request);
  const objects = context.store.listAt(storageKey(resource), target.namespace, revision);
  if (objects === undefined) throw tooOld(continuation !== undefined);
  const rest =
    continuation === undefined ? objects : objects.filter((object) => keyOf(object) > continuation.after);
  const matching = selection.isEmpty ? rest : rest.filter(selection.matches);
  const limit = Number(query.get("limit") ?? 0);
  // A list from the cache ("0") is never cut in pages.
  const isPaged = limit > 0 && query.get("resourceVersion") !== "0" && matching.length > limit;
  const items = isPaged ? matching.slice(0, limit) : matching;
  const metadata: JsonObject = { resourceVersion: String(revision) };
  if (isPaged) {
    metadata["continue"] = writeContinue(revision, keyOf(items.at(-1) as ApiObject));
    if (selection.isEmpty) metadata["remainingItemCount"] = matching.length - items.length;
  }
  return { items, metadata };
}

function wantedRevision({ context, query }: ResourceRequest): number {
  const given = query.get("resourceVersion") ?? "";
  const current = context.store.revision;
  if (given === "" || given === "0") return current;
  const revision = readRevision(given);
  if (revision > current) throw tooNew(revision, current);
  return query.get("resourceVersionMatch") === "Exact" ? revision : current;
}

export function readRevision(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw badRequest(
    `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
  );
}

function tooNew(revision: number, current: number): ApiError {
  return new ApiError(
    504,
    "Timeout",
    `Timeout: Too large resource version: ${revision}, current: ${current}`,
    {
      causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
      retryAfterSeconds: 1,
    },
  );
}

function tooOld(isContinued: boolean): ApiError {
  if (!isContinued) return expired("The resourceVersion for the provided list is too old.");
  return expired(
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
  );
}

function writeContinue(revision: number, after: string): string {
  const token = { v: "meta.k8s.io/v1", rv: revision, start: `${after}\u0000` };
  return Buffer.from(JSON.stringify(token)).toString("base64url");
}

function readContinue(token: string | null): Continuation | undefined {
  if (token === null || token === "") return undefined;
  let value: Json;
  try {
    value = JSON.parse(Buffer.from(token, "base64url").toString()) as Json;
  } catch {
    throw badRequest(
      "invalid continue token: continue key is not valid: invalid character looking for beginning of value",
    );
  }
  if (!isObject(value) || typeof value["rv"] !== "number" || typeof value["start"] !== "string") {
    throw badRequest(
      "invalid continue token: continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)",
    );
  }
  return { revision: value["rv"], after: value["start"].slice(0, -1) };
}

/** The page as the kind's list. Built-in items do not repeat their kind, custom ones do. */
export function listBody(resource: Resource, { items, metadata }: Listing): JsonObject {
  return {
    kind: `${resource.kind}List`,
    apiVersion: apiVersionOf(resource),
    metadata: resource.isCustom ? { continue: "", ...metadata } : metadata,
    items: items.map((object) => (resource.isCustom ? shownAs(resource, object) : bare(object))),
  };
}

function bare(object: ApiObject): ApiObject {
  const { kind: _, apiVersion: __, ...rest } = object;
  return rest;
}

/** A custom resource in the version that was asked for; versions differ in name alone (conversion strategy None). */
export function shownAs(resource: Resource, object: ApiObject): ApiObject {
  const apiVersion = apiVersionOf(resource);
  return object["apiVersion"] === apiVersion ? object : { ...object, apiVersion };
}

import type { IncomingMessage } from "node:http";
import { sendJson } from "../http/answer.ts";
import { nameOf, type ApiObject } from "../object.ts";
import { storageKey, subjectOf } from "../resource.ts";
import { notFound } from "../status.ts";
import { partialMetadata } from "../table/columns.ts";
import { tableOf } from "../table/table.ts";
import { listBody, listPage, shownAs } from "./list.ts";
import type { ResourceRequest } from "./request.ts";

/** The object that the path names. @throws ApiError 404 */
export function liveObject({ context, resource, target }: ResourceRequest): ApiObject {
  const place = resource.isNamespaced ? target.namespace : "";
  const found = context.store.get(storageKey(resource), place, target.name);
  if (found === undefined) throw notFound(subjectOf(resource), target.name);
  return found;
}

export function get(request: ResourceRequest): void {
  sendObject(request, 200, liveObject(request));
}

export function list(request: ResourceRequest): void {
  const { context, resource, response } = request;
  const page = listPage(request);
  const shape = shapeOf(request.request);
  if (shape === "table")
    sendJson(response, 200, tableOf(resource, page.items, page.metadata, context.clock()));
  else if (shape === "partial") {
    const items = page.items.map((object) => partialMetadata(object));
    const { metadata } = page;
    sendJson(response, 200, {
      kind: "PartialObjectMetadataList",
      apiVersion: "meta.k8s.io/v1",
      metadata,
      items,
    });
  } else sendJson(response, 200, listBody(resource, page));
}

/** Answers with an object in the shape that the client accepts. */
export function sendObject(
  { context, resource, response, request }: ResourceRequest,
  code: number,
  object: ApiObject,
): void {
  const shape = shapeOf(request);
  if (shape === "table") {
    const revision = object["metadata"] as ApiObject;
    const metadata = { resourceVersion: revision["resourceVersion"] ?? "" };
    sendJson(response, code, tableOf(resource, [object], metadata, context.clock()));
  } else if (shape === "partial") sendJson(response, code, partialMetadata(object));
  else sendJson(response, code, nameOf(object) === "" ? object : shownAs(resource, object));
}

// The first of the accepted types that the server can write.
function shapeOf(request: IncomingMessage): "table" | "partial" | "plain" {
  for (const type of (request.headers.accept ?? "").split(",")) {
    if (/;\s*as=Table/.test(type) && /v=v1\b/.test(type) && !type.includes("v1beta1")) return "table";
    if (/;\s*as=PartialObjectMetadata/.test(type)) return "partial";
    if (/^\s*(application\/json|\*\/\*)/.test(type)) return "plain";
  }
  return "plain";
}

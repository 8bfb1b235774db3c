import { requireAllowed } from "../auth/authorize.ts";
import { mediaType, readBody, readObject, readPatch, readYaml } from "../http/body.ts";
import { sendJson } from "../http/answer.ts";
import { clone, isObject, own, type Json, type JsonObject } from "../json.ts";
import type { ApiObject } from "../object.ts";
import { applyJsonPatch } from "../patch/json-patch.ts";
import { applyMergePatch } from "../patch/merge-patch.ts";
import { applyStrategicMerge } from "../patch/strategic-merge.ts";
import { storageKey } from "../resource.ts";
import { ApiError, badRequest, invalid, methodNotAllowed, required } from "../status.ts";
import { applyObject } from "../writes/apply.ts";
import { createObject } from "../writes/create.ts";
import { checkPlace } from "../writes/identity.ts";
import { preconditionsOf, removeObject } from "../writes/remove.ts";
import { updateObject } from "../writes/update.ts";
import { listBody, listPage } from "./list.ts";
import { liveObject, sendObject } from "./read.ts";
import { isDryRun, isSet, managerOf, type ResourceRequest } from "./request.ts";

export async function post(request: ResourceRequest): Promise<void> {
  const { context, resource, target } = request;
  if (target.name !== "") throw methodNotAllowed();
  const options = { manager: managerOf(request), dryRun: isDryRun(request) };
  const body = readObject(await readBody(request.request), mediaType(request.request), resource.kind);
  sendObject(request, 201, createObject(context, resource, target.namespace, body, options));
}

export async function put(request: ResourceRequest): Promise<void> {
  const { context, resource, target } = request;
  if (target.name === "") throw methodNotAllowed();
  const options = { manager: managerOf(request), dryRun: isDryRun(request), subresource: target.subresource };
  const body = readObject(await readBody(request.request), mediaType(request.request), resource.kind);
  checkPlace(resource, body, target.namespace, target.name);
  const found = context.store.get(
    storageKey(resource),
    resource.isNamespaced ? target.namespace : "",
    target.name,
  );
  if (found === undefined && resource.isMadeByPut && target.subresource === "") {
    sendObject(request, 201, createObject(context, resource, target.namespace, body, options));
    return;
  }
  sendObject(request, 200, updateObject(context, resource, found ?? liveObject(request), body, options));
}

export async function patch(request: ResourceRequest): Promise<void> {
  const { context, resource, target } = request;
  if (target.name === "") throw methodNotAllowed();
  const type = mediaType(request.request);
  const text = await readBody(request.request);
  if (type === "application/apply-patch+yaml") {
    apply(request, text);
    return;
  }
  const change = patchers[type];
  if (change === undefined)
    throw new ApiError(415, "UnsupportedMediaType", "415: Unsupported Media Type", {});
  if (resource.isCustom && type === "application/strategic-merge-patch+json") {
    throw new ApiError(
      415,
      "UnsupportedMediaType",
      "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
    );
  }
  const options = { manager: managerOf(request), dryRun: isDryRun(request), subresource: target.subresource };
  const live = liveObject(request);
  const next = change(request, live, readPatch(text));
  if (!isObject(next)) throw badRequest("the patch leaves no object");
  sendObject(request, 200, updateObject(context, resource, live, next, options));
}

const patchers: Readonly<Record<string, (request: ResourceRequest, live: ApiObject, patch: Json) => Json>> = {
  "application/json-patch+json": (_, live, change) => applyJsonPatch(live, change),
  "application/merge-patch+json": (_, live, change) => applyMergePatch(clone(live), change),
  "application/strategic-merge-patch+json": ({ resource }, live, change) =>
    applyStrategicMerge(resource.schema, clone(live), change),
};

function apply(request: ResourceRequest, text: string): void {
  const { context, query, resource, target, user } = request;
  const manager = query.get("fieldManager") ?? "";
  if (manager === "") {
    throw invalid({ group: "meta.k8s.io", name: "PatchOptions" }, "", [
      required("fieldManager", "is required for apply patch"),
    ]);
  }
  const config = readYaml(text);
  if (!isObject(config)) throw badRequest("error decoding YAML: expected an object");
  const place = { namespace: resource.isNamespaced ? target.namespace : "", name: target.name };
  checkPlace(resource, config, target.namespace, target.name);
  const live = context.store.get(storageKey(resource), place.namespace, place.name);
  if (live === undefined && target.subresource !== "") liveObject(request);
  if (live === undefined) {
    requireAllowed(user, { verb: "create", group: resource.group, resource: resource.plural, ...place });
  }
  const options = {
    manager,
    dryRun: isDryRun(request),
    force: isSet(query, "force"),
    subresource: target.subresource,
  };
  const { object, isNew } = applyObject(context, resource, place, config, live, options);
  sendObject(request, isNew ? 201 : 200, object);
}

export async function remove(request: ResourceRequest): Promise<void> {
  const { context, resource, response, target } = request;
  const text = await readBody(request.request);
  const body = text.trim() === "" ? undefined : readObject(text, "application/json", "DeleteOptions");
  const dryRun = isDryRun(request) || hasDryRun(body);
  if (target.name === "") {
    removeAll(request, dryRun);
    return;
  }
  const live = liveObject(request);
  const answer = removeObject(context, resource, live, { dryRun, ...preconditionsOf(body) });
  sendJson(response, 200, answer);
}

function hasDryRun(body: JsonObject | undefined): boolean {
  const values = body === undefined ? undefined : own(body, "dryRun");
  return Array.isArray(values) && values.includes("All");
}

function removeAll(request: ResourceRequest, dryRun: boolean): void {
  const { context, resource, response } = request;
  if (resource.plural === "namespaces" && resource.group === "") throw methodNotAllowed();
  const page = listPage(request);
  for (const object of page.items) removeObject(context, resource, object, { dryRun });
  sendJson(response, 200, listBody(resource, page));
}

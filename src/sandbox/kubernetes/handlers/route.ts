import type { IncomingMessage, ServerResponse } from "node:http";
import { requireAllowed, requirePath } from "../auth/authorize.ts";
import type { User } from "../auth/principals.ts";
import type { ServerContext } from "../context.ts";
import { discover, versionInfo } from "../discovery/discovery.ts";
import { openApiDocument, openApiProtobuf } from "../discovery/openapi.ts";
import { sendJson, sendText } from "../http/answer.ts";
import { mediaType, readBody, readObject } from "../http/body.ts";
import { readTarget, verbOf, type Target } from "../http/target.ts";
import type { Resource } from "../resource.ts";
import { ApiError, methodNotAllowed, unknownResource } from "../status.ts";
import { get, list } from "./read.ts";
import { isSet, type ResourceRequest } from "./request.ts";
import { review } from "./reviews.ts";
import { watch } from "./watch.ts";
import { patch, post, put, remove } from "./write.ts";

/** Answers one request of a user; `path` may differ from the request's own where another server stands in front. */
export async function route(
  context: ServerContext,
  user: User,
  request: IncomingMessage,
  response: ServerResponse,
  address: URL,
): Promise<void> {
  const target = readTarget(address.pathname);
  if (target === undefined) {
    answerPath(context, user, request, response, address.pathname);
    return;
  }
  if (target.group === "authorization.k8s.io" && target.version === "v1") {
    await answerReview(user, request, response, target);
    return;
  }
  const resource = context.registry.find(target.group, target.version, target.plural);
  if (resource === undefined) {
    requireAllowed(user, attributesOf(request, target, false));
    if (context.registry.ofVersion(target.group, target.version).length === 0)
      sendText(response, 404, "404 page not found\n");
    else throw unknownResource();
    return;
  }
  const isWatch =
    request.method === "GET" &&
    (target.isWatchPath || (target.name === "" && isSet(address.searchParams, "watch")));
  requireAllowed(user, attributesOf(request, target, isWatch));
  refuseAtTimes(context);
  await answerResource(
    { context, user, resource, target, query: address.searchParams, request, response },
    isWatch,
  );
}

function attributesOf(
  request: IncomingMessage,
  target: Target,
  isWatch: boolean,
): Parameters<typeof requireAllowed>[1] {
  const below = target.subresource === "" ? "" : `/${target.subresource}`;
  // A namespace is asked for at its own name, as the authorizer sees it.
  const namespace = target.plural === "namespaces" && target.group === "" ? target.name : target.namespace;
  return {
    verb: verbOf(request.method ?? "GET", target, isWatch),
    group: target.group,
    resource: `${target.plural}${below}`,
    namespace,
    name: target.name,
  };
}

function refuseAtTimes(context: ServerContext): void {
  const code = context.faults.takeRefusal();
  if (code === undefined) return;
  const reasons = { 429: "TooManyRequests", 500: "InternalError", 503: "ServiceUnavailable", 504: "Timeout" };
  const details = code === 429 ? { retryAfterSeconds: 1 } : {};
  throw new ApiError(code, reasons[code], "the sandbox refuses this request, as it was told to", details);
}

async function answerResource(request: ResourceRequest, isWatch: boolean): Promise<void> {
  const { context, resource, target } = request;
  if (!fitsScope(resource, target, request.request.method ?? "GET")) throw unknownResource();
  if (target.subresource !== "" && !resource.subresources.includes(target.subresource))
    throw unknownResource();
  if (context.faults.delayMilliseconds > 0) {
    await new Promise((resolve) => setTimeout(resolve, context.faults.delayMilliseconds));
  }
  switch (request.request.method) {
    case "GET":
      if (isWatch) watch(request);
      else if (target.name === "") list(request);
      else get(request);
      return;
    case "POST":
      return await post(request);
    case "PUT":
      return await put(request);
    case "PATCH":
      return await patch(request);
    case "DELETE":
      return await remove(request);
    default:
      throw methodNotAllowed();
  }
}

// Across all namespaces there are lists and watches alone; what has no namespace is not found in one.
function fitsScope(resource: Resource, target: Target, method: string): boolean {
  if (!resource.isNamespaced) return target.namespace === "";
  return target.namespace !== "" || (target.name === "" && method === "GET");
}

async function answerReview(
  user: User,
  request: IncomingMessage,
  response: ServerResponse,
  target: Target,
): Promise<void> {
  const kinds = {
    selfsubjectaccessreviews: "SelfSubjectAccessReview",
    selfsubjectrulesreviews: "SelfSubjectRulesReview",
  } as const;
  const kind = Object.entries(kinds).find(([plural]) => plural === target.plural)?.[1];
  if (kind === undefined) throw unknownResource();
  if (request.method !== "POST") throw methodNotAllowed();
  requireAllowed(user, attributesOf(request, target, false));
  const body = readObject(await readBody(request), mediaType(request), kind);
  sendJson(response, 201, review(user, kind, body));
}

function answerPath(
  context: ServerContext,
  user: User,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): void {
  requirePath(user, request.method ?? "GET", path);
  if (["/healthz", "/livez", "/readyz"].includes(path)) sendText(response, 200, "ok");
  else if (path === "/version" || path === "/version/") sendJson(response, 200, versionInfo);
  else if (path === "/openapi/v2") answerOpenApi(request, response);
  else {
    const found = discover(context.registry, path, request.headers.host ?? "");
    if (found === undefined) sendText(response, 404, "404 page not found\n");
    else sendJson(response, 200, found);
  }
}

function answerOpenApi(request: IncomingMessage, response: ServerResponse): void {
  if (!(request.headers.accept ?? "").includes("proto-openapi")) {
    sendJson(response, 200, openApiDocument);
    return;
  }
  // The media type that clients ask for is none by RFC 9110, and Go's clients refuse to read it in an answer.
  const body = openApiProtobuf();
  response.writeHead(200, { "content-type": "application/octet-stream", "content-length": body.length });
  response.end(body);
}

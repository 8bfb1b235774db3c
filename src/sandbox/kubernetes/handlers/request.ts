import type { IncomingMessage, ServerResponse } from "node:http";
import type { User } from "../auth/principals.ts";
import type { ServerContext } from "../context.ts";
import type { Target } from "../http/target.ts";
import type { Resource } from "../resource.ts";
import { invalid, unsupportedValue } from "../status.ts";

/** A request for a resource, read and allowed. */
export interface ResourceRequest {
  readonly context: ServerContext;
  readonly user: User;
  readonly resource: Resource;
  readonly target: Target;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export function isSet(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && value !== "false" && value !== "0";
}

const optionsKinds: Readonly<Record<string, string>> = {
  POST: "CreateOptions",
  PUT: "UpdateOptions",
  PATCH: "PatchOptions",
  DELETE: "DeleteOptions",
};

/** @throws ApiError 422 for anything but `All` */
export function isDryRun({ query, request }: ResourceRequest): boolean {
  const values = query.getAll("dryRun");
  const wrong = values.filter((value) => value !== "All");
  if (wrong.length > 0) {
    const shown = `[]string{${values.map((value) => JSON.stringify(value)).join(", ")}}`;
    const kind = optionsKinds[request.method ?? ""] ?? "PatchOptions";
    throw invalid({ group: "meta.k8s.io", name: kind }, "", [unsupportedValue("dryRun", shown, ["All"])]);
  }
  return values.length > 0;
}

const longestManager = 128;

/** The field manager: as the request says, or the first part of its User-Agent. */
export function managerOf({ query, request }: ResourceRequest): string {
  const named = query.get("fieldManager");
  if (named !== null && named !== "") return named;
  const agent = (request.headers["user-agent"] ?? "").split("/")[0] ?? "";
  return agent === "" ? "unknown" : agent.slice(0, longestManager);
}

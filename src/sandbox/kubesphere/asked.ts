import type { IncomingMessage, ServerResponse } from "node:http";
import { isAllowed } from "../kubernetes/auth/authorize.ts";
import type { User } from "../kubernetes/auth/principals.ts";
import { sendText } from "../kubernetes/http/answer.ts";
import type { JsonObject } from "../kubernetes/json.ts";
import type { SandboxKubernetes } from "../kubernetes/start.ts";
import { forbidden } from "../kubernetes/status.ts";
import type { Accounts } from "./accounts.ts";
import type { RegistryTrust } from "./verify.ts";
import type { Traits } from "./versions.ts";

/** What answering needs. */
export interface KubeSphereContext {
  readonly kubernetes: SandboxKubernetes;
  readonly accounts: Accounts;
  readonly traits: Traits;
  readonly versionInfo: JsonObject;
  readonly isDevOpsEnabled: boolean;
  readonly trust: () => RegistryTrust;
}

/** A request for a path of ks-apiserver's own. */
export interface Asked {
  readonly context: KubeSphereContext;
  readonly user: User;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly address: URL;
}

/** Answers a path, whose named parts are given. */
export type Answer = (asked: Asked, parts: Readonly<Record<string, string>>) => Promise<void> | void;

/** @throws ApiError 403 where the user may not do that */
export function requireRight({ user }: Asked, verb: string, resource: string, namespace: string): void {
  const group = "resources.kubesphere.io";
  const attributes = { verb, group, resource, namespace, name: "" };
  if (isAllowed(user, attributes) || isAllowed(user, { ...attributes, group: "" })) return;
  const where = namespace === "" ? "at the cluster scope" : `in the namespace "${namespace}"`;
  const why = `User "${user.name}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`;
  throw forbidden({ group, name: resource }, "", why);
}

/** A reason in plain text; go-restful ends it with a line feed. */
export function sendReason(response: ServerResponse, status: number, reason: string): void {
  sendText(response, status, `${reason}\n`);
}

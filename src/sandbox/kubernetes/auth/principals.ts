import type { IncomingMessage } from "node:http";
import { TLSSocket } from "node:tls";
import type { Sensitive } from "../../../model/sensitive.ts";
import { stringAt } from "../json.ts";
import { unauthorized } from "../status.ts";
import type { Store } from "../store.ts";

/** What an RBAC rule allows; `namespaces` narrows it as a RoleBinding would. "*" stands for all. */
export interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly namespaces?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

/** A bearer token, who it stands for, and what that user may do. Members of system:masters may do everything. */
export interface TokenPrincipal {
  readonly token: Sensitive;
  readonly user: string;
  readonly groups: readonly string[];
  readonly rules?: readonly Rule[];
}

export interface User {
  readonly name: string;
  readonly groups: readonly string[];
  readonly rules: readonly Rule[];
}

export const anonymous: User = { name: "system:anonymous", groups: ["system:unauthenticated"], rules: [] };

/**
 * Who sends a request: by client certificate (CN is the user, O its groups), by bearer token, or nobody in particular.
 * @throws ApiError 401 for a certificate or a token that is not known
 */
export function authenticate(
  request: IncomingMessage,
  tokens: readonly TokenPrincipal[],
  store: Store,
): User {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const token = /^Bearer\s+(\S+)\s*$/i.exec(authorization)?.[1];
    const user =
      token === undefined ? undefined : (userOfToken(token, tokens) ?? userOfAccountToken(token, store));
    if (user === undefined) throw unauthorized();
    return user;
  }
  return userOfCertificate(request, tokens) ?? anonymous;
}

function userOfToken(token: string, tokens: readonly TokenPrincipal[]): User | undefined {
  const found = tokens.find((principal) => principal.token.reveal() === token);
  if (found === undefined) return undefined;
  return { name: found.user, groups: [...found.groups, "system:authenticated"], rules: found.rules ?? [] };
}

function userOfCertificate(request: IncomingMessage, tokens: readonly TokenPrincipal[]): User | undefined {
  const { socket } = request;
  if (!(socket instanceof TLSSocket)) return undefined;
  const subject = socket.getPeerCertificate().subject as Record<string, string | string[]> | undefined;
  if (subject === undefined) return undefined;
  if (!socket.authorized) throw unauthorized();
  const groups = [subject["O"] ?? []].flat();
  const name = [subject["CN"] ?? ""].flat()[0] ?? "";
  const rules = tokens.find((principal) => principal.user === name)?.rules ?? [];
  return { name, groups: [...groups, "system:authenticated"], rules };
}

// Tokens of service accounts are those in their Secrets.
function userOfAccountToken(token: string, store: Store): User | undefined {
  if (!token.startsWith("sandbox-")) return undefined;
  const encoded = Buffer.from(token).toString("base64");
  const secret = store.list("secrets").find((one) => stringAt(one, "data", "token") === encoded);
  if (secret === undefined) return undefined;
  const namespace = stringAt(secret, "metadata", "namespace") ?? "";
  const account = stringAt(secret, "metadata", "annotations", "kubernetes.io/service-account.name") ?? "";
  return {
    name: `system:serviceaccount:${namespace}:${account}`,
    groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
    rules: [],
  };
}

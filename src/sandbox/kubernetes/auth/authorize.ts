import { ApiError, forbidden } from "../status.ts";
import type { Rule, User } from "./principals.ts";

/** What is asked for, as RBAC sees it. */
export interface Attributes {
  readonly verb: string;
  readonly group: string;
  /** With the subresource: `pods/status`. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

const open = ["/api", "/apis", "/healthz", "/livez", "/readyz", "/version", "/openapi"];
const reviews: Rule = {
  verbs: ["create"],
  apiGroups: ["authorization.k8s.io"],
  resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
};

/** The user's rules, with those that everybody has who is known. */
export function rulesOf(user: User): readonly Rule[] {
  if (user.groups.includes("system:masters")) {
    return [
      { verbs: ["*"], apiGroups: ["*"], resources: ["*"] },
      { verbs: ["*"], nonResourceURLs: ["*"] },
    ];
  }
  const discovery: Rule = { verbs: ["get"], nonResourceURLs: open.flatMap((path) => [path, `${path}/*`]) };
  return user.groups.includes("system:authenticated") ? [reviews, discovery, ...user.rules] : user.rules;
}

export function isAllowed(user: User, attributes: Attributes): boolean {
  return rulesOf(user).some((rule) => allows(rule, attributes));
}

function allows(rule: Rule, { verb, group, resource, namespace, name }: Attributes): boolean {
  const has = (list: readonly string[] | undefined, value: string): boolean =>
    list !== undefined && (list.includes("*") || list.includes(value));
  if (!has(rule.verbs, verb) || !has(rule.apiGroups ?? [""], group) || !has(rule.resources, resource))
    return false;
  if (rule.resourceNames !== undefined && !rule.resourceNames.includes(name)) return false;
  return rule.namespaces === undefined || has(rule.namespaces, namespace);
}

/** @throws ApiError 403 in the words of the RBAC authorizer */
export function requireAllowed(user: User, attributes: Attributes): void {
  if (isAllowed(user, attributes)) return;
  const { verb, group, resource, namespace, name } = attributes;
  const where = namespace === "" ? "at the cluster scope" : `in the namespace "${namespace}"`;
  const why = `User "${user.name}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`;
  throw forbidden({ group, name: resource.split("/")[0] as string }, name, why);
}

/** @throws ApiError 403 */
export function requirePath(user: User, method: string, path: string): void {
  const verb = method.toLowerCase();
  const isPublic = ["/healthz", "/livez", "/readyz", "/version"].includes(path);
  const fits = (pattern: string): boolean =>
    pattern === "*" || pattern === path || (pattern.endsWith("/*") && path.startsWith(pattern.slice(0, -1)));
  const isFine = rulesOf(user).some(
    (rule) =>
      (rule.verbs.includes("*") || rule.verbs.includes(verb)) && (rule.nonResourceURLs ?? []).some(fits),
  );
  if (isFine || (isPublic && verb === "get")) return;
  throw new ApiError(403, "Forbidden", `forbidden: User "${user.name}" cannot ${verb} path "${path}"`, {});
}

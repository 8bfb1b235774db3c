import { isAllowed, rulesOf } from "../auth/authorize.ts";
import type { User } from "../auth/principals.ts";
import { objectAt, stringAt, type JsonObject } from "../json.ts";

/** Answers SelfSubjectAccessReview and SelfSubjectRulesReview: what the asking user may do. */
export function review(
  user: User,
  kind: "SelfSubjectAccessReview" | "SelfSubjectRulesReview",
  body: JsonObject,
): JsonObject {
  const start = { kind, apiVersion: "authorization.k8s.io/v1", metadata: { creationTimestamp: null } };
  if (kind === "SelfSubjectRulesReview") return { ...start, spec: {}, status: rules(user) };
  const spec = objectAt(body, "spec") ?? {};
  return { ...start, spec, status: { allowed: allowed(user, spec) } };
}

function allowed(user: User, spec: JsonObject): boolean {
  const asked = objectAt(spec, "resourceAttributes");
  if (asked === undefined) return user.groups.includes("system:masters");
  const text = (field: string): string => stringAt(asked, field) ?? "";
  const below = text("subresource");
  return isAllowed(user, {
    verb: text("verb"),
    group: text("group"),
    resource: below === "" ? text("resource") : `${text("resource")}/${below}`,
    namespace: text("namespace"),
    name: text("name"),
  });
}

function rules(user: User): JsonObject {
  const all = rulesOf(user);
  return {
    resourceRules: all
      .filter((rule) => rule.resources !== undefined)
      .map(({ verbs, apiGroups, resources, resourceNames }) => ({
        verbs: [...verbs],
        apiGroups: [...(apiGroups ?? [""])],
        resources: [...(resources ?? [])],
        ...(resourceNames === undefined ? {} : { resourceNames: [...resourceNames] }),
      })),
    nonResourceRules: all
      .filter((rule) => rule.nonResourceURLs !== undefined)
      .map(({ verbs, nonResourceURLs }) => ({
        verbs: [...verbs],
        nonResourceURLs: [...(nonResourceURLs ?? [])],
      })),
    incomplete: false,
  };
}

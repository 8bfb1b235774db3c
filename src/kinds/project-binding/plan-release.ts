import { message } from "../../text/message.ts";
import type { SecretAt } from "./actions.ts";
import type { ObservedNamespace } from "./observed.ts";
import { planUnlinking } from "./plan-links.ts";
import type { BindingStep } from "./plan-project.ts";

export function deleteSecretStep(namespace: string, secret: SecretAt, after: readonly string[]): BindingStep {
  return {
    id: `delete-secret/${namespace}/${secret.name}`,
    change: "delete",
    title: message("projectBinding.deleteSecret", { secret: secret.name, namespace }),
    target: `Secret/${namespace}/${secret.name}`,
    reason: message("projectBinding.noLongerAsked"),
    after,
    action: { type: "delete-secret", namespace, secret },
  };
}

export function removeRobotsStep(
  namespace: string,
  robots: readonly number[],
  after: readonly string[],
  fence?: SecretAt,
): BindingStep {
  return {
    id: `robots/${namespace}`,
    change: "delete",
    title: message("projectBinding.removeRobots", { count: robots.length, namespace }),
    target: `robots of ${namespace}`,
    reason: message("projectBinding.robotsUnused"),
    after,
    action: { type: "remove-robots", namespace, robots, ...(fence !== undefined && { fence }) },
  };
}

/** Takes away what the binding put into one project: links first, then the Secret, then the robots. */
export function releaseNamespace(namespace: ObservedNamespace, secretName: string): readonly BindingStep[] {
  const { secret } = namespace;
  const ours = [...(secret === undefined ? [] : [secret]), ...namespace.formerSecrets].filter(
    (s) => s.owner === "us",
  );
  const names = ours.map((s) => s.name);
  // A link to a Secret that somebody deleted by hand goes too; one that is another's now stays.
  if (secret === undefined) names.push(secretName);
  const unlinking = planUnlinking(namespace, names);
  const afterLinks = unlinking.map((s) => s.id);
  const deletions = ours.map(({ name, uid, resourceVersion }): BindingStep => {
    const step = deleteSecretStep(namespace.name, { name, uid, resourceVersion }, afterLinks);
    return { ...step, interrupts: message("projectBinding.pullsStop", { namespace: namespace.name }) };
  });
  const robots = namespace.robots.filter((r) => r.ours).map((r) => r.id);
  const removal =
    robots.length === 0
      ? []
      : [removeRobotsStep(namespace.name, robots, [...afterLinks, ...deletions.map((s) => s.id)])];
  return [...unlinking, ...deletions, ...removal];
}

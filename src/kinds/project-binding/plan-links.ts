import { finding, type Finding } from "../../model/finding.ts";
import { message } from "../../text/message.ts";
import type { LinkChange } from "./actions.ts";
import type { ObservedNamespace, ObservedServiceAccount } from "./observed.ts";
import type { BindingStep, Part } from "./plan-project.ts";
import type { ProjectBindingSpec } from "./schema.ts";

/** The list of pull secrets after a change: what others put there stays, in its order; ours stands there once. */
export function linked(
  current: readonly string[],
  change: Pick<LinkChange, "add" | "remove">,
): readonly string[] {
  const gone = new Set(change.remove);
  const ours = new Set(change.add);
  const kept = current.filter(
    (name, i) => !gone.has(name) && (!ours.has(name) || current.indexOf(name) === i),
  );
  return [...kept, ...change.add.filter((name) => !kept.includes(name))];
}

/** Links the service accounts that the document names, and releases those that it names no more. */
export function planLinks(
  namespace: ObservedNamespace,
  spec: ProjectBindingSpec,
  after: readonly string[],
): Part {
  const { name, serviceAccounts } = spec.secret;
  const asked = new Set(serviceAccounts);
  const former = namespace.formerSecrets.map((s) => s.name);
  const known = new Map(namespace.serviceAccounts.map((a) => [a.name, a]));
  const findings: Finding[] = [];
  const changes: LinkChange[] = [];
  for (const account of asked) {
    const subject = `ServiceAccount/${namespace.name}/${account}`;
    const found = known.get(account);
    if (found === undefined) {
      findings.push(finding("SERVICE_ACCOUNT_MISSING", subject));
      continue;
    }
    const remove = found.pullSecrets.filter((s) => former.includes(s));
    if (found.pullSecrets.filter((s) => s === name).length === 1 && remove.length === 0) continue;
    if (!found.pullSecrets.includes(name) && namespace.secret?.owner === "us")
      findings.push(finding("SERVICE_ACCOUNT_NOT_LINKED", subject, { secret: name }));
    changes.push(change(found, [name], remove));
  }
  const released = namespace.serviceAccounts
    .filter((a) => a.marked && !asked.has(a.name))
    .map((a) => change(a, [], [name, ...former]));
  return {
    steps: [
      ...(changes.length === 0 ? [] : [linkStep(namespace.name, name, changes, after)]),
      ...(released.length === 0 ? [] : [unlinkStep(namespace.name, released)]),
    ],
    findings,
  };
}

/** Releases every service account that we linked. */
export function planUnlinking(
  namespace: ObservedNamespace,
  secrets: readonly string[],
): readonly BindingStep[] {
  const released = namespace.serviceAccounts.filter((a) => a.marked).map((a) => change(a, [], secrets));
  return released.length === 0 ? [] : [unlinkStep(namespace.name, released)];
}

const change = (
  account: ObservedServiceAccount,
  add: readonly string[],
  remove: readonly string[],
): LinkChange => ({
  name: account.name,
  resourceVersion: account.resourceVersion,
  current: account.pullSecrets,
  add,
  remove,
});

const namesOf = (changes: readonly LinkChange[]): string => changes.map((c) => c.name).join(", ");

function linkStep(
  namespace: string,
  secret: string,
  accounts: readonly LinkChange[],
  after: readonly string[],
): BindingStep {
  return {
    id: `links/${namespace}`,
    change: "update",
    title: message("projectBinding.link", { accounts: namesOf(accounts), namespace, secret }),
    target: `ServiceAccount/${namespace}/${namesOf(accounts)}`,
    reason: message("projectBinding.notLinked"),
    after,
    action: { type: "link", namespace, accounts },
  };
}

function unlinkStep(namespace: string, accounts: readonly LinkChange[]): BindingStep {
  return {
    id: `unlink/${namespace}`,
    change: "delete",
    title: message("projectBinding.unlink", { accounts: namesOf(accounts), namespace }),
    target: `ServiceAccount/${namespace}/${namesOf(accounts)}`,
    reason: message("projectBinding.noLongerAsked"),
    after: [],
    action: { type: "link", namespace, accounts },
  };
}

import { finding, type Finding } from "../../model/finding.ts";
import { message } from "../../text/message.ts";
import type { SecretAt } from "./actions.ts";
import {
  desiredPermissions,
  reasonsForNewCredential,
  reasonsForRewriting,
  robotInUse,
  type Checked,
} from "./checks.ts";
import { canPull, hasPuller, keptUntil } from "./grace.ts";
import type { ObservedNamespace, ObservedRobot, ObservedSecret } from "./observed.ts";
import { slots, type Slot } from "./ownership.ts";
import { because, projectStepId, type BindingStep, type Part } from "./plan-project.ts";
import { planLinks } from "./plan-links.ts";
import { deleteSecretStep, removeRobotsStep } from "./plan-release.ts";
import type { ProjectBindingSpec } from "./schema.ts";

/** One chosen project, and what the plan of the whole knows. */
export interface Chosen {
  readonly namespace: ObservedNamespace;
  readonly harborProject: string;
  readonly cluster: string;
  /** Whether a step of this plan makes the Harbor project. */
  readonly projectIsMade: boolean;
  /** Whether this project's Secret is to remember that Moorline made the Harbor project. */
  readonly marksProject: boolean;
  readonly spec: ProjectBindingSpec;
  readonly now: Date;
}

const secretAt = ({ name, uid, resourceVersion }: ObservedSecret): SecretAt => ({
  name,
  uid,
  resourceVersion,
});

/** What is to be done for one chosen project: its credential, its links, and what is left over. */
export function planNamespace(chosen: Chosen): Part {
  const { namespace, spec } = chosen;
  const blocked = whyLeftAlone(namespace.secret, namespace, spec);
  if (blocked !== undefined) return { steps: [], findings: [blocked] };
  const written = planSecret(chosen);
  if (written.blocked !== undefined) return { steps: [], findings: [...written.findings, written.blocked] };
  const writing = written.step === undefined ? [] : [written.step];
  const links = planLinks(
    namespace,
    spec,
    writing.map((s) => s.id),
  );
  const former = namespace.formerSecrets.map((secret) =>
    deleteSecretStep(
      namespace.name,
      secretAt(secret),
      [...writing, ...links.steps].map((s) => s.id),
    ),
  );
  const leftovers = planLeftovers(chosen, written);
  return {
    steps: [...writing, ...links.steps, ...former, ...leftovers.steps],
    findings: [...written.findings, ...links.findings, ...leftovers.findings],
  };
}

/** A Secret that is not ours is not touched unless the document says so. */
function whyLeftAlone(
  secret: ObservedSecret | undefined,
  namespace: ObservedNamespace,
  spec: ProjectBindingSpec,
): Finding | undefined {
  if (secret === undefined || secret.owner === "us") return undefined;
  const subject = `Secret/${namespace.name}/${secret.name}`;
  if (secret.owner === "binding") return finding("SECRET_OF_OTHER_BINDING", subject);
  if (secret.owner === "federation") return finding("SECRET_OF_FEDERATION", subject);
  if (!spec.secret.adoptExisting) return finding("SECRET_NOT_OURS", subject);
  if (secret.flaws.includes("wrong-type")) return finding("SECRET_NOT_ADOPTABLE", subject);
  return undefined;
}

interface Written {
  readonly step?: BindingStep;
  readonly blocked?: Finding;
  readonly findings: readonly Finding[];
  /** Robots that stay: the one whose credential the Secret goes on holding, and those that the step clears itself. */
  readonly kept: ReadonlySet<number>;
}

function planSecret(chosen: Chosen): Written {
  const { namespace, harborProject, spec, now } = chosen;
  const { secret } = namespace;
  if (secret === undefined) return issue(chosen, undefined, []);
  const checked: Checked = { namespace, secret, harborProject, spec, now };
  if (secret.owner === "foreign") return issue(chosen, checked, []);
  const reasons = reasonsForNewCredential(checked);
  if (reasons.length > 0) return issue(chosen, checked, reasons);
  const kept = new Set([robotInUse(checked)?.id ?? -1]);
  const flaws = reasonsForRewriting(checked);
  const [first] = flaws;
  if (first === undefined) return { findings: [], kept };
  const step: BindingStep = {
    id: `secret/${namespace.name}/${secret.name}`,
    change: "update",
    title: message("projectBinding.mend", { secret: secret.name, namespace: namespace.name }),
    target: `Secret/${namespace.name}/${secret.name}`,
    reason: because(first),
    after: [],
    action: { type: "mend-secret", namespace: namespace.name, harborProject, secret: secretAt(secret) },
  };
  return { step, findings: flaws, kept };
}

function issue(chosen: Chosen, checked: Checked | undefined, reasons: readonly Finding[]): Written {
  const { namespace, harborProject, projectIsMade, spec } = chosen;
  const place = freeSlot(namespace, harborProject, checked === undefined ? undefined : robotInUse(checked));
  if (place === undefined) {
    const names = namespace.robots.filter((r) => !r.ours).map((r) => r.name);
    const taken = finding("ROBOT_NAME_TAKEN", `project ${namespace.name}`, { names: names.join(", ") });
    return { blocked: taken, findings: reasons, kept: new Set() };
  }
  const secret = checked?.secret;
  const words = {
    permissions: desiredPermissions(spec).join(", "),
    project: harborProject,
    secret: spec.secret.name,
    namespace: namespace.name,
  };
  const [reason] = reasons;
  const without = secret === undefined ? "projectBinding.noSecret" : "projectBinding.adopt";
  const step: BindingStep = {
    id: `credential/${namespace.name}`,
    change: secret === undefined ? "create" : "update",
    title:
      secret === undefined
        ? message("projectBinding.issue", words)
        : message("projectBinding.replace", words),
    target: `Secret/${namespace.name}/${spec.secret.name}`,
    reason: reason === undefined ? message(without) : because(reason),
    after: projectIsMade ? [projectStepId(harborProject)] : [],
    action: {
      type: "issue-credential",
      namespace: namespace.name,
      harborProject,
      slot: place.slot,
      cluster: chosen.cluster,
      clear: place.clear,
      ...(secret !== undefined && { replaces: secretAt(secret) }),
      keepsOld: hasPuller(namespace, chosen.now),
      marksProject: chosen.marksProject,
      recreate: secret?.flaws.includes("wrong-type") ?? false,
    },
  };
  return { step, findings: reasons, kept: new Set(place.clear) };
}

/**
 * A slot whose robot name is free. Where all names are taken, the slot of a robot of ours that no Secret holds is
 * cleared; a robot that others made is never touched.
 */
function freeSlot(
  namespace: ObservedNamespace,
  harborProject: string,
  inUse: ObservedRobot | undefined,
): { readonly slot: Slot; readonly clear: readonly number[] } | undefined {
  const here = namespace.robots.filter((r) => r.harborProject === harborProject && r.slot !== undefined);
  const free = slots.find((slot) => here.every((r) => r.slot !== slot));
  if (free !== undefined) return { slot: free, clear: [] };
  const [idle] = here.filter((r) => r.ours && r.id !== inUse?.id).toSorted((a, b) => a.id - b.id);
  return idle?.slot === undefined ? undefined : { slot: idle.slot, clear: [idle.id] };
}

/**
 * Robots of ours that no Secret holds when this plan is done, and that no pull can be using any more.
 *
 * Another run may have made one of them a moment ago and be about to store it. Writing the Secret first makes that
 * run's write fail, because it names an older resourceVersion; ids grow, so a robot older than the one in use can not
 * be in such a run's hands, and needs no fence.
 */
function planLeftovers(chosen: Chosen, written: Written): Part {
  const { namespace } = chosen;
  const { action } = written.step ?? {};
  // Once written, the Secret says that a robot was replaced just now, and not which: until that is over, all that can
  // pull stay, as they do where a run is cut off behind that step and another goes on.
  const grace = action?.type === "issue-credential" && action.keepsOld;
  const stays = (robot: ObservedRobot): boolean =>
    written.kept.has(robot.id) ||
    (grace && canPull(robot, chosen.now)) ||
    keptUntil(robot, namespace, chosen.now) > chosen.now.getTime();
  const left = namespace.robots.filter((r) => r.ours && !stays(r));
  if (left.length === 0) return { steps: [], findings: [] };
  const inUse = Math.max(...written.kept, -1);
  const needsFence = written.step === undefined && left.some((r) => r.id > inUse);
  const fence = needsFence && namespace.secret !== undefined ? secretAt(namespace.secret) : undefined;
  const count = left.length;
  return {
    steps: [
      removeRobotsStep(
        namespace.name,
        left.map((r) => r.id),
        written.step === undefined ? [] : [written.step.id],
        fence,
      ),
    ],
    findings:
      written.step === undefined ? [finding("ROBOT_LEFT_OVER", `project ${namespace.name}`, { count })] : [],
  };
}

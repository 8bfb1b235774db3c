import type { KindPlan } from "../../engine/kind.ts";
import { nameOf, type Document } from "../../model/document.ts";
import { finding, type Finding } from "../../model/finding.ts";
import { message } from "../../text/message.ts";
import type { BindingAction } from "./actions.ts";
import type { Excluded, ObservedBinding, ObservedNamespace } from "./observed.ts";
import { harborProjectOf } from "./harbor-project.ts";
import { planNamespace } from "./plan-namespace.ts";
import { planProject, projectStepId, type BindingStep } from "./plan-project.ts";
import { releaseNamespace } from "./plan-release.ts";
import type { ProjectBindingSpec } from "./schema.ts";

type BindingDocument = Document<ProjectBindingSpec>;
type BindingPlan = KindPlan<BindingAction>;

const exclusionCodes = {
  terminating: "PROJECT_TERMINATING",
  system: "PROJECT_OF_SYSTEM",
  devops: "PROJECT_OF_DEVOPS",
} as const satisfies Record<Excluded, string>;

/** A Harbor project that can be bound in this plan. */
interface Place {
  readonly isMade: boolean;
  /** Whether a Secret of this plan remembers that Moorline made it. */
  isMarked: boolean;
}

/** What is to be done so that every chosen project can pull. Linear in the number of projects. */
export function plan(document: BindingDocument, observed: ObservedBinding, now: Date): BindingPlan {
  const { spec } = document;
  const steps: BindingStep[] = [];
  const findings: Finding[] = [
    ...weaknesses(document),
    ...observed.missing.map((n) => finding("PROJECT_MISSING", n)),
  ];
  const usable = new Map<string, Place>();
  for (const project of observed.harborProjects) {
    const part = planProject(project, spec);
    steps.push(...part.steps);
    findings.push(...part.findings);
    if (project.id !== undefined || part.steps.length > 0)
      usable.set(project.name, { isMade: project.id === undefined, isMarked: false });
  }
  const nobody = observed.focused?.boundElsewhere !== true && observed.namespaces.every((n) => !isBound(n));
  if (nobody) {
    const bound = observed.namespaces.filter((n) => !n.chosen && !n.gone).length;
    findings.push(finding("NO_PROJECT_CHOSEN", nameOf(document), { bound }));
  }
  for (const namespace of observed.namespaces) {
    if (namespace.excluded !== undefined && (namespace.chosen || namespace.excluded === "terminating"))
      findings.push(finding(exclusionCodes[namespace.excluded], namespace.name));
    if (namespace.excluded === "terminating") continue;
    if (!isBound(namespace)) {
      // Where nothing at all is chosen, a slip in a label is likelier than a wish to cut everybody off. Where the
      // namespace itself is gone, nobody is left to be cut off.
      if (!nobody || namespace.gone) steps.push(...releaseNamespace(namespace, spec.secret.name));
      continue;
    }
    const harborProject = harborProjectOf(spec, namespace.name);
    if (harborProject === undefined) {
      findings.push(finding("HARBOR_PROJECT_NAME_IMPOSSIBLE", namespace.name));
      continue;
    }
    const place = usable.get(harborProject);
    if (place === undefined) continue;
    const { isMade: projectIsMade, isMarked } = place;
    const part = planNamespace({
      namespace,
      harborProject,
      cluster: observed.cluster,
      projectIsMade,
      marksProject: projectIsMade && !isMarked,
      spec,
      now,
    });
    if (part.steps.length > 0) place.isMarked = true;
    steps.push(...part.steps);
    findings.push(...part.findings);
  }
  return { steps, findings };
}

/** Takes away everything that the binding put anywhere; never an image, and a project only if the document names it. */
export function planRemoval(document: BindingDocument, observed: ObservedBinding): BindingPlan {
  const { harborProject } = document.spec;
  const released = observed.namespaces
    .filter((n) => n.excluded !== "terminating")
    .flatMap((namespace) => releaseNamespace(namespace, document.spec.secret.name));
  const project = observed.harborProjects.find((p) => p.name === harborProject.name && p.id !== undefined);
  // Whether a project may go can be told only from all Secrets.
  if (harborProject.deletionPolicy !== "Delete" || project === undefined || observed.focused !== undefined)
    return { steps: released, findings: [] };
  const reason = whyProjectStays(project.createdByUs ?? false, project.repositories ?? 0);
  if (reason !== undefined)
    return { steps: released, findings: [finding("HARBOR_PROJECT_KEPT", project.name, { reason })] };
  const deletion: BindingStep = {
    id: projectStepId(project.name),
    change: "delete",
    title: message("projectBinding.deleteProject", { project: project.name }),
    target: `Harbor project ${project.name}`,
    reason: message("projectBinding.deletionAsked"),
    after: released.map((s) => s.id),
    action: { type: "delete-project", name: project.name },
  };
  return { steps: [...released, deletion], findings: [] };
}

const isBound = (namespace: ObservedNamespace): boolean =>
  namespace.chosen && namespace.excluded === undefined;

function whyProjectStays(createdByUs: boolean, repositories: number): { en: string; zh: string } | undefined {
  if (!createdByUs) return { en: "Moorline did not create it", zh: "该项目不是由 Moorline 创建" };
  if (repositories > 0)
    return { en: `it holds ${repositories} repositories`, zh: `其中有 ${repositories} 个仓库` };
  return undefined;
}

/** Weaker than it should be, asked for in so many words: said in every report. */
function weaknesses(document: BindingDocument): readonly Finding[] {
  const { robot } = document.spec;
  return [
    ...(robot.permissions.includes("push") ? [finding("BINDING_ALLOWS_PUSH", nameOf(document))] : []),
    ...(robot.neverExpires ? [finding("BINDING_NEVER_EXPIRES", nameOf(document))] : []),
  ];
}

import type { Step } from "../../engine/kind.ts";
import { describeFinding, finding, type Finding } from "../../model/finding.ts";
import { message, type Message } from "../../text/message.ts";
import { storageBytes } from "../shared/storage-size.ts";
import type { BindingAction, ProjectSettings } from "./actions.ts";
import type { ObservedProject } from "./observed.ts";
import type { ProjectBindingSpec } from "./schema.ts";

export type BindingStep = Step<BindingAction>;

/** A part of a plan. */
export interface Part {
  readonly steps: readonly BindingStep[];
  readonly findings: readonly Finding[];
}

/** What the document says of a project, and nothing that it leaves open. */
function namedSettings({ harborProject }: ProjectBindingSpec): ProjectSettings {
  const { storageLimit, preventVulnerable, severity, autoScan } = harborProject;
  return {
    ...(harborProject.public !== undefined && { public: harborProject.public }),
    ...(autoScan !== undefined && { autoScan }),
    ...(preventVulnerable !== undefined && { preventVulnerable }),
    ...(severity !== undefined && { severity }),
    ...(storageLimit !== undefined && { storageLimit: storageBytes(storageLimit) }),
  };
}

/** Because of a finding: the step's reason is the finding's own words. */
export function because(of: Finding): Message {
  const reason = { en: describeFinding(of, "en"), zh: describeFinding(of, "zh-CN") };
  return message("projectBinding.because", { reason });
}

export const projectStepId = (project: string): string => `project/${project}`;

/** What is to be done for one Harbor project, which may not be there. */
export function planProject(project: ObservedProject, spec: ProjectBindingSpec): Part {
  const named = namedSettings(spec);
  if (project.id === undefined) return planMissing(project.name, named, spec);
  const differing = Object.fromEntries(
    Object.entries(named).filter(([field, value]) => project[field as keyof ProjectSettings] !== value),
  ) as ProjectSettings;
  const fields = Object.keys(differing).join(", ");
  const open = (named.public ?? project.public) === true;
  const findings = open ? [finding("HARBOR_PROJECT_IS_PUBLIC", project.name)] : [];
  if (fields === "") return { steps: [], findings };
  const differs = finding("HARBOR_PROJECT_DIFFERS", project.name, { fields });
  return {
    steps: [
      {
        id: projectStepId(project.name),
        change: "update",
        title: message("projectBinding.updateProject", { project: project.name, fields }),
        target: `Harbor project ${project.name}`,
        reason: because(differs),
        after: [],
        action: { type: "update-project", name: project.name, settings: differing },
      },
    ],
    findings: [...findings, differs],
  };
}

function planMissing(name: string, named: ProjectSettings, spec: ProjectBindingSpec): Part {
  if (!spec.harborProject.create) return { steps: [], findings: [finding("HARBOR_PROJECT_MISSING", name)] };
  const settings = { public: false, autoScan: true, ...named };
  const visibility = settings.public ? { en: "public", zh: "公开" } : { en: "private", zh: "私有" };
  return {
    steps: [
      {
        id: projectStepId(name),
        change: "create",
        title: message("projectBinding.createProject", { project: name, visibility }),
        target: `Harbor project ${name}`,
        reason: message("projectBinding.projectMissing"),
        after: [],
        action: { type: "create-project", name, settings },
      },
    ],
    findings: settings.public ? [finding("HARBOR_PROJECT_IS_PUBLIC", name)] : [],
  };
}

import type { RunContext } from "../../engine/kind.ts";
import type { MetadataToSet } from "../../clients/harbor/projects.ts";
import { MoorlineError } from "../../model/errors.ts";
import type { World } from "../world.ts";
import type { BindingAction, ProjectSettings } from "./actions.ts";
import { openCluster } from "./cluster.ts";
import { connected } from "./connection.ts";
import { issueCredential, mendSecret } from "./run-credential.ts";
import { changeLinks } from "./run-links.ts";
import type { ProjectBindingSpec } from "./schema.ts";

type Context = RunContext<ProjectBindingSpec, World>;

/** Carries out one step. Each is safe to repeat, and to be cut off in. */
export async function run(action: BindingAction, context: Context): Promise<void> {
  switch (action.type) {
    case "create-project":
      return createProject(action, context);
    case "update-project":
      return updateProject(action, context);
    case "delete-project":
      return deleteProject(action, context);
    case "issue-credential":
      return issueCredential(action, context);
    case "mend-secret":
      return mendSecret(action, context);
    case "link":
      return changeLinks(action, context);
    case "remove-robots":
      return removeRobots(action, context);
    case "delete-secret":
      return deleteSecret(action, context);
  }
}

type Action<T extends BindingAction["type"]> = Extract<BindingAction, { type: T }>;

const truth = (value: boolean): "true" | "false" => (value ? "true" : "false");

/** Harbor's metadata are strings (facts/harbor.md §1.4). */
function metadataOf(settings: ProjectSettings): MetadataToSet {
  const { autoScan, preventVulnerable, severity } = settings;
  return {
    ...(settings.public !== undefined && { public: truth(settings.public) }),
    ...(autoScan !== undefined && { auto_scan: truth(autoScan) }),
    ...(preventVulnerable !== undefined && { prevent_vul: truth(preventVulnerable) }),
    ...(severity !== undefined && { severity: severity as NonNullable<MetadataToSet["severity"]> }),
  };
}

async function createProject({ name, settings }: Action<"create-project">, context: Context): Promise<void> {
  const { harbor } = await connected(context.document, context.world, context.signal);
  const { storageLimit } = settings;
  await harbor.projects.create(
    { name, metadata: metadataOf(settings), ...(storageLimit !== undefined && { storageLimit }) },
    context.signal,
  );
}

async function updateProject({ name, settings }: Action<"update-project">, context: Context): Promise<void> {
  const { signal } = context;
  const { harbor } = await connected(context.document, context.world, signal);
  const metadata = metadataOf(settings);
  if (Object.keys(metadata).length > 0) await harbor.projects.update(name, { metadata }, signal);
  if (settings.storageLimit === undefined) return;
  const project = await harbor.projects.getByName(name, signal);
  const quota =
    project === undefined ? undefined : await harbor.quotas.getByProject(project.project_id, signal);
  if (quota !== undefined) await harbor.quotas.update(quota.id, settings.storageLimit, signal);
}

/** Harbor itself refuses a project that holds repositories; this looks first, to be sure of what it deletes. */
async function deleteProject({ name }: Action<"delete-project">, context: Context): Promise<void> {
  const { harbor } = await connected(context.document, context.world, context.signal);
  const project = await harbor.projects.getByName(name, context.signal);
  if (project === undefined || project.repo_count > 0) return;
  await harbor.projects.delete(name, context.signal);
}

async function removeRobots(action: Action<"remove-robots">, context: Context): Promise<void> {
  const { world, signal } = context;
  const [first] = action.robots;
  if (action.fence !== undefined && first !== undefined)
    await (
      await openCluster(context.document, world, signal)
    ).fence(action.namespace, action.fence, first, signal);
  const { harbor } = await connected(context.document, world, signal);
  for (const id of action.robots) await harbor.robots.delete(id, signal);
}

async function deleteSecret({ namespace, secret }: Action<"delete-secret">, context: Context): Promise<void> {
  const cluster = await openCluster(context.document, context.world, context.signal);
  if ((await cluster.deleteSecret(namespace, secret, context.signal)) === "changed")
    throw new MoorlineError("SECRET_CHANGED_MEANWHILE", { subject: `Secret/${namespace}/${secret.name}` });
}

import type { CreatedRobot } from "../../clients/harbor/robots.ts";
import type { Credential } from "../../clients/harbor/credential.ts";
import type { RunContext } from "../../engine/kind.ts";
import { MoorlineError } from "../../model/errors.ts";
import type { Bilingual } from "../../text/language.ts";
import type { ConnectedHarbor } from "../harbor-registry/connect.ts";
import type { World } from "../world.ts";
import type { BindingAction, SecretAt } from "./actions.ts";
import { answersOf } from "./answers.ts";
import { openCluster, type Cluster, type Written } from "./cluster.ts";
import { connected } from "./connection.ts";
import { createdProjectAnnotation, replacedAtAnnotation, robotDescription, robotName } from "./ownership.ts";
import type { ProjectBindingSpec } from "./schema.ts";
import { readSecret, wantedOf } from "./secret-content.ts";
import { secretBody, secretChange } from "./secret-body.ts";

type Context = RunContext<ProjectBindingSpec, World>;
type Issue = Extract<BindingAction, { type: "issue-credential" }>;
type Mend = Extract<BindingAction, { type: "mend-secret" }>;

/** A repository that need not exist: a token tells what is granted in the project. */
export const proofRepository = (project: string): string => `${project}/moorline-proof`;

/**
 * Makes a robot, proves its credential, and only then writes it. The Secret is created, or replaced as it was when
 * the plan was made; if somebody changed it meanwhile, nothing is written and the engine plans anew.
 */
export async function issueCredential(action: Issue, context: Context): Promise<void> {
  const { document, world, signal } = context;
  const harbor = await connected(document, world, signal);
  const cluster = await openCluster(document, world, signal);
  const replaces = await clearSlot(action, harbor, cluster, signal);
  const annotations: Record<string, string | null> = {
    [replacedAtAnnotation]: action.keepsOld ? world.clock.now().toISOString() : null,
  };
  if (action.marksProject) {
    const project = await harbor.harbor.projects.getByName(action.harborProject, signal);
    if (project !== undefined) annotations[createdProjectAnnotation] = String(project.project_id);
  }
  const robot = await createRobot(action, context, harbor);
  const credential = { username: robot.name, password: robot.secret };
  try {
    await prove(action, context, harbor, credential);
  } catch (thrown) {
    // Nothing holds it yet, so it may go; should even that fail, the next plan finds it.
    await harbor.harbor.robots.delete(robot.id, signal).catch(() => undefined);
    throw thrown;
  }
  const written = await write(action, replaces, context, harbor, cluster, credential, annotations);
  if (written === "done") return;
  // The API server said no, so the robot is in nobody's hands.
  await harbor.harbor.robots.delete(robot.id, signal);
  const subject = `Secret/${action.namespace}/${document.spec.secret.name}`;
  if (written === "changed") throw new MoorlineError("SECRET_CHANGED_MEANWHILE", { subject });
  throw new MoorlineError("PROJECT_VANISHED", { subject: action.namespace });
}

/** Robots in the slot's way go; the fence makes sure that no other run stores one of them a moment later. */
async function clearSlot(
  action: Issue,
  { harbor }: ConnectedHarbor,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<SecretAt | undefined> {
  const [first] = action.clear;
  if (first === undefined) return action.replaces;
  const replaces =
    action.replaces === undefined
      ? undefined
      : await cluster.fence(action.namespace, action.replaces, first, signal);
  for (const id of action.clear) await harbor.robots.delete(id, signal);
  return replaces;
}

function createRobot(
  action: Issue,
  { document, signal }: Context,
  { harbor }: ConnectedHarbor,
): Promise<CreatedRobot> {
  const { robot } = document.spec;
  const owner = { binding: document.metadata.name, namespace: action.namespace, cluster: action.cluster };
  return harbor.robots.create(
    {
      name: robotName(robot.namePrefix ?? document.metadata.name, owner, action.slot),
      level: "project",
      duration: robot.neverExpires ? -1 : robot.durationDays,
      description: robotDescription(owner),
      disable: false,
      permissions: [
        {
          kind: "project",
          namespace: action.harborProject,
          access: [...new Set(robot.permissions)].map((act) => ({ resource: "repository", action: act })),
        },
      ],
    },
    signal,
  );
}

/** @throws CREDENTIAL_NOT_PROVED where Harbor does not grant what was asked, or grants more */
async function prove(
  action: Pick<Issue, "harborProject" | "namespace">,
  { document, world, signal }: Context,
  harbor: ConnectedHarbor,
  credential: Credential,
): Promise<void> {
  const { spec } = document;
  const repository = proofRepository(action.harborProject);
  const answer = await harbor.token(credential, repository, signal);
  const reason = whyNotProved(answer, spec);
  if (reason === undefined) {
    answersOf(document, world).keep(credential, repository, answer);
    return;
  }
  throw new MoorlineError("CREDENTIAL_NOT_PROVED", {
    subject: `Secret/${action.namespace}/${spec.secret.name}`,
    parameters: { reason },
  });
}

/** What is wrong with what Harbor grants; undefined where it is as the document says. */
export function whyNotProved(
  answer: { readonly accepted: boolean; readonly granted?: readonly string[] },
  spec: ProjectBindingSpec,
): Bilingual | undefined {
  if (!answer.accepted) return { en: "Harbor does not accept it", zh: "Harbor 不接受该凭据" };
  const granted = answer.granted ?? [];
  if (!granted.includes("pull")) return { en: "it may not pull", zh: "没有 pull 权限" };
  if (granted.includes("push") && !spec.robot.permissions.includes("push"))
    return { en: "it may push, which the document does not allow", zh: "拥有文档未允许的 push 权限" };
  return undefined;
}

async function write(
  action: Issue,
  replaces: SecretAt | undefined,
  { document, signal }: Context,
  { url }: ConnectedHarbor,
  cluster: Cluster,
  credential: Credential,
  extra: Readonly<Record<string, string | null>>,
): Promise<Written> {
  const { namespace, harborProject } = action;
  const wanted = wantedOf(document, url);
  const place = { namespace, name: document.spec.secret.name, harborProject, extra };
  const body = secretBody(wanted, place, credential);
  if (replaces === undefined) return cluster.createSecret(body, signal);
  if (!action.recreate)
    return cluster.patchSecret(namespace, replaces, secretChange(wanted, place, credential), signal);
  const removed = await cluster.deleteSecret(namespace, replaces, signal);
  return removed === "changed" ? "changed" : cluster.createSecret(body, signal);
}

/** Writes a Secret in the right form with the credential that it holds, if Harbor takes that. */
export async function mendSecret(action: Mend, context: Context): Promise<void> {
  const { document, world, signal } = context;
  const harbor = await connected(document, world, signal);
  const cluster = await openCluster(document, world, signal);
  const wanted = wantedOf(document, harbor.url);
  const { namespace, harborProject, secret } = action;
  const found = await cluster.getSecret(namespace, secret.name, signal);
  const changed = (): MoorlineError =>
    new MoorlineError("SECRET_CHANGED_MEANWHILE", { subject: `Secret/${namespace}/${secret.name}` });
  if (found === undefined || found.metadata.resourceVersion !== secret.resourceVersion) throw changed();
  const { credential } = readSecret(found, wanted);
  if (credential === undefined) throw changed();
  await prove(action, context, harbor, credential);
  const place = { namespace, name: secret.name, harborProject, extra: {} };
  const change = secretChange(wanted, place, credential);
  if ((await cluster.patchSecret(namespace, secret, change, signal)) === "changed") throw changed();
}

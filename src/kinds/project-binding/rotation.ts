import type { Document } from "../../model/document.ts";
import { MoorlineError } from "../../model/errors.ts";
import type { World } from "../world.ts";
import { openCluster } from "./cluster.ts";
import { gather } from "./gather.ts";
import type { ObservedSecret } from "./observed.ts";
import { rotatingAnnotation } from "./ownership.ts";
import type { ProjectBindingSpec } from "./schema.ts";

type BindingDocument = Document<ProjectBindingSpec>;

/** How far the rotation of a binding's robots is, by project. */
export interface RobotRotation {
  /** No rotation is under way. */
  readonly idle: readonly string[];
  /** The robot that the Secret holds is still to be replaced. */
  readonly asked: readonly string[];
  /** The Secret holds the new robot, and the old one is kept. */
  readonly replaced: readonly string[];
}

const secretsOf = async (
  document: BindingDocument,
  world: World,
  signal: AbortSignal,
): Promise<readonly { readonly namespace: string; readonly secret: ObservedSecret }[]> => {
  const { observed } = await gather(document, world, signal, "proof");
  return observed.namespaces.flatMap(({ name, chosen, excluded, secret }) =>
    chosen && excluded === undefined && secret?.owner === "us" ? [{ namespace: name, secret }] : [],
  );
};

/** Tells how far the rotation is; it stands in the Secrets themselves. */
export async function robotRotation(
  document: BindingDocument,
  world: World,
  signal: AbortSignal,
): Promise<RobotRotation> {
  const found = await secretsOf(document, world, signal);
  const names = (of: (secret: ObservedSecret) => boolean): string[] =>
    found.filter(({ secret }) => of(secret)).map(({ namespace }) => namespace);
  return {
    idle: names((s) => s.rotating === undefined),
    asked: names((s) => s.rotating !== undefined && s.rotating === s.username),
    replaced: names((s) => s.rotating !== undefined && s.rotating !== s.username),
  };
}

/** The robots that the Secrets hold now: those that a rotation replaces. */
export async function robotsInUse(
  document: BindingDocument,
  world: World,
  signal: AbortSignal,
): Promise<readonly { readonly robot: string; readonly secret: string }[]> {
  const found = await secretsOf(document, world, signal);
  return found.flatMap(({ namespace, secret }) =>
    secret.username === undefined
      ? []
      : [{ robot: secret.rotating ?? secret.username, secret: `Secret/${namespace}/${secret.name}` }],
  );
}

/**
 * Asks for new robots in place of those that the Secrets hold now (`ask`), or lets go of the old ones that were
 * replaced (`finish`): the next plan then removes them.
 * @throws SECRET_CHANGED_MEANWHILE where somebody else wrote at the same moment
 */
export async function markRobots(
  mark: "ask" | "finish",
  document: BindingDocument,
  world: World,
  signal: AbortSignal,
): Promise<void> {
  const cluster = await openCluster(document, world, signal);
  for (const { namespace, secret } of await secretsOf(document, world, signal)) {
    const isDue =
      mark === "ask"
        ? secret.rotating === undefined
        : secret.rotating !== undefined && secret.rotating !== secret.username;
    if (!isDue || secret.username === undefined) continue;
    const value = mark === "ask" ? secret.username : null;
    const change = { metadata: { annotations: { [rotatingAnnotation]: value } } };
    if ((await cluster.patchSecret(namespace, secret, change, signal)) === "changed")
      throw new MoorlineError("SECRET_CHANGED_MEANWHILE", { subject: `Secret/${namespace}/${secret.name}` });
  }
}

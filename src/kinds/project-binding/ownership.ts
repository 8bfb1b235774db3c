import { createHash } from "node:crypto";

/** Labels and annotations by which Moorline knows its own. */
export const managedByLabel = "app.kubernetes.io/managed-by";
export const managedBy = "moorline";
/** On a Secret: the binding that it belongs to. */
export const bindingLabel = "moorline.io/binding";
/** On a Secret: the Harbor project whose robot it holds, so that a binding that moves finds its old robots. */
export const harborProjectAnnotation = "moorline.io/harbor-project";
/** On a Secret: the id of a Harbor project that this binding created; ids are never used twice. */
export const createdProjectAnnotation = "moorline.io/created-harbor-project";
/** On a Secret: changed before a robot is removed that another run may be about to write (see cleanup in plan.ts). */
export const fenceAnnotation = "moorline.io/fence";

/** On a Secret: the login name of a robot that is being rotated out. Held, it is replaced; replaced, it is kept until this goes. */
export const rotatingAnnotation = "moorline.io/rotating";

/** On a Secret: when a new robot took over from another that could still be used, ISO 8601. */
export const replacedAtAnnotation = "moorline.io/replaced-at";

const digest = (text: string, length: number): string =>
  createHash("sha256").update(text).digest("hex").slice(0, length);

/** The binding's name as a label value or the name part of a label key: 63 characters at most. */
export function bindingId(binding: string): string {
  return binding.length <= 63 ? binding : `${binding.slice(0, 50)}-${digest(binding, 12)}`;
}

export const linkLabelPrefix = "binding.moorline.io/";

/** On a service account that we linked. The key carries the binding, so that several bindings may link one account. */
export function linkLabel(binding: string): string {
  return `${linkLabelPrefix}${bindingId(binding)}`;
}

/** The same cluster gives the same short name; two clusters bound to one Harbor project keep their robots apart. */
export function clusterId(kubeSystemUid: string): string {
  return digest(kubeSystemUid, 6);
}

/** Two robots stand for a project while one takes over from the other; the third name is for when somebody took one. */
export const slots = ["a", "b", "c"] as const;
export type Slot = (typeof slots)[number];
export const isSlot = (text: string): text is Slot => slots.some((slot) => slot === text);

/** Whose a robot is, as its description says. */
export interface RobotOwner {
  readonly binding: string;
  readonly namespace: string;
  readonly cluster: string;
}

const harborName = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

/** Harbor allows no two separators in a row (facts/harbor.md §1.6); a name that must bend gets a digest, to stay unique. */
function bend(name: string, longest: number): string {
  if (harborName.test(name) && name.length <= longest) return name;
  const bent = name.replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "");
  return `${bent.slice(0, longest - 9).replace(/-+$/, "")}-x${digest(name, 7)}`;
}

/**
 * The name of a project's robot without Harbor's own prefix. A namespace holds no '.', so the parts stay apart:
 * binding `a` with `b-c` and binding `a-b` with `c` do not meet.
 */
export function robotName(prefix: string, owner: RobotOwner, slot: Slot): string {
  return `${robotNameStem(prefix, owner)}${slot}`;
}

/** What the names of a project's robots begin with; a slot follows. */
export function robotNameStem(prefix: string, owner: Pick<RobotOwner, "namespace" | "cluster">): string {
  return `${bend(prefix, 100)}${robotNamePart(owner)}`;
}

/** What the names of all robots for a namespace have in common, whatever the prefix was when they were made. */
export function robotNamePart({ namespace, cluster }: Pick<RobotOwner, "namespace" | "cluster">): string {
  return `.${bend(namespace, 63)}.${cluster}.`;
}

/** What a robot's description says: whose it is, for Moorline and for people. */
export function robotDescription(owner: RobotOwner): string {
  return `Managed by Moorline: ProjectBinding/${owner.binding}, namespace ${owner.namespace}, cluster ${owner.cluster}`;
}

/** @returns whose a robot is, or undefined where its description does not say that it is Moorline's */
export function robotOwner(description: string): RobotOwner | undefined {
  const match = /^Managed by Moorline: ProjectBinding\/(\S+), namespace (\S+), cluster (\S+)$/.exec(
    description,
  );
  const [, binding, namespace, cluster] = match ?? [];
  if (binding === undefined || namespace === undefined || cluster === undefined) return undefined;
  return { binding, namespace, cluster };
}

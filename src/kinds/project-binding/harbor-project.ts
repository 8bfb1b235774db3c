import type { ProjectBindingSpec } from "./schema.ts";

const harborName = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

/** @returns the Harbor project that a namespace pulls from, or undefined where Harbor would not take its name */
export function harborProjectOf(spec: ProjectBindingSpec, namespace: string): string | undefined {
  const name = spec.harborProject.name ?? namespace;
  return harborName.test(name) ? name : undefined;
}

import type { KubernetesObject } from "../../clients/kubernetes/object.ts";
import { bindingId } from "../../kinds/project-binding/ownership.ts";
import type { ProjectBindingSpec } from "../../kinds/project-binding/schema.ts";
import type { Document } from "../../model/document.ts";

/** On a namespace: the workspace that it belongs to. */
export const workspaceLabel = "kubesphere.io/workspace";

/**
 * Which bindings mean a namespace, found by its workspace or its name, so that one namespace costs as much whatever the
 * number of bindings. Bindings of other clusters mean none of this one.
 */
export class BindingIndex {
  readonly #byWorkspace = new Map<string, Document<ProjectBindingSpec>[]>();
  readonly #byName = new Map<string, Document<ProjectBindingSpec>[]>();
  readonly #bySelector: Document<ProjectBindingSpec>[] = [];
  readonly #byId = new Map<string, string>();

  constructor(bindings: Iterable<Document<ProjectBindingSpec>>) {
    for (const binding of bindings) {
      if (binding.spec.cluster !== undefined) continue;
      const { workspace, names } = binding.spec.projects;
      this.#byId.set(bindingId(binding.metadata.name), binding.metadata.name);
      if (workspace !== undefined) push(this.#byWorkspace, workspace, binding);
      else if (names !== undefined) for (const name of names) push(this.#byName, name, binding);
      else this.#bySelector.push(binding);
    }
  }

  /** Names of the bindings whose every condition a namespace fits. */
  of({ metadata: { name = "", labels = {} } }: KubernetesObject): readonly string[] {
    const candidates = [
      ...(this.#byWorkspace.get(labels[workspaceLabel] ?? "") ?? []),
      ...(this.#byName.get(name) ?? []),
      ...this.#bySelector,
    ];
    return candidates
      .filter(({ spec: { projects } }) => {
        const { workspace, names, selector } = projects;
        if (workspace !== undefined && labels[workspaceLabel] !== workspace) return false;
        if (names !== undefined && !names.includes(name)) return false;
        return Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
      })
      .map((binding) => binding.metadata.name);
  }

  /** The binding that a label on a Secret or a service account names. */
  named(id: string): string | undefined {
    return this.#byId.get(id);
  }
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}

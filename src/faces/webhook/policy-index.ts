import type { NamespaceFacts } from "../../kinds/project-binding/admission/namespaces.ts";
import {
  policyFor,
  type AdmissionPolicy,
  type AdmittingBinding,
} from "../../kinds/project-binding/admission/policy.ts";

/** What changed in the cluster; plain data, so that workers are told the same way. */
export type PolicyChange =
  | { readonly type: "bindings"; readonly bindings: readonly AdmittingBinding[] }
  /** All that there are, or single ones. */
  | { readonly type: "namespaces"; readonly all: boolean; readonly namespaces: readonly NamespaceFacts[] }
  | { readonly type: "namespaceGone"; readonly name: string };

/** Which policies concern a namespace. Worked out when it is first asked for, and remembered until something changes. */
export class PolicyIndex {
  #bindings: readonly AdmittingBinding[] | undefined;
  #namespaces: Map<string, NamespaceFacts> | undefined;
  readonly #known = new Map<string, readonly AdmissionPolicy[]>();

  /** Whether both lists have been read; before, nobody can be judged. */
  get complete(): boolean {
    return this.#bindings !== undefined && this.#namespaces !== undefined;
  }

  get bindings(): readonly AdmittingBinding[] {
    return this.#bindings ?? [];
  }

  get namespaces(): readonly NamespaceFacts[] {
    return [...(this.#namespaces?.values() ?? [])];
  }

  take(change: PolicyChange): void {
    if (change.type === "bindings") {
      this.#bindings = change.bindings;
      this.#known.clear();
      return;
    }
    if (change.type === "namespaceGone") {
      this.#namespaces?.delete(change.name);
      this.#known.delete(change.name);
      return;
    }
    if (change.all) {
      this.#namespaces = new Map();
      this.#known.clear();
    }
    for (const each of change.namespaces) {
      this.#namespaces?.set(each.name, each);
      this.#known.delete(each.name);
    }
  }

  /** @returns undefined for a namespace that is not known: it may be younger than the last event */
  policiesOf(namespace: string): readonly AdmissionPolicy[] | undefined {
    const known = this.#known.get(namespace);
    if (known !== undefined) return known;
    const facts = this.#namespaces?.get(namespace);
    if (facts === undefined) return undefined;
    const made = this.bindings.flatMap((binding) => policyFor(binding, facts) ?? []);
    this.#known.set(namespace, made);
    return made;
  }
}

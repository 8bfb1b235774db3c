import { coreKinds } from "./kinds/core.ts";
import { customResources, isEstablished } from "./kinds/custom.ts";
import { definitionKind } from "./kinds/definition.ts";
import { nameOf, type ApiObject } from "./object.ts";
import { storageKey, type Resource } from "./resource.ts";

/** Which resources there are: the built-in ones, and those of established CustomResourceDefinitions. */
export class Registry {
  readonly #builtin: readonly Resource[] = [...coreKinds, definitionKind];
  readonly #custom = new Map<string, readonly Resource[]>();

  all(): readonly Resource[] {
    return [...this.#builtin, ...[...this.#custom.values()].flat()];
  }

  find(group: string, version: string, plural: string): Resource | undefined {
    return this.ofVersion(group, version).find((resource) => resource.plural === plural);
  }

  ofVersion(group: string, version: string): readonly Resource[] {
    return this.all().filter((resource) => resource.group === group && resource.version === version);
  }

  /** One resource for what is stored under a key, in whichever version comes first. */
  ofKey(key: string): Resource | undefined {
    return this.all().find((resource) => storageKey(resource) === key);
  }

  /** The groups in order, each with its versions; the core group is not among them. */
  groups(): readonly { readonly name: string; readonly versions: readonly string[] }[] {
    const names = [...new Set(this.all().map((resource) => resource.group))]
      .filter((name) => name !== "")
      .sort();
    return names.map((name) => ({ name, versions: this.versions(name) }));
  }

  versions(group: string): readonly string[] {
    return [
      ...new Set(
        this.all()
          .filter((one) => one.group === group)
          .map((one) => one.version),
      ),
    ].sort(byStability);
  }

  /** Takes up a definition as it is now, or forgets it. */
  define(definition: ApiObject, isGone: boolean): void {
    if (isGone || !isEstablished(definition)) this.#custom.delete(nameOf(definition));
    else this.#custom.set(nameOf(definition), customResources(definition));
  }
}

// v2 before v1 before v1beta1 before v1alpha1, which is the order of preference.
function byStability(a: string, b: string): number {
  const rank = (version: string): readonly number[] => {
    const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
    if (match === null) return [0, 0, 0];
    const stage = match[2] === "alpha" ? 1 : match[2] === "beta" ? 2 : 3;
    return [stage, Number(match[1]), Number(match[3] ?? 0)];
  };
  const [left, right] = [rank(a), rank(b)];
  for (const [i, mine] of left.entries()) if (mine !== right[i]) return (right[i] as number) - mine;
  return a < b ? -1 : 1;
}

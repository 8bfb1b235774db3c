import { isObject, listAt, objectAt, own, stringAt, type JsonObject } from "../json.ts";
import { nameOf, type ApiObject } from "../object.ts";
import type { Resource } from "../resource.ts";
import { invalidValue, required, unsupportedValue, type FieldError } from "../status.ts";
import { column, nameColumn } from "../table/columns.ts";
import { subdomainProblems } from "../validation/names.ts";
import { builtin, setDefault } from "./builtin.ts";
import { structuralErrors } from "../validation/structural-rules.ts";

/** CustomResourceDefinitions themselves. */
export const definitionKind: Resource = builtin({
  group: "apiextensions.k8s.io",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  shortNames: ["crd", "crds"],
  isClusterScoped: true,
  subresources: ["status"],
  hasGeneration: true,
  needsRevision: true,
  zero: { spec: { names: {} }, status: { acceptedNames: {} } },
  columns: [
    nameColumn,
    column("Created At", (object) => stringAt(object, "metadata", "creationTimestamp") ?? "", {
      type: "date",
    }),
  ],
  defaults(object) {
    const spec = objectAt(object, "spec") as JsonObject;
    const names = objectAt(spec, "names") as JsonObject;
    setDefault(spec, "conversion", { strategy: "None" });
    const kind = stringAt(names, "kind") ?? "";
    if (kind !== "") {
      setDefault(names, "singular", kind.toLowerCase());
      setDefault(names, "listKind", `${kind}List`);
    }
    const status = objectAt(object, "status") as JsonObject;
    const storage = storageVersion(object);
    if (storage !== undefined && own(status, "storedVersions") === undefined)
      status["storedVersions"] = [storage];
  },
  prepare(object, before) {
    const status = objectAt(object, "status") as JsonObject;
    const storage = storageVersion(object);
    if (before === undefined) {
      object["status"] = {
        acceptedNames: {},
        ...(storage === undefined ? {} : { storedVersions: [storage] }),
      };
    } else if (storage !== undefined) {
      status["storedVersions"] = [...new Set([...listAt(status, "storedVersions"), storage])];
    }
  },
  validate: definitionErrors,
});

function storageVersion(object: ApiObject): string | undefined {
  const version = listAt(object, "spec", "versions").find((one) => isObject(one) && one["storage"] === true);
  return stringAt(version, "name");
}

function definitionErrors(object: ApiObject): readonly FieldError[] {
  const spec = objectAt(object, "spec") ?? {};
  const [group, plural] = [stringAt(spec, "group") ?? "", stringAt(spec, "names", "plural") ?? ""];
  const errors: FieldError[] = [];
  if (nameOf(object) !== `${plural}.${group}`) {
    errors.push(
      invalidValue(
        "metadata.name",
        JSON.stringify(nameOf(object)),
        'must be spec.names.plural+"."+spec.group',
      ),
    );
  }
  if (group === "") errors.push(required("spec.group"));
  else {
    errors.push(
      ...subdomainProblems(group).map((problem) =>
        invalidValue("spec.group", JSON.stringify(group), problem),
      ),
    );
    if (!group.includes("."))
      errors.push(
        invalidValue("spec.group", JSON.stringify(group), "should be a domain with at least one dot"),
      );
  }
  const scope = stringAt(spec, "scope") ?? "";
  if (!["Cluster", "Namespaced"].includes(scope)) {
    errors.push(
      scope === ""
        ? required("spec.scope")
        : unsupportedValue("spec.scope", JSON.stringify(scope), ["Cluster", "Namespaced"]),
    );
  }
  for (const name of ["plural", "singular", "kind", "listKind"]) {
    if ((stringAt(spec, "names", name) ?? "") === "") errors.push(required(`spec.names.${name}`));
  }
  return [...errors, ...versionErrors(spec)];
}

function versionErrors(spec: JsonObject): readonly FieldError[] {
  const versions = listAt(spec, "versions").filter(isObject);
  const errors: FieldError[] = [];
  const stored = versions.filter((version) => version["storage"] === true);
  if (stored.length !== 1) {
    errors.push(
      invalidValue(
        "spec.versions",
        JSON.stringify(versions.map((version) => version["name"])),
        "must have exactly one version marked as storage version",
      ),
    );
  }
  for (const [index, version] of versions.entries()) {
    const at = `spec.versions[${index}].schema.openAPIV3Schema`;
    const schema = objectAt(version, "schema", "openAPIV3Schema");
    if (schema === undefined) errors.push(required(at, "schemas are required"));
    else errors.push(...structuralErrors(schema, at));
  }
  return errors;
}

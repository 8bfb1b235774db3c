import { isObject, listAt, objectAt, own, stringAt, type JsonObject } from "../json.ts";
import { forbiddenField, required, unsupportedValue, type FieldError } from "../status.ts";

const types = ["array", "boolean", "integer", "number", "object", "string"];

/**
 * The rules that make a schema structural: every node says its type, value validations say none of their own.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
export function structuralErrors(schema: JsonObject, path: string, isRoot = true): readonly FieldError[] {
  const type = stringAt(schema, "type") ?? "";
  const errors: FieldError[] = [];
  const needsType =
    own(schema, "x-kubernetes-int-or-string") !== true &&
    own(schema, "x-kubernetes-preserve-unknown-fields") !== true;
  if (type === "" && (needsType || isRoot))
    errors.push(
      required(
        `${path}.type`,
        isRoot ? "must not be empty at the root" : "must not be empty for specified object fields",
      ),
    );
  if (type !== "" && !types.includes(type))
    errors.push(unsupportedValue(`${path}.type`, JSON.stringify(type), types));
  if (type === "array" && own(schema, "items") === undefined)
    errors.push(required(`${path}.items`, "must be specified"));
  for (const key of ["$ref", "definitions", "dependencies", "patternProperties", "id"]) {
    if (own(schema, key) !== undefined)
      errors.push(forbiddenField(`${path}.${key}`, `${key} is not supported`));
  }
  if (own(schema, "uniqueItems") === true)
    errors.push(
      forbiddenField(
        `${path}.uniqueItems`,
        "uniqueItems cannot be set to true since the runtime complexity becomes quadratic",
      ),
    );
  if (isObject(own(schema, "properties")) && isObject(own(schema, "additionalProperties"))) {
    errors.push(
      forbiddenField(
        `${path}.additionalProperties`,
        "additionalProperties and properties are mutual exclusive",
      ),
    );
  }
  if (
    own(schema, "x-kubernetes-list-type") === "map" &&
    listAt(schema, "x-kubernetes-list-map-keys").length === 0
  ) {
    errors.push(
      required(`${path}.x-kubernetes-list-map-keys`, "must not be empty if x-kubernetes-list-type is map"),
    );
  }
  for (const [name, child] of Object.entries(objectAt(schema, "properties") ?? {})) {
    if (isObject(child) && !(isRoot && name === "metadata"))
      errors.push(...structuralErrors(child, `${path}.properties[${name}]`, false));
  }
  for (const key of ["items", "additionalProperties"]) {
    const child = own(schema, key);
    if (isObject(child)) errors.push(...structuralErrors(child, `${path}.${key}`, false));
  }
  return errors;
}

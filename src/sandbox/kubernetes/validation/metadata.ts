import { isObject, listAt, objectAt, own, textOf, type JsonObject } from "../json.ts";
import { finalizersOf, isBeingDeleted, nameOf, type ApiObject } from "../object.ts";
import type { Resource } from "../resource.ts";
import { forbiddenField, invalidValue, required, type FieldError } from "../status.ts";
import { labelProblems, labelValueProblems, qualifiedNameProblems, subdomainProblems } from "./names.ts";

const mostAnnotationBytes = 256 * 1024;

/** What is wrong with an object's metadata, apart from what its kind asks. */
export function metadataErrors(
  resource: Resource,
  object: ApiObject,
  before: ApiObject | undefined,
): readonly FieldError[] {
  return [
    ...(before === undefined ? nameErrors(resource, object) : finalizerErrors(object, before)),
    ...labelErrors(object),
    ...annotationErrors(object),
    ...ownerErrors(object),
  ];
}

function nameErrors(resource: Resource, object: ApiObject): readonly FieldError[] {
  const name = nameOf(object);
  if (name === "") return [required("metadata.name", "name or generateName is required")];
  const problems = resource.nameRule === "label" ? labelProblems(name) : subdomainProblems(name);
  return problems.map((problem) => invalidValue("metadata.name", JSON.stringify(name), problem));
}

function finalizerErrors(object: ApiObject, before: ApiObject): readonly FieldError[] {
  if (!isBeingDeleted(before)) return [];
  const known = finalizersOf(before);
  const added = finalizersOf(object).filter((name) => !known.includes(name));
  if (added.length === 0) return [];
  const list = `[]string{${added.map((name) => JSON.stringify(name)).join(", ")}}`;
  return [
    forbiddenField(
      "metadata.finalizers",
      `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`,
    ),
  ];
}

function labelErrors(object: ApiObject): readonly FieldError[] {
  return Object.entries(objectAt(object, "metadata", "labels") ?? {}).flatMap(([key, value]) => {
    const wrong = (what: string, problem: string): FieldError =>
      invalidValue("metadata.labels", JSON.stringify(what), problem);
    return [
      ...qualifiedNameProblems(key).map((problem) => wrong(key, problem)),
      ...labelValueProblems(textOf(value)).map((problem) => wrong(textOf(value), problem)),
    ];
  });
}

function annotationErrors(object: ApiObject): readonly FieldError[] {
  const annotations = Object.entries(objectAt(object, "metadata", "annotations") ?? {});
  const errors = annotations.flatMap(([key]) =>
    qualifiedNameProblems(key.toLowerCase()).map((problem) =>
      invalidValue("metadata.annotations", JSON.stringify(key), problem),
    ),
  );
  const size = annotations.reduce(
    (sum, [key, value]) => sum + key.length + Buffer.byteLength(textOf(value)),
    0,
  );
  if (size <= mostAnnotationBytes) return errors;
  const message = `Too long: must have at most ${mostAnnotationBytes} bytes`;
  return [...errors, { reason: "FieldValueTooLong", field: "metadata.annotations", message }];
}

function ownerErrors(object: ApiObject): readonly FieldError[] {
  return listAt(object, "metadata", "ownerReferences").flatMap((owner, index) => {
    const fields: JsonObject = isObject(owner) ? owner : {};
    return ["apiVersion", "kind", "name", "uid"]
      .filter((field) => !own(fields, field))
      .map((field) =>
        invalidValue(
          `metadata.ownerReferences[${index}].${field}`,
          '""',
          `${field === "apiVersion" ? "version" : field} must not be empty`,
        ),
      );
  });
}

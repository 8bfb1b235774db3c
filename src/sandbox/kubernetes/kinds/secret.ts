import { equal, objectAt, own, setOwn, stringAt, textOf, type JsonObject } from "../json.ts";
import type { ApiObject } from "../object.ts";
import { forbiddenField, invalidValue, required, type FieldError } from "../status.ts";
import { ageColumn, column, nameColumn } from "../table/columns.ts";
import { configKeyErrors } from "../validation/names.ts";
import { builtin, setDefault } from "./builtin.ts";

const mostBytes = 1024 * 1024;

export const secret = builtin({
  kind: "Secret",
  plural: "secrets",
  selectableFields: ["type"],
  columns: [
    nameColumn,
    column("Type", (object) => stringAt(object, "type") ?? ""),
    column("Data", (object) => Object.keys(objectAt(object, "data") ?? {}).length),
    ageColumn,
  ],
  defaults(object) {
    setDefault(object, "type", "Opaque");
    takeStringData(object);
  },
  validate: secretErrors,
});

// stringData is write-only: it goes into data, and wins there.
function takeStringData(object: ApiObject): void {
  const strings = objectAt(object, "stringData");
  if (strings === undefined) return;
  const data: JsonObject = { ...objectAt(object, "data") };
  for (const [key, value] of Object.entries(strings)) {
    setOwn(data, key, Buffer.from(textOf(value)).toString("base64"));
  }
  object["data"] = data;
  delete object["stringData"];
}

// Which keys a type asks for (core validation of Kubernetes 1.20).
const neededKeys: Readonly<Record<string, readonly string[]>> = {
  "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
  "kubernetes.io/dockercfg": [".dockercfg"],
  "kubernetes.io/ssh-auth": ["ssh-privatekey"],
  "kubernetes.io/tls": ["tls.crt", "tls.key"],
};

function secretErrors(object: ApiObject, before: ApiObject | undefined): readonly FieldError[] {
  const data = objectAt(object, "data") ?? {};
  const type = stringAt(object, "type") ?? "";
  const errors = [
    ...Object.keys(data).flatMap((key) => configKeyErrors("data", key)),
    ...typeErrors(type, data, object),
  ];
  const size = Object.values(data).reduce<number>(
    (sum, value) => sum + Buffer.byteLength(textOf(value), "base64"),
    0,
  );
  if (size > mostBytes) {
    errors.push({
      reason: "FieldValueTooLong",
      field: "data",
      message: `Too long: must have at most ${mostBytes} bytes`,
    });
  }
  if (before === undefined) return errors;
  if (stringAt(before, "type") !== type)
    errors.push(invalidValue("type", JSON.stringify(type), "field is immutable"));
  return [...errors, ...immutableErrors(object, before)];
}

function typeErrors(type: string, data: JsonObject, object: ApiObject): FieldError[] {
  const missing = (neededKeys[type] ?? []).filter((key) => own(data, key) === undefined);
  if (missing.length > 0) return missing.map((key) => required(`data[${key}]`));
  if (
    type === "kubernetes.io/service-account-token" &&
    own(objectAt(object, "metadata", "annotations") ?? {}, "kubernetes.io/service-account.name") === undefined
  ) {
    return [required("metadata.annotations[kubernetes.io/service-account.name]")];
  }
  const config =
    type === "kubernetes.io/dockerconfigjson" || type === "kubernetes.io/dockercfg"
      ? neededKeys[type]?.[0]
      : undefined;
  if (config === undefined) return [];
  const problem = jsonProblem(Buffer.from(textOf(own(data, config)), "base64").toString());
  return problem === undefined
    ? []
    : [invalidValue(`data[${config}]`, '"<secret contents redacted>"', problem)];
}

// In the words of Go's encoding/json, for the two mistakes that are made.
function jsonProblem(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    const first = text.trimStart().charAt(0);
    if (first === "") return "unexpected end of JSON input";
    return '{["-0123456789'.includes(first)
      ? "unexpected end of JSON input"
      : `invalid character '${first}' looking for beginning of value`;
  }
}

function immutableErrors(object: ApiObject, before: ApiObject): readonly FieldError[] {
  if (before["immutable"] !== true) return [];
  const detail = "field is immutable when `immutable` is set";
  const errors: FieldError[] = [];
  if (object["immutable"] !== true) errors.push(forbiddenField("immutable", detail));
  if (!equal(own(object, "data"), own(before, "data"))) errors.push(forbiddenField("data", detail));
  return errors;
}

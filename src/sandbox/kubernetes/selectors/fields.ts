import { textOf, valueAt } from "../json.ts";
import { badRequest } from "../status.ts";
import type { Selector } from "./labels.ts";

/**
 * `metadata.name=a,type!=b`: true for objects whose fields have these values.
 * @param hasLabels whether the real server converts the kind's field labels, which decides how it words a refusal
 * @throws ApiError 400
 */
export function fieldSelector(text: string, supported: readonly string[], hasLabels: boolean): Selector {
  const terms = text
    .split(",")
    .filter((term) => term.trim() !== "")
    .map((term) => parseTerm(term, text, supported, hasLabels));
  return (object) =>
    terms.every(({ path, isEqual, value }) => {
      return (textOf(valueAt(object, ...path)) === value) === isEqual;
    });
}

function parseTerm(
  term: string,
  text: string,
  supported: readonly string[],
  hasLabels: boolean,
): { path: readonly string[]; isEqual: boolean; value: string } {
  const match = /^([^=!]+)(==|!=|=)(.*)$/.exec(term.trim());
  if (match === null) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
  const [, field = "", operator, value = ""] = match;
  if (!["metadata.name", "metadata.namespace", ...supported].includes(field)) {
    // Kinds with fields of their own say it in other words than those without.
    throw badRequest(
      hasLabels
        ? `field label not supported: ${field}`
        : `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`,
    );
  }
  return { path: field.split("."), isEqual: operator !== "!=", value: value.replaceAll(/\\([\\,=])/g, "$1") };
}

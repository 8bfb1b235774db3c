import { textOf, valueAt } from "../json.ts";
import { badRequest } from "../status.ts";
import type { Selector } from "./labels.ts";

/** `metadata.name=a,type!=b`: true for objects whose fields have these values. @throws ApiError 400 */
export function fieldSelector(text: string, supported: readonly string[]): Selector {
  const terms = text
    .split(",")
    .filter((term) => term.trim() !== "")
    .map((term) => parseTerm(term, text, supported));
  return (object) =>
    terms.every(({ path, isEqual, value }) => {
      return (textOf(valueAt(object, ...path)) === value) === isEqual;
    });
}

function parseTerm(
  term: string,
  text: string,
  supported: readonly string[],
): { path: readonly string[]; isEqual: boolean; value: string } {
  const match = /^([^=!]+)(==|!=|=)(.*)$/.exec(term.trim());
  if (match === null) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
  const [, field = "", operator, value = ""] = match;
  if (!["metadata.name", "metadata.namespace", ...supported].includes(field)) {
    throw badRequest(`field label not supported: ${field}`);
  }
  return { path: field.split("."), isEqual: operator !== "!=", value: value.replaceAll(/\\([\\,=])/g, "$1") };
}

import { invalidValue, type FieldError } from "../status.ts";

const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const subdomain = `${label}(\\.${label})*`;
const qualifiedName = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const labelValue = `(${qualifiedName})?`;

const exact = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`);
const labelPattern = exact(label);
const subdomainPattern = exact(subdomain);
const qualifiedPattern = exact(qualifiedName);
const labelValuePattern = exact(labelValue);
const configKeyPattern = exact("[-._a-zA-Z0-9]+");

const tooLong = (limit: number): string => `must be no more than ${limit} characters`;

/** What is wrong with a DNS-1123 label (RFC 1123), in the API server's words. */
export function labelProblems(name: string): readonly string[] {
  const problems = name.length > 63 ? [tooLong(63)] : [];
  if (labelPattern.test(name)) return problems;
  return [
    ...problems,
    `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${label}')`,
  ];
}

/** What is wrong with a DNS-1123 subdomain. */
export function subdomainProblems(name: string): readonly string[] {
  const problems = name.length > 253 ? [tooLong(253)] : [];
  if (subdomainPattern.test(name)) return problems;
  return [
    ...problems,
    `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomain}')`,
  ];
}

/** What is wrong with the key of a label or an annotation: `prefix/name`. */
export function qualifiedNameProblems(key: string): readonly string[] {
  const [first = "", second, ...rest] = key.split("/");
  if (rest.length > 0) {
    return [
      `a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${qualifiedName}') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const name = second ?? first;
  const problems = second === undefined ? [] : prefixProblems(first);
  if (name === "") problems.push("name part must be non-empty");
  else if (name.length > 63) problems.push(`name part ${tooLong(63)}`);
  if (!qualifiedPattern.test(name)) {
    problems.push(
      `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${qualifiedName}')`,
    );
  }
  return problems;
}

function prefixProblems(prefix: string): string[] {
  if (prefix === "") return ["prefix part must be non-empty"];
  return subdomainProblems(prefix).map((problem) => `prefix part ${problem}`);
}

export function labelValueProblems(value: string): readonly string[] {
  const problems = value.length > 63 ? [tooLong(63)] : [];
  if (labelValuePattern.test(value)) return problems;
  return [
    ...problems,
    `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '${labelValue}')`,
  ];
}

/** Errors of the keys of Secrets and ConfigMaps. */
export function configKeyErrors(field: string, key: string): readonly FieldError[] {
  const at = `${field}[${key}]`;
  const wrong = (detail: string): FieldError => invalidValue(at, JSON.stringify(key), detail);
  const errors = key.length > 253 ? [wrong(tooLong(253))] : [];
  if (!configKeyPattern.test(key)) {
    errors.push(
      wrong(
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
      ),
    );
  } else if (key === "." || key === "..") {
    errors.push(wrong(`must not be '${key}'`));
  }
  return errors;
}

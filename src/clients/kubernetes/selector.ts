import type { KubernetesObject } from "./object.ts";

/** Tells whether an object is selected. */
export type Test = (object: KubernetesObject) => boolean;

const keyText = /^[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?$/;
const valueText = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;

/**
 * The label selectors that Moorline itself writes, told here as the API server tells them: `a=b`, `a==b` and `a`, joined
 * by commas.
 * @returns undefined for any other form, which only the server can tell
 */
export function labelTest(selector: string): Test | undefined {
  const tests: Test[] = [];
  for (const term of selector.split(",")) {
    const [key = "", value, ...more] = term.split(/==?/);
    if (more.length > 0 || !keyText.test(key)) return undefined;
    if (value !== undefined && !valueText.test(value)) return undefined;
    tests.push(({ metadata: { labels } }) =>
      value === undefined ? labels?.[key] !== undefined : labels?.[key] === value,
    );
  }
  return (object) => tests.every((test) => test(object));
}

/** The same for field selectors of the two fields that every object has: its name and its namespace. */
export function fieldTest(selector: string): Test | undefined {
  const tests: Test[] = [];
  for (const term of selector.split(",")) {
    const [field, value, ...more] = term.split(/==?/);
    if (value === undefined || more.length > 0) return undefined;
    if (field === "metadata.name") tests.push(({ metadata }) => metadata.name === value);
    else if (field === "metadata.namespace") tests.push(({ metadata }) => metadata.namespace === value);
    else return undefined;
  }
  return (object) => tests.every((test) => test(object));
}

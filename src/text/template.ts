import { inLanguage, type Bilingual, type Language } from "./language.ts";

/** What may fill a placeholder; a bilingual value gives each language its own words. */
export type ParameterValue = string | number | boolean | Bilingual;
export type Parameters = Readonly<Record<string, ParameterValue>>;

/** The names of the placeholders of a template, as a type: `"{a} in {b}"` gives `"a" | "b"`. */
export type PlaceholdersOf<T extends string> = T extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PlaceholdersOf<Rest>
  : never;

/** Longest text that a parameter may bring into a message; whole response bodies must not flood a terminal. */
const longestParameter = 2000;

/**
 * Fills `{name}` placeholders. Control characters of the values are escaped: values come from servers and files,
 * and must not move a terminal's cursor.
 * @returns the text; a placeholder without a value stays as it is, so that a mistake is seen
 */
export function fill(template: string, parameters: Parameters, language: Language): string {
  return template.replaceAll(/\{([A-Za-z]\w*)\}/g, (whole, name: string) => {
    const value = parameters[name];
    if (value === undefined) return whole;
    return printable(typeof value === "object" ? inLanguage(value, language) : String(value));
  });
}

/** C0 and C1 controls but line feed and tab, and the marks that turn the direction of text. */
// oxlint-disable-next-line no-control-regex -- the control characters are what this looks for
const unprintable = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Escapes control characters except line feed and tab, and cuts what is too long for a person to read. */
export function printable(text: string): string {
  const cut = text.length > longestParameter ? `${text.slice(0, longestParameter)}…` : text;
  return cut.replaceAll(unprintable, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

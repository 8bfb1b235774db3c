import { parse } from "smol-toml";
import { MoorlineError } from "../../model/errors.ts";

export type Table = Readonly<Record<string, unknown>>;

export const isTable = (value: unknown): value is Table =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);

/** The table at a path, where there is one. */
export function tableAt(of: unknown, ...path: readonly string[]): Table | undefined {
  let here: unknown = of;
  for (const key of path) here = isTable(here) && Object.hasOwn(here, key) ? here[key] : undefined;
  return isTable(here) ? here : undefined;
}

/** Reads TOML. @throws NODE_FILE_UNREADABLE naming the file and the place */
export function readToml(text: string, path: string): Table {
  try {
    return parse(text.replace(/^\uFEFF/, ""));
  } catch (thrown) {
    const reason = thrown instanceof Error ? (thrown.message.split("\n", 1)[0] ?? "") : String(thrown);
    throw new MoorlineError("NODE_FILE_UNREADABLE", { subject: path, parameters: { reason }, cause: thrown });
  }
}

/** A list of strings, where TOML allows one string as well. */
export const strings = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter((each) => typeof each === "string");

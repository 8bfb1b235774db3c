import { isDeepStrictEqual } from "node:util";
import { isMap, isScalar, type Pair, type YAMLMap } from "yaml";
import { MoorlineError } from "../../model/errors.ts";
import { parseHarborYml } from "./settings.ts";
import { uncommentHttps } from "./uncomment.ts";

/** What may be set in harbor.yml; what is absent stays as it is. */
export interface HarborEdit {
  readonly hostname?: string;
  readonly externalUrl?: string;
  readonly https?: { readonly port?: number; readonly certificate: string; readonly privateKey: string };
}

type Value = string | number;
type Wanted = readonly (readonly [path: readonly [string, ...string[]], value: Value])[];

const wantedOf = ({ hostname, externalUrl, https }: HarborEdit): Wanted =>
  (
    [
      [["hostname"], hostname],
      [["external_url"], externalUrl],
      [["https", "port"], https?.port],
      [["https", "certificate"], https?.certificate],
      [["https", "private_key"], https?.privateKey],
    ] as const
  ).flatMap(([path, value]) => (value === undefined ? [] : [[path, value] as const]));

/** The settings that are not as wanted, such as `https.certificate`. @throws HARBOR_YML_UNREADABLE */
export function differingSettings(yaml: string, edit: HarborEdit, subject: string): readonly string[] {
  const { values } = parseHarborYml(yaml, subject);
  return wantedOf(edit)
    .filter(([path, value]) => !isSet(values, path, value))
    .map(([path]) => path.join("."));
}

/**
 * Sets values in harbor.yml. Every byte that is no such value stays: comments, order, spaces, line ends. A section
 * `https` that is commented out is used; one that is missing comes after `http`.
 * @param subject the file's path
 * @throws HARBOR_YML_UNREADABLE, HARBOR_YML_NOT_EDITABLE
 */
export function editHarborYml(yaml: string, edit: HarborEdit, subject: string): string {
  const before = parseHarborYml(yaml, subject).values;
  const fields = differingSettings(yaml, edit, subject);
  const wanted = wantedOf(edit).filter(([path]) => fields.includes(path.join(".")));
  const refuse = (reason: string): MoorlineError =>
    new MoorlineError("HARBOR_YML_NOT_EDITABLE", {
      subject,
      parameters: { reason, fields: fields.join(", ") },
    });
  const wantsHttps = edit.https !== undefined && (before["https"] ?? undefined) === undefined;
  const uncommented = wantsHttps ? uncommentHttps(yaml, (text) => isReadable(text, subject)) : yaml;
  let text = uncommented;
  for (const [path, value] of wanted) {
    if (isSet(parseHarborYml(text, subject).values, path, value)) continue;
    text = setValue(text, path, value, subject, refuse);
  }
  // The proof that nothing else changed its meaning.
  const expected = structuredClone(parseHarborYml(uncommented, subject).values);
  for (const [path, value] of wanted) assign(expected, path, value);
  const others = Object.keys(before).filter((key) => wanted.every(([path]) => path[0] !== key));
  const changed = others.find((key) => !isDeepStrictEqual(before[key], expected[key]));
  if (changed !== undefined && changed !== "https") throw refuse(`\`${changed}\` would change`);
  if (!isReadable(text, subject) || !isDeepStrictEqual(parseHarborYml(text, subject).values, expected))
    throw refuse("its structure is unusual");
  return text;
}

function isReadable(yaml: string, subject: string): boolean {
  try {
    parseHarborYml(yaml, subject);
    return true;
  } catch {
    return false; // the caller falls back or refuses
  }
}

/** A port may be written as text. */
function isSet(settings: unknown, path: readonly string[], wanted: Value): boolean {
  const found = valueAt(settings, path);
  return found === wanted || (typeof found === "string" && found === String(wanted));
}

function valueAt(settings: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? (at as Record<string, unknown>)[key] : undefined),
    settings,
  );
}

function assign(
  settings: Record<string, unknown>,
  [first, ...rest]: readonly [string, ...string[]],
  value: Value,
): void {
  const [second] = rest;
  if (second === undefined) settings[first] = value;
  else settings[first] = { ...(settings[first] as Record<string, unknown> | null), [second]: value };
}

type Refuse = (reason: string) => MoorlineError;

function setValue(
  yaml: string,
  [first, second]: readonly [string, ...string[]],
  value: Value,
  subject: string,
  refuse: Refuse,
): string {
  const { root } = parseHarborYml(yaml, subject);
  const pair = pairOf(root, first);
  if (second === undefined)
    return pair === undefined
      ? insertTopLevel(yaml, root, first, render(value))
      : replace(yaml, pair, value, refuse);
  if (pair === undefined)
    return insertTopLevel(yaml, root, first, `${lineEnd(yaml)}  ${second}: ${render(value)}`);
  const section = pair.value;
  if (isMap(section)) {
    const child = pairOf(section, second);
    if (child !== undefined) return replace(yaml, child, value, refuse);
    if (section.flow === true) throw refuse(`\`${first}\` is written in braces`);
    const [above] = section.items;
    const keyStart = isScalar(above?.key) ? above.key.range?.[0] : undefined;
    if (keyStart === undefined) throw refuse(`\`${first}\` has no fields`);
    const lineStart = yaml.lastIndexOf("\n", keyStart - 1) + 1;
    const indent = yaml.slice(lineStart, keyStart);
    if (indent.trim() !== "") throw refuse(`\`${first}\` is on one line`);
    return `${yaml.slice(0, lineStart)}${indent}${second}: ${render(value)}${lineEnd(yaml)}${yaml.slice(lineStart)}`;
  }
  if (!isScalar(section) || section.value !== null) throw refuse(`\`${first}\` is no section`);
  const end = endOfLine(yaml, endOfKey(yaml, pair, refuse));
  return `${yaml.slice(0, end)}${lineEnd(yaml)}  ${second}: ${render(value)}${yaml.slice(end)}`;
}

const pairOf = (map: YAMLMap, key: string): Pair | undefined =>
  map.items.find((item) => isScalar(item.key) && item.key.value === key);

const lineEnd = (yaml: string): string => (yaml.includes("\r\n") ? "\r\n" : "\n");

function endOfLine(yaml: string, from: number): number {
  const end = yaml.indexOf("\n", from);
  if (end === -1) return yaml.length;
  return yaml[end - 1] === "\r" ? end - 1 : end;
}

function endOfKey(yaml: string, pair: Pair, refuse: Refuse): number {
  const end = isScalar(pair.key) ? pair.key.range?.[1] : undefined;
  const colon = end === undefined ? -1 : yaml.indexOf(":", end);
  if (colon === -1) throw refuse("a key has no colon");
  return colon + 1;
}

function replace(yaml: string, pair: Pair, value: Value, refuse: Refuse): string {
  const node = pair.value;
  if (!isScalar(node)) throw refuse("a value is no text");
  if (node.value === null && node.source === "") {
    const at = endOfKey(yaml, pair, refuse);
    return `${yaml.slice(0, at)} ${render(value)}${yaml.slice(at)}`;
  }
  const [start, end] = node.range ?? [];
  if (start === undefined || end === undefined) throw refuse("a value has no place");
  return yaml.slice(0, start) + render(value) + yaml.slice(end);
}

/** After its commented-out self, or after the section it belongs to. */
function insertTopLevel(yaml: string, root: YAMLMap, key: string, rendered: string): string {
  const space = rendered.startsWith("\r") || rendered.startsWith("\n") ? "" : " ";
  const line = `${key}:${space}${rendered}`;
  const commented = new RegExp(`^#[ \\t]*${key}:.*$`, "m").exec(yaml);
  const neighbour = pairOf(root, key === "https" && pairOf(root, "http") !== undefined ? "http" : "hostname");
  const after =
    commented === null
      ? endOfLine(yaml, lastContent(neighbour) ?? yaml.trimEnd().length)
      : endOfLine(yaml, commented.index);
  return `${yaml.slice(0, after)}${lineEnd(yaml)}${line}${yaml.slice(after)}`;
}

/** Where the last value of a pair ends, however deep. */
function lastContent(pair: Pair | undefined): number | undefined {
  const node = pair?.value;
  if (isMap(node)) return lastContent(node.items.at(-1));
  if (isScalar(node) && node.range) return Math.max(node.range[0], node.range[1]);
  return undefined;
}

/** As people write it, where that can be read in one way only; else in double quotes. */
function render(value: Value): string {
  if (typeof value === "number") return String(value);
  const isPlain =
    /^\/[\w./@+-]*[\w/]$/.test(value) ||
    /^https?:\/\/[\w.-]+(:\d+)?[\w./-]*$/.test(value) ||
    /^(\d{1,3}\.){3}\d{1,3}$/.test(value) ||
    (/^[a-z][a-z0-9.-]*[a-z0-9]$/.test(value) && value.includes("."));
  return isPlain ? value : JSON.stringify(value);
}

import { isMap, parseDocument, type Document } from "yaml";
import { MoorlineError } from "../../model/errors.ts";
import type { Bilingual } from "../../text/language.ts";
import { defaultEviction, saysTheSame, valueAt, type Setting, type SettingValue } from "./settings.ts";

const unreadable = (subject: string, reason: Bilingual | string): MoorlineError =>
  new MoorlineError("NODE_FILE_UNREADABLE", { subject, parameters: { reason } });

/**
 * Reads a KubeletConfiguration as values.
 * @throws NODE_FILE_UNREADABLE for what is no YAML, or is something else
 */
export function readConfiguration(text: string, subject: string): Readonly<Record<string, unknown>> {
  return parse(text, subject).toJS() as Readonly<Record<string, unknown>>;
}

function parse(text: string, subject: string): Document {
  const document = parseDocument(text, { prettyErrors: true });
  const [problem] = document.errors;
  if (problem !== undefined) throw unreadable(subject, problem.message.split("\n")[0] ?? problem.code);
  const of = (key: string): string => (isMap(document.contents) ? String(document.get(key)) : "");
  if (of("kind") !== "KubeletConfiguration" || !of("apiVersion").startsWith("kubelet.config.k8s.io/"))
    throw unreadable(subject, { en: "it is no KubeletConfiguration", zh: "不是 KubeletConfiguration" });
  return document;
}

/** A change of the file: what it must hold, or that it must not hold it. */
export interface Change extends Omit<Setting, "value"> {
  readonly value: SettingValue | undefined;
}

/**
 * Sets what differs and leaves the rest of the file as it is: order, comments, values of others.
 * @returns the same text where nothing differs
 * @throws NODE_FILE_UNREADABLE
 */
export function withSettings(text: string, changes: readonly Change[], subject: string): string {
  const document = parse(text, subject);
  const values = document.toJS() as unknown;
  const pending = changes.filter(({ path, value }) => {
    const found = valueAt(values, path);
    return value === undefined ? found !== undefined : !saysTheSame(value, found);
  });
  if (pending.length === 0) return text;
  const namesSignal = pending.some(({ path, value }) => path[0] === "evictionHard" && value !== undefined);
  if (namesSignal && !isMap(document.get("evictionHard")))
    document.set("evictionHard", document.createNode(defaultEviction));
  for (const { path, value } of pending) {
    if (value === undefined) document.deleteIn(path);
    else document.setIn(path, value);
  }
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const written = document.toString({ lineWidth: 0 });
  return eol === "\n" ? written : written.replaceAll(/\r?\n/g, eol);
}

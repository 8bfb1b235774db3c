import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import { MoorlineError } from "../../model/errors.ts";
import type { Bilingual } from "../../text/language.ts";
import {
  kubeconfigSchema,
  type Cluster,
  type Context,
  type KubeconfigFile,
  type User,
} from "./kubeconfig-schema.ts";

/** An entry, with the file that it stands in: messages name it, and relative paths start at its folder. */
export interface Entry<T> {
  readonly value: T;
  readonly file: string;
  /** `users[deployer].user`. */
  readonly field: string;
}

export interface MergedKubeconfig {
  readonly files: readonly string[];
  readonly currentContext: string | undefined;
  readonly contexts: ReadonlyMap<string, Entry<Context>>;
  readonly clusters: ReadonlyMap<string, Entry<Cluster>>;
  readonly users: ReadonlyMap<string, Entry<User>>;
}

const longestFile = 4 * 1024 * 1024;

export function invalid(
  file: string,
  field: string,
  reason: string | Bilingual,
  cause?: unknown,
): MoorlineError {
  return new MoorlineError("KUBECONFIG_INVALID", { subject: file, parameters: { field, reason }, cause });
}

/**
 * Merges kubeconfig files as kubectl does: the first to name something wins.
 * @param mustExist an absent file is an error; otherwise it is passed over
 * @returns undefined where there is none of the files
 * @throws KUBECONFIG_UNREADABLE, KUBECONFIG_INVALID
 */
export async function readKubeconfigs(
  files: readonly string[],
  mustExist: boolean,
): Promise<MergedKubeconfig | undefined> {
  const read: Named[] = [];
  for (const file of files) {
    const config = await readOne(file, mustExist);
    if (config) read.push({ file, config });
  }
  return read.length === 0 ? undefined : merge(read);
}

/** Reads one kubeconfig's text. @param source what messages call it @throws KUBECONFIG_INVALID */
export function kubeconfigOfText(text: string, source: string): MergedKubeconfig {
  return merge([{ file: source, config: parseOne(text, source) }]);
}

interface Named {
  readonly file: string;
  readonly config: KubeconfigFile;
}

function merge(read: readonly Named[]): MergedKubeconfig {
  let currentContext: string | undefined;
  const contexts = new Map<string, Entry<Context>>();
  const clusters = new Map<string, Entry<Cluster>>();
  const users = new Map<string, Entry<User>>();
  for (const { file, config } of read) {
    currentContext ||= config["current-context"];
    for (const { name, context } of config.contexts ?? [])
      addTo(contexts, name, { value: context, file, field: `contexts[${name}].context` });
    for (const { name, cluster } of config.clusters ?? [])
      addTo(clusters, name, { value: cluster, file, field: `clusters[${name}].cluster` });
    for (const { name, user } of config.users ?? [])
      addTo(users, name, { value: user ?? {}, file, field: `users[${name}].user` });
  }
  return { files: read.map((r) => r.file), currentContext, contexts, clusters, users };
}

function addTo<T>(map: Map<string, Entry<T>>, name: string, entry: Entry<T>): void {
  if (!map.has(name)) map.set(name, entry);
}

async function readOne(file: string, mustExist: boolean): Promise<KubeconfigFile | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code ?? String(thrown);
    if (code === "ENOENT" && !mustExist) return undefined;
    throw new MoorlineError("KUBECONFIG_UNREADABLE", {
      subject: file,
      parameters: { reason: code },
      cause: thrown,
    });
  }
  return parseOne(text, file);
}

function parseOne(text: string, file: string): KubeconfigFile {
  if (text.length > longestFile) throw invalid(file, "-", { en: "it is too large", zh: "文件过大" });
  let document: unknown;
  try {
    document = parse(text, { maxAliasCount: 100, prettyErrors: false });
  } catch (cause) {
    // The parser's message names line and column; its source excerpt, which may hold a token, is off.
    throw invalid(file, "-", cause instanceof Error ? cause.message : "YAML", cause);
  }
  const result = kubeconfigSchema.safeParse(document ?? {});
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw invalid(file, issue?.path.join(".") || "-", issue?.message ?? "-");
}

/**
 * A field that is given in place as base64 (`…-data`), or as a path.
 * @returns its text; undefined where neither is there
 * @throws KUBECONFIG_INVALID, KUBECONFIG_UNREADABLE
 */
export async function inlineOrFile<T extends Cluster | User>(
  entry: Entry<T>,
  field: string,
): Promise<string | undefined> {
  const values = entry.value as Readonly<Record<string, unknown>>;
  const data = values[`${field}-data`];
  if (typeof data === "string" && data !== "") {
    const text = Buffer.from(data, "base64").toString("utf8");
    if (text.includes("-----BEGIN")) return text;
    throw invalid(entry.file, `${entry.field}.${field}-data`, {
      en: "it is not base64 of PEM",
      zh: "不是 PEM 的 base64 编码",
    });
  }
  const path = values[field];
  if (typeof path !== "string" || path === "") return undefined;
  return readReferenced(resolve(dirname(entry.file), path));
}

/** @throws KUBECONFIG_UNREADABLE */
export async function readReferenced(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (thrown) {
    const reason = (thrown as NodeJS.ErrnoException).code ?? String(thrown);
    throw new MoorlineError("KUBECONFIG_UNREADABLE", {
      subject: path,
      parameters: { reason },
      cause: thrown,
    });
  }
}

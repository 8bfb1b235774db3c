import { Document, isMap, isScalar, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from "yaml";
import { MoorlineError } from "../../../model/errors.ts";
import type { Mount } from "./places.ts";

const service = "proxy";
const mark = " Mounted by Moorline (HarborRegistry.spec.tls.mutual): leave as it is.";

/** The largest override that is read. */
export const largestOverride = 1024 * 1024;

const textOf = ({ source, target, readOnly }: Mount): string => `${source}:${target}${readOnly ? ":ro" : ""}`;

/**
 * Adds our mounts to docker-compose.override.yml, or changes those that lead to the same places; what others wrote stays, with its
 * comments. Pure.
 * @param text the file as it is; undefined where there is none
 * @param version of docker-compose.yml: docker-compose v1 wants the same in both
 * @param subject the file's path
 * @throws MUTUAL_TLS_OVERRIDE_UNREADABLE
 */
export function withMounts(
  text: string | undefined,
  mounts: readonly Mount[],
  version: string | undefined,
  subject: string,
): string {
  const document = read(text, subject);
  if (hasMounts(document, mounts) && text !== undefined) return text;
  const isNew = document.contents === null;
  if (isNew) {
    document.contents = document.createNode({}) as never;
    if (version !== undefined) document.setIn(["version"], version);
  }
  if (!isMap(document.getIn(["services", service], true)))
    document.setIn(["services", service], document.createNode({}));
  removeMounts(document, mounts);
  if (volumesOf(document) === undefined)
    document.setIn(["services", service, "volumes"], document.createNode([]));
  const volumes = volumesOf(document);
  for (const [index, mount] of mounts.entries()) {
    const node = document.createNode(textOf(mount));
    if (index === 0) node.commentBefore = mark;
    volumes?.add(node);
  }
  return document.toString({ lineWidth: 0 });
}

/**
 * Takes our mounts out again.
 * @returns undefined where nothing of others is left, and the file is to go
 * @throws MUTUAL_TLS_OVERRIDE_UNREADABLE
 */
export function withoutMounts(text: string, mounts: readonly Mount[], subject: string): string | undefined {
  const document = read(text, subject);
  if (!removeMounts(document, mounts)) return text;
  prune(document, ["services", service, "volumes"]);
  prune(document, ["services", service]);
  prune(document, ["services"]);
  const left = isMap(document.contents) ? document.contents.items.map(keyOf) : [];
  if (left.some((key) => key !== "version")) return document.toString({ lineWidth: 0 });
  // The words of others stay, even where the settings that they stood by were ours.
  const words = text.split("\n").filter((line) => /^\s*#/.test(line) && line.trim() !== `#${mark}`);
  return words.length === 0 ? undefined : `${[...words, "services: {}"].join("\n")}\n`;
}

/** Whether all our mounts are there as they should be. @throws MUTUAL_TLS_OVERRIDE_UNREADABLE */
export function isMounted(text: string | undefined, mounts: readonly Mount[], subject: string): boolean {
  return text !== undefined && hasMounts(read(text, subject), mounts);
}

function hasMounts(document: Document, mounts: readonly Mount[]): boolean {
  const there = (volumesOf(document)?.items ?? []).map(mountText);
  return mounts.every((m) => there.filter((t) => targetIn(t) === m.target).join() === textOf(m));
}

/** @returns whether there was any */
function removeMounts(document: Document, mounts: readonly Mount[]): boolean {
  const volumes = volumesOf(document);
  if (volumes === undefined) return false;
  const isOurs = (item: unknown): boolean => mounts.some((m) => targetIn(mountText(item)) === m.target);
  const left = volumes.items.filter((item) => !isOurs(item));
  const found = left.length < volumes.items.length;
  volumes.items = left;
  if (volumes.commentBefore === mark) delete volumes.commentBefore;
  return found;
}

function volumesOf(document: Document): YAMLSeq | undefined {
  const found = document.getIn(["services", service, "volumes"], true);
  return isSeq(found) ? found : undefined;
}

/** A mount in compose's short form; the long form is put into it. */
function mountText(item: unknown): string {
  if (isScalar(item)) return String(item.value);
  if (!isMap(item)) return "";
  const at = (key: string): string => {
    const value: unknown = item.get(key);
    return typeof value === "string" ? value : "";
  };
  return `${at("source")}:${at("target")}${item.get("read_only") === true ? ":ro" : ""}`;
}

const targetIn = (mount: string): string | undefined => mount.split(":")[1];

function prune(document: Document, path: readonly string[]): void {
  const found = document.getIn(path, true);
  const isEmpty = (isMap(found) || isSeq(found)) && found.items.length === 0;
  if (isEmpty || (isScalar(found) && found.value === null)) document.deleteIn(path);
}

const keyOf = (pair: YAMLMap["items"][number]): string =>
  isScalar(pair.key) ? String(pair.key.value) : String(pair.key);

function read(text: string | undefined, subject: string): Document {
  if (text === undefined || text.trim() === "") return new Document();
  const document = parseDocument(text);
  const [problem] = document.errors;
  const services: unknown = document.get("services", true);
  const isRight = document.contents === null || isMap(document.contents);
  const reason =
    problem?.message.split("\n")[0] ??
    (isRight && (services === undefined || isMap(services) || (isScalar(services) && services.value === null))
      ? undefined
      : "no services in it");
  if (reason !== undefined)
    throw new MoorlineError("MUTUAL_TLS_OVERRIDE_UNREADABLE", { subject, parameters: { reason } });
  return document;
}

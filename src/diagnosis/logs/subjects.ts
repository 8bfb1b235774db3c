import type { LogRecord } from "./record.ts";

/** What a line is about, as far as it says. */
export interface Subjects {
  readonly image?: string | undefined;
  readonly host?: string | undefined;
  readonly robot?: string | undefined;
  readonly client?: string | undefined;
  readonly requestId?: string | undefined;
  /** `namespace/name` of a pod. */
  readonly pod?: string | undefined;
}

// Sticky: an expression that looks for its own beginning in a long line takes longer than all the rest.
const imageName = /[^"\\\s]{1,512}/y;
const address = /([^/\s"\\:]{1,253}(?::\d{1,5})?)\//y;
const robotName = /robot\$[\w.+-]{1,255}/y;
const podInKubelet = /Error syncing pod \S+ \("([^"_]{1,253})_([^"(]{1,253})\(/;
const repository = /^\w+ \/v2\/(.+)\/(?:manifests|blobs|tags)\//;

/** Finds them in a line. @param record the line taken apart */
export function subjectsOf(record: LogRecord): Subjects {
  const { message } = record;
  return {
    image: imageIn(message) ?? repository.exec(message)?.[1],
    host: hostIn(message),
    robot: robotIn(message),
    client: record.client,
    requestId: record.requestId,
    pod: record.object ?? podOf(record),
  };
}

/** What stands in quotes, escaped or not, after `image`, `Image` or `reference`. */
function imageIn(message: string): string | undefined {
  for (let at = message.indexOf('"'); at >= 0; at = message.indexOf('"', at + 1)) {
    const blank = message.charCodeAt(at - 1) === 0x5c ? at - 2 : at - 1;
    if (message.charCodeAt(blank) !== 0x20 || !isImageWord(message, blank)) continue;
    const name = matchAt(imageName, message, at + 1);
    if (name !== undefined) return name[0];
  }
  return undefined;
}

function isImageWord(message: string, end: number): boolean {
  if (message.startsWith("mage", end - 4)) {
    const first = message.charCodeAt(end - 5);
    return first === 0x69 || first === 0x49;
  }
  return message.startsWith("reference", end - 9);
}

function hostIn(message: string): string | undefined {
  for (let at = message.indexOf("://"); at >= 0; at = message.indexOf("://", at + 3)) {
    if (!message.startsWith("http", at - 4) && !message.startsWith("https", at - 5)) continue;
    const found = matchAt(address, message, at + 3);
    if (found !== undefined) return found[1];
  }
  return undefined;
}

function robotIn(message: string): string | undefined {
  for (let at = message.indexOf("robot$"); at >= 0; at = message.indexOf("robot$", at + 6)) {
    const found = matchAt(robotName, message, at);
    if (found !== undefined) return found[0];
  }
  return undefined;
}

function matchAt(sticky: RegExp, text: string, at: number): RegExpExecArray | undefined {
  sticky.lastIndex = at;
  return sticky.exec(text) ?? undefined;
}

function podOf({ component, message }: LogRecord): string | undefined {
  if (component !== "kubelet") return undefined;
  const found = podInKubelet.exec(message);
  return found === null ? undefined : `${found[2]}/${found[1]}`;
}

import type { LogRecord } from "./record.ts";

/** What a line is about, as far as it says. */
export interface Subjects {
  readonly image?: string;
  readonly host?: string;
  readonly robot?: string;
  readonly client?: string;
  readonly requestId?: string;
  /** `namespace/name` of a pod. */
  readonly pod?: string;
}

const image = /(?:[Ii]mage|reference) \\?"([^"\\\s]{1,512})/;
const address = /https?:\/\/([^/\s"\\:]{1,253}(?::\d{1,5})?)\//;
const robot = /robot\$[\w.+-]{1,255}/;
const podInKubelet = /Error syncing pod \S+ \("([^"_]{1,253})_([^"(]{1,253})\(/;
const repository = /^\w+ \/v2\/(.+)\/(?:manifests|blobs|tags)\//;

/** Finds them in a line. @param record the line taken apart */
export function subjectsOf(record: LogRecord): Subjects {
  const { message } = record;
  const name = image.exec(message)?.[1] ?? repository.exec(message)?.[1];
  const host = address.exec(message)?.[1];
  const account = robot.exec(message)?.[0];
  const pod = record.object ?? podOf(record);
  return {
    ...(name !== undefined && { image: name }),
    ...(host !== undefined && { host }),
    ...(account !== undefined && { robot: account }),
    ...(record.client !== undefined && { client: record.client }),
    ...(record.requestId !== undefined && { requestId: record.requestId }),
    ...(pod !== undefined && { pod }),
  };
}

function podOf({ component, message }: LogRecord): string | undefined {
  if (component !== "kubelet") return undefined;
  const found = podInKubelet.exec(message);
  return found === null ? undefined : `${found[2]}/${found[1]}`;
}

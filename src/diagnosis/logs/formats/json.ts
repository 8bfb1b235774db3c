import { z } from "zod";
import { componentNamed } from "../component.ts";
import type { LogRecord } from "../record.ts";
import { parseIsoTime } from "../time.ts";
import type { Unwrapped } from "../unwrap.ts";

const text = z.string();
const dockerFile = z.object({ log: text, time: text });
const journal = z.object({
  MESSAGE: text,
  __REALTIME_TIMESTAMP: text.optional(),
  SYSLOG_IDENTIFIER: text.optional(),
  _SYSTEMD_UNIT: text.optional(),
});
const object = z.object({ kind: text.optional(), namespace: text.optional(), name: text.optional() });
const event = z.object({
  kind: z.literal("Event"),
  type: text,
  reason: text.nullish(),
  message: text.nullish(),
  note: text.nullish(),
  involvedObject: object.optional(),
  regarding: object.optional(),
  lastTimestamp: text.nullish(),
  eventTime: text.nullish(),
  firstTimestamp: text.nullish(),
  metadata: z.object({ creationTimestamp: text.nullish() }).optional(),
});
const audit = z.object({
  auditID: text,
  requestURI: text.optional(),
  verb: text.optional(),
  requestReceivedTimestamp: text.optional(),
  stageTimestamp: text.optional(),
  sourceIPs: z.array(text).optional(),
  userAgent: text.optional(),
  objectRef: object.optional(),
  responseStatus: z.object({ code: z.number().optional(), message: text.optional() }).nullish(),
});
const plain = z.object({
  msg: text,
  level: text.optional(),
  time: text.optional(),
  ts: text.optional(),
  error: text.optional(),
});

/** What a line of JSON is: a record of its own, or a carrier of a line. */
export type JsonLine = { readonly record: LogRecord } | { readonly carried: Unwrapped };

/** Events, audit records, docker's files, journalctl -o json, and programs that log JSON. */
export function parseJson(line: string): JsonLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // A line that only begins like JSON is read as text.
    return undefined;
  }
  const docker = dockerFile.safeParse(value);
  if (docker.success) return { carried: withTime(docker.data.log.trimEnd(), docker.data.time) };
  const entry = journal.safeParse(value);
  if (entry.success) return { carried: fromJournal(entry.data) };
  const seen = event.safeParse(value);
  if (seen.success) return { record: fromEvent(seen.data) };
  const audited = audit.safeParse(value);
  if (audited.success) return { record: fromAudit(audited.data) };
  const logged = plain.safeParse(value);
  if (!logged.success) return undefined;
  const { msg, level, error } = logged.data;
  const time = parseIsoTime(logged.data.time ?? logged.data.ts ?? "");
  return {
    record: {
      component: "unknown",
      ...(time !== undefined && { time }),
      ...(level !== undefined && /^(error|fatal|panic)/i.test(level) && { level: "error" as const }),
      message: error === undefined ? msg : `${msg}: ${error}`,
    },
  };
}

const withTime = (line: string, stamp: string | undefined): Unwrapped => {
  const time = stamp === undefined ? undefined : parseIsoTime(stamp);
  return { text: line, ...(time !== undefined && { time }) };
};

function fromJournal(entry: z.infer<typeof journal>): Unwrapped {
  const component = componentNamed(entry.SYSLOG_IDENTIFIER ?? entry._SYSTEMD_UNIT ?? "");
  // Microseconds since 1970.
  const time = Number(entry.__REALTIME_TIMESTAMP) / 1000;
  return {
    text: entry.MESSAGE,
    ...(Number.isFinite(time) && { time }),
    ...(component !== undefined && { component }),
  };
}

function fromEvent(seen: z.infer<typeof event>): LogRecord {
  const about = seen.involvedObject ?? seen.regarding;
  const stamp =
    seen.lastTimestamp ?? seen.eventTime ?? seen.firstTimestamp ?? seen.metadata?.creationTimestamp;
  const time = parseIsoTime(stamp ?? "");
  return {
    component: "event",
    ...(time !== undefined && { time }),
    level: seen.type === "Warning" ? "error" : "info",
    message: `${seen.reason ?? ""}: ${seen.message ?? seen.note ?? ""}`,
    ...(about?.name !== undefined && { object: `${about.namespace ?? ""}/${about.name}` }),
  };
}

function fromAudit(record: z.infer<typeof audit>): LogRecord {
  const time = parseIsoTime(record.stageTimestamp ?? record.requestReceivedTimestamp ?? "");
  const [client] = record.sourceIPs ?? [];
  const status = record.responseStatus?.code ?? 0;
  const request = {
    method: record.verb ?? "",
    target: record.requestURI ?? "",
    status,
    bytes: 0,
    byProxyItself: false,
  };
  return {
    component: "audit",
    ...(time !== undefined && { time }),
    message: record.responseStatus?.message ?? "",
    ...(client !== undefined && { client }),
    ...(record.userAgent !== undefined && { userAgent: record.userAgent }),
    request,
  };
}

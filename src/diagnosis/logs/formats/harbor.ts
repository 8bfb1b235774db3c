import type { Component } from "../component.ts";
import type { Level, LogRecord } from "../record.ts";
import { parseIsoTime } from "../time.ts";

const line =
  /^(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)) \[(DEBUG|INFO|WARNING|ERROR|FATAL)\] \[([^\]]{1,300})\](?:\[([^\]]{0,2048})\])?: ?/;
const levels: Readonly<Record<string, Level>> = {
  DEBUG: "debug",
  INFO: "info",
  WARNING: "warning",
  ERROR: "error",
  FATAL: "error",
};

/** What stands in `name="…"`; undefined where there is nothing. */
function field(fields: string, name: string): string | undefined {
  const start = fields.indexOf(`${name}="`) + name.length + 2;
  if (start < name.length + 2) return undefined;
  const end = fields.indexOf('"', start);
  return end <= start ? undefined : fields.slice(start, end);
}

/** core, jobservice and registryctl: `2026-11-22T19:05:34Z [ERROR] [/place.go:1][requestID="…"]: message`. */
export function parseHarbor(text: string): LogRecord | undefined {
  const found = line.exec(text);
  if (found === null) return undefined;
  const [whole, stamp = "", word = "", place = "", fields = ""] = found;
  return {
    component: writer(place),
    time: parseIsoTime(stamp),
    level: levels[word],
    message: text.slice(whole.length),
    requestId: field(fields, "requestID"),
    client: field(fields, "client IP")?.replace(/:\d+$/, ""),
    userAgent: field(fields, "user agent"),
  };
}

function writer(place: string): Component {
  if (place.startsWith("/jobservice/")) return "jobservice";
  return place.startsWith("/registryctl/") ? "registryctl" : "core";
}

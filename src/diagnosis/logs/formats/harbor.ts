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

const field = (fields: string, name: string): string | undefined =>
  new RegExp(`${name}="([^"]*)"`).exec(fields)?.[1] || undefined;

/** core, jobservice and registryctl: `2026-11-22T19:05:34Z [ERROR] [/place.go:1][requestID="…"]: message`. */
export function parseHarbor(text: string): LogRecord | undefined {
  const found = line.exec(text);
  if (found === null) return undefined;
  const [whole, stamp = "", word = "", place = "", fields = ""] = found;
  const time = parseIsoTime(stamp);
  const level = levels[word];
  const requestId = field(fields, "requestID");
  const client = field(fields, "client IP");
  const userAgent = field(fields, "user agent");
  return {
    component: writer(place),
    ...(time !== undefined && { time }),
    ...(level !== undefined && { level }),
    message: text.slice(whole.length),
    ...(requestId !== undefined && { requestId }),
    ...(client !== undefined && { client: client.replace(/:\d+$/, "") }),
    ...(userAgent !== undefined && { userAgent }),
  };
}

function writer(place: string): Component {
  if (place.startsWith("/jobservice/")) return "jobservice";
  return place.startsWith("/registryctl/") ? "registryctl" : "core";
}

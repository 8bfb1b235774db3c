import type { Component } from "./component.ts";
import { parseAccess } from "./formats/access.ts";
import { parseHarbor } from "./formats/harbor.ts";
import { parseJson } from "./formats/json.ts";
import { parseKlog } from "./formats/klog.ts";
import { parseLogrus } from "./formats/logrus.ts";
import { parseSlashDated } from "./formats/nginx-error.ts";
import type { LogRecord } from "./record.ts";
import { unwrap, type Unwrapped } from "./unwrap.ts";

/**
 * Takes a line apart, whatever its format and whatever carried it. Never throws: what has no known format is a
 * message of an unknown writer.
 * @param now milliseconds, for times without a year
 * @param writer who wrote it, where neither carrier nor format tell
 */
export function parseLine(line: string, now: number, writer?: Component): LogRecord {
  const unwrapped = unwrap(line, now);
  const isNamed = writer === undefined || unwrapped.component !== undefined;
  const outer = isNamed ? unwrapped : { ...unwrapped, component: writer };
  if (!outer.text.startsWith("{")) return parseText(outer, now);
  const json = parseJson(outer.text);
  if (json === undefined) return parseText(outer, now);
  if ("record" in json) return json.record;
  const inner = unwrap(json.carried.text, now);
  return parseText(
    {
      text: inner.text,
      time: inner.time ?? json.carried.time ?? outer.time,
      component: inner.component ?? json.carried.component ?? outer.component,
    },
    now,
  );
}

function parseText({ text, time, component }: Unwrapped, now: number): LogRecord {
  const record = ofFormat(text, now);
  if (record === undefined) return { component: component ?? "unknown", message: text, time };
  // The carrier knows the program; containerd and docker, core and jobservice write alike.
  const isProxy = record.component === "nginx-access" || record.component === "nginx-error";
  const isAccess = record.request !== undefined && record.component === "registry-access";
  const writer = component === undefined || isProxy || isAccess ? record.component : component;
  const at = record.time ?? time;
  return writer === record.component && at === record.time
    ? record
    : { ...record, component: writer, time: at };
}

function ofFormat(text: string, now: number): LogRecord | undefined {
  const first = text.charCodeAt(0);
  // A digit: dates, and access logs, which begin with an address.
  if (first >= 0x30 && first <= 0x39) {
    const fifth = text.charCodeAt(4);
    const dated = fifth === 0x2d ? parseHarbor(text) : fifth === 0x2f ? parseSlashDated(text) : undefined;
    return dated ?? parseAccess(text);
  }
  if (text.startsWith("time=")) return parseLogrus(text);
  return parseKlog(text, now) ?? parseAccess(text);
}

import type { Level, LogRecord } from "../record.ts";
import { parseIsoTime } from "../time.ts";

const line = /^(\d{4})\/(\d\d)\/(\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)? (?:\[(\w+)\] \d+#\d+: (?:\*\d+ )?)?/;
const levels: Readonly<Record<string, Level>> = {
  debug: "debug",
  info: "info",
  notice: "info",
  warn: "warning",
  error: "error",
  crit: "error",
  alert: "error",
  emerg: "error",
};

/** nginx's error log, and lines of Go's own logger and of beego, which begin alike. */
export function parseSlashDated(text: string): LogRecord | undefined {
  const found = line.exec(text);
  if (found === null) return undefined;
  const [whole, year = "", month = "", day = "", clock = "", word] = found;
  const time = parseIsoTime(`${year}-${month}-${day}T${clock}Z`);
  const message = text.slice(whole.length);
  const client = /, client: ([^,]{2,64})/.exec(message)?.[1];
  const level = word === undefined ? (message.startsWith("[C]") ? "error" : undefined) : levels[word];
  return {
    component: word === undefined ? "core" : "nginx-error",
    ...(time !== undefined && { time }),
    ...(level !== undefined && { level }),
    message,
    ...(client !== undefined && { client }),
  };
}

import type { Level, LogRecord } from "../record.ts";
import { parseIsoTime } from "../time.ts";

const line = /^(\d{4})\/(\d\d)\/(\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)? (?:\[(\w+)\] \d+#\d+: (?:\*\d+ )?)?/;
const clientPattern = /[^,]{2,64}/y;
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
  const message = text.slice(whole.length);
  return {
    component: word === undefined ? "core" : "nginx-error",
    time: parseIsoTime(`${year}-${month}-${day}T${clock}Z`),
    level: word === undefined ? (message.startsWith("[C]") ? "error" : undefined) : levels[word],
    message,
    client: clientIn(message),
  };
}

/** The first of them that is an address; a sticky expression does not look for it twice. */
function clientIn(message: string): string | undefined {
  for (let at = message.indexOf(", client: "); at >= 0; at = message.indexOf(", client: ", at + 10)) {
    clientPattern.lastIndex = at + 10;
    const found = clientPattern.exec(message);
    if (found !== null) return found[0];
  }
  return undefined;
}

import type { Level, LogRecord } from "../record.ts";
import { parseIsoTime } from "../time.ts";

const line = /^time="([^"]{10,40})" level=(\w+) msg=("(?:[^"\\]|\\.)*"|\S*)(.*)$/s;
const valuePattern = /"(?:[^"\\]|\\.)*"|\S*/y;
const levels: Readonly<Record<string, Level>> = {
  trace: "debug",
  debug: "debug",
  info: "info",
  warning: "warning",
  warn: "warning",
  error: "error",
  fatal: "error",
  panic: "error",
};

/** docker-registry, containerd and docker: `time="…" level=error msg="…" key=value …`. */
export function parseLogrus(text: string): LogRecord | undefined {
  const found = line.exec(text);
  if (found === null) return undefined;
  const [, stamp = "", word = "", quoted = "", rest = ""] = found;
  const value = (key: string): string | undefined => {
    const at = rest.indexOf(` ${key}=`);
    if (at < 0) return undefined;
    valuePattern.lastIndex = at + key.length + 2;
    return plain(valuePattern.exec(rest)?.[0] ?? "");
  };
  const isRegistry = rest.includes(" go.version=");
  const error = value("error") ?? (isRegistry ? registryError(value) : undefined);
  const said = plain(quoted);
  return {
    component: isRegistry ? "registry" : "containerd",
    time: parseIsoTime(stamp),
    level: levels[word],
    message: error === undefined ? said : `${said}: ${error}`,
    ...(rest.includes(" http.") && requestIn(value)),
  };
}

function requestIn(value: (key: string) => string | undefined): Partial<LogRecord> {
  const method = value("http.request.method");
  const status = Number(value("http.response.status"));
  return {
    requestId: value("http.request.id"),
    client: value("http.request.remoteaddr")?.replace(/:\d+$/, ""),
    userAgent: value("http.request.useragent"),
    request:
      method !== undefined && status > 0
        ? { method, target: value("http.request.uri") ?? "", status, bytes: 0, byProxyItself: false }
        : undefined,
  };
}

const registryError = (value: (key: string) => string | undefined): string | undefined => {
  const parts = ["err.code", "err.message", "err.detail"].flatMap((key) => value(key) ?? []);
  return parts.length === 0 ? undefined : parts.join(" ");
};

/** Without Go's quotes. */
function plain(text: string): string {
  if (!text.startsWith('"')) return text;
  const inner = text.slice(1, -1);
  return !inner.includes("\\") ? inner : inner.replace(/\\(["\\])/g, "$1");
}

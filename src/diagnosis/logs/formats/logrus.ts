import type { Level, LogRecord } from "../record.ts";
import { parseIsoTime } from "../time.ts";

const line = /^time="([^"]{10,40})" level=(\w+) msg=("(?:[^"\\]|\\.)*"|\S*)(.*)$/s;
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
  const time = parseIsoTime(stamp);
  const level = levels[word];
  const value = (key: string): string | undefined => {
    const at = rest.indexOf(` ${key}=`);
    if (at < 0) return undefined;
    const from = rest.slice(at + key.length + 2);
    return plain(/^(?:"(?:[^"\\]|\\.)*"|\S*)/.exec(from)?.[0] ?? "");
  };
  const isRegistry = rest.includes(" go.version=");
  const error = value("error") ?? (isRegistry ? registryError(value) : undefined);
  const requestId = value("http.request.id");
  const client = value("http.request.remoteaddr")?.replace(/:\d+$/, "");
  const userAgent = value("http.request.useragent");
  const method = value("http.request.method");
  const status = Number(value("http.response.status"));
  return {
    component: isRegistry ? "registry" : "containerd",
    ...(time !== undefined && { time }),
    ...(level !== undefined && { level }),
    message: error === undefined ? plain(quoted) : `${plain(quoted)}: ${error}`,
    ...(requestId !== undefined && { requestId }),
    ...(client !== undefined && { client }),
    ...(userAgent !== undefined && { userAgent }),
    ...(method !== undefined &&
      status > 0 && {
        request: { method, target: value("http.request.uri") ?? "", status, bytes: 0, byProxyItself: false },
      }),
  };
}

const registryError = (value: (key: string) => string | undefined): string | undefined => {
  const parts = ["err.code", "err.message", "err.detail"].flatMap((key) => value(key) ?? []);
  return parts.length === 0 ? undefined : parts.join(" ");
};

/** Without Go's quotes. */
function plain(text: string): string {
  if (!text.startsWith('"')) return text;
  return text.slice(1, -1).replace(/\\(["\\])/g, "$1");
}

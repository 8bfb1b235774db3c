import type { Component } from "../component.ts";
import type { Level, LogRecord } from "../record.ts";
import { timeInYear } from "../time.ts";

const line = /^([IWEF])(\d\d)(\d\d) (\d\d:\d\d:\d\d\.\d+)\s+\d+ ([\w.-]{1,128}):\d+\] /;
const levels: Readonly<Record<string, Level>> = { I: "info", W: "warning", E: "error", F: "error" };
/** Files of ks-apiserver that log; kubelet's have other names. */
const kubesphere = new Set([
  "apiserver.go",
  "utils.go",
  "handler.go",
  "routers.go",
  "metricsserver.go",
  "cache.go",
]);

/** kubelet and ks-apiserver: `E1122 18:40:46.141674   28920 remote_image.go:50] …`. @param now for the year */
export function parseKlog(text: string, now: number): LogRecord | undefined {
  const found = line.exec(text);
  if (found === null) return undefined;
  const [whole, letter = "", month = "", day = "", clock = "", file = ""] = found;
  const time = timeInYear(Number(month) - 1, Number(day), clock, now);
  const level = levels[letter];
  const message = text.slice(whole.length);
  const component: Component =
    kubesphere.has(file) || message.includes("/kapis/") || message.includes("/workspace/pkg/kapis")
      ? "ks-apiserver"
      : "kubelet";
  const answered = component === "ks-apiserver" ? kapisRequest(message) : {};
  return {
    component,
    ...(time !== undefined && { time }),
    ...(level !== undefined && { level }),
    message,
    ...answered,
  };
}

const kapis = /^(\S{2,64}) - "(\w+) (\S+) HTTP\/[\d.]+" (\d{3}) (\d+) \d+ms/;

function kapisRequest(message: string): Pick<LogRecord, "client" | "request"> {
  const found = kapis.exec(message);
  if (found === null) return {};
  const [, client = "", method = "", target = "", status = "", bytes = ""] = found;
  const request = { method, target, status: Number(status), bytes: Number(bytes), byProxyItself: false };
  return { client, request };
}

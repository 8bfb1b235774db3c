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
  const message = text.slice(whole.length);
  const isKubesphere = kubesphere.has(file) || namesKapis(message);
  const answered = isKubesphere ? kapisRequest(message) : undefined;
  return {
    component: isKubesphere ? "ks-apiserver" : "kubelet",
    time: timeInYear(Number(month) - 1, Number(day), clock, now),
    level: levels[letter],
    message,
    client: answered?.client,
    request: answered?.request,
  };
}

const namesKapis = (message: string): boolean =>
  message.includes("kapis") && (message.includes("/kapis/") || message.includes("/workspace/pkg/kapis"));

const kapis = /^(\S{2,64}) - "(\w+) (\S+) HTTP\/[\d.]+" (\d{3}) (\d+) \d+ms/;

function kapisRequest(message: string): Pick<LogRecord, "client" | "request"> | undefined {
  const found = kapis.exec(message);
  if (found === null) return undefined;
  const [, client = "", method = "", target = "", status = "", bytes = ""] = found;
  const request = { method, target, status: Number(status), bytes: Number(bytes), byProxyItself: false };
  return { client, request };
}

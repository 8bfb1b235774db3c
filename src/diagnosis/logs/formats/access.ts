import type { LogRecord } from "../record.ts";
import { parseCommonLogTime } from "../time.ts";

/**
 * Harbor's nginx (`timed_combined`, facts: no time, user or host in compose; Helm puts `[$time_local]:` before it), and
 * the combined format of docker-registry and of other proxies.
 */
const access =
  /^(\S{2,64}) - (?:(\S+) )?(?:\[([^\]]{20,40})\]:? )?"((?:[^"\\]|\\.){0,8192})" (\d{3}) (\d+|-)(?: "([^"]{0,2048})" "((?:[^"\\]|\\.){0,2048})")?(?: (\S+)(?: (\S+))?)?/;

/** A line of an access log. @returns undefined where it is none */
export function parseAccess(text: string): LogRecord | undefined {
  const found = access.exec(text);
  if (found === null) return undefined;
  const [, client = "", , stamp, line = "", status = "", bytes = "", , userAgent, took, upstreamTook] = found;
  const [method = "", target = ""] = line.split(" ", 2);
  // nginx's own format ends with request time and upstream time; docker-registry's ends with the user agent.
  const isProxy = took !== undefined;
  return {
    component: isProxy || found[2] === undefined ? "nginx-access" : "registry-access",
    time: stamp === undefined ? undefined : parseCommonLogTime(stamp),
    message: line,
    client,
    userAgent,
    request: {
      method,
      target,
      status: Number(status),
      bytes: Number(bytes) || 0,
      byProxyItself: isProxy && upstreamTook === "-",
    },
  };
}

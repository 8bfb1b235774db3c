import type { Exchange } from "../../clients/http/endpoint.ts";
import type { Metric } from "./metrics.ts";

/** Counts what is asked of Harbor and other servers over HTTPS. */
export const countExchanges =
  (calls: Metric) =>
  ({ method, path, result }: Exchange): void =>
    calls.add({
      server: "harbor",
      verb: method.toLowerCase(),
      route: routeOf(path),
      result: typeof result === "string" ? result : result < 400 ? "ok" : String(result),
    });

/**
 * The class of a route, without the names in it: `projects/robots` of /api/v2.0/projects/demo/robots, `registry/manifests`
 * of /v2/demo/app/manifests/1.
 */
export function routeOf(path: string): string {
  const [first, ...rest] = path.split("?")[0]!.split("/").slice(1);
  if (first === "service") return "token";
  if (first === "v2")
    return ["registry", rest.findLast((part) => /^(manifests|blobs|tags|referrers)$/.test(part))]
      .filter((part) => part !== undefined)
      .join("/");
  if (first !== "api") return "other";
  const [, collection, , below] = rest;
  return (
    [collection, below].filter((part) => part !== undefined && /^[a-z0-9-]+$/i.test(part)).join("/") ||
    "other"
  );
}

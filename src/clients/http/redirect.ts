import { MoorlineError } from "../../model/errors.ts";
import type { HttpHeaders } from "./response.ts";

const redirects = new Set([301, 302, 303, 307, 308]);

/** Where an answer sends the client; undefined when it sends it nowhere. */
export function redirectTarget(
  status: number,
  headers: HttpHeaders,
  from: { readonly origin: string; readonly path: string },
): URL | undefined {
  if (!redirects.has(status) || headers.location === undefined) return undefined;
  return URL.canParse(headers.location, from.origin + from.path)
    ? new URL(headers.location, from.origin + from.path)
    : undefined;
}

/**
 * Only reads are repeated elsewhere, and never over a weaker channel.
 * @throws NETWORK_REDIRECT_REFUSED
 */
export function mayFollow(method: string, location: URL, base: URL, subject: string): void {
  const refuse = (reason: string) =>
    new MoorlineError("NETWORK_REDIRECT_REFUSED", {
      subject,
      // A signed query (S3) is a credential; the path is enough to say where.
      parameters: { location: location.origin + location.pathname, reason },
    });
  if (method !== "GET" && method !== "HEAD") throw refuse(`${method} is not repeated elsewhere`);
  if (location.protocol !== "https:" && base.protocol === "https:") throw refuse("it leaves HTTPS");
  if (location.protocol !== "https:" && location.protocol !== "http:") throw refuse("it leaves HTTP");
}

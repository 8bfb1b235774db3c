import { MoorlineError } from "../../model/errors.ts";

/** A repeated parameter is a list; undefined leaves a parameter out. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/**
 * Reads a server's URL.
 * @throws NETWORK_URL_INVALID
 */
export function parseBaseUrl(text: string): URL {
  const invalid = (reason: string) =>
    new MoorlineError("NETWORK_URL_INVALID", { subject: withoutUserinfo(text), parameters: { reason } });
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw invalid("it does not parse as a URL");
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") throw invalid("it is neither https nor http");
  // A password in a URL would travel into every message that names the URL.
  if (url.username !== "" || url.password !== "") throw invalid("it holds a user or password");
  if (url.search !== "" || url.hash !== "") throw invalid("it has a query or fragment");
  return url;
}

/** Up to the last @: a password with a slash in it does not parse as one, and must not be shown all the same. */
function withoutUserinfo(text: string): string {
  return text.replace(/^(\w+:\/\/)?.*@/s, "$1");
}

/** Path and query as sent; nothing is decoded, joined or normalised, so that double-encoded names survive. */
export function pathOf(base: URL, path: string, query: Query | undefined): string {
  const prefix = base.pathname.replace(/\/+$/, "");
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue;
    if (Array.isArray(value)) for (const each of value as readonly string[]) parameters.append(name, each);
    else parameters.append(name, String(value));
  }
  const search = parameters.toString();
  if (search === "") return prefix + path;
  return `${prefix}${path}${path.includes("?") ? "&" : "?"}${search}`;
}

/** Loopback needs no TLS: nobody else can listen. */
export function isPrivateToThisMachine(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/**
 * Refuses to show a credential to everybody on the way.
 * @throws NETWORK_SECRET_OVER_PLAIN_HTTP
 */
export function refusePlainHttp(url: string): void {
  if (url.startsWith("https:") || isPrivateToThisMachine(url)) return;
  throw new MoorlineError("NETWORK_SECRET_OVER_PLAIN_HTTP", { subject: url });
}

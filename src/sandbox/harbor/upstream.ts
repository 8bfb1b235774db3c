import { Agent, fetch as undiciFetch } from "undici";
import { z } from "zod";
import type { Registry } from "./records.ts";
import type { Site } from "./site.ts";

const timeoutMilliseconds = 30_000;
/** A blob may take longer than an answer; Harbor's own client waits 30 minutes (facts/harbor.md §1.1). */
const bodyTimeoutMilliseconds = 30 * 60_000;

const tokenSchema = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/**
 * Asks an upstream registry, with the credential stored for it, following one Bearer challenge.
 * @returns the answer, or undefined where the registry cannot be reached
 */
export async function upstream(
  site: Site,
  registry: Registry,
  path: string,
  ask: { readonly repository?: string; readonly accept?: string } = {},
): Promise<Response | undefined> {
  const base = site.resolve(registry.url).replace(/\/+$/, "");
  const headers: Record<string, string> = ask.accept === undefined ? {} : { accept: ask.accept };
  const basic = basicOf(registry);
  try {
    const first = await get(
      registry,
      base + path,
      basic === undefined ? headers : { ...headers, authorization: basic },
    );
    const bearer = first.status === 401 ? bearerOf(first) : undefined;
    if (bearer === undefined) return first;
    const url = new URL(bearer.realm);
    url.searchParams.set("service", bearer.service);
    if (ask.repository !== undefined) url.searchParams.set("scope", `repository:${ask.repository}:pull`);
    const answer = await get(registry, url.href, basic === undefined ? {} : { authorization: basic });
    const token = tokenSchema.parse(await answer.json());
    return await get(registry, base + path, {
      ...headers,
      authorization: `Bearer ${token.token || token.access_token}`,
    });
  } catch {
    // Unreachable, refused TLS, no answer: to Harbor all of these are an unhealthy registry.
    return undefined;
  }
}

/** Whether the registry answers `/v2/` to its credential. */
export async function isHealthy(site: Site, registry: Registry): Promise<boolean> {
  const answer = await upstream(site, registry, "/v2/");
  await answer?.body?.cancel();
  return answer?.status === 200;
}

async function get(registry: Registry, url: string, headers: Record<string, string>): Promise<Response> {
  return undiciFetch(url, {
    headers,
    dispatcher: dispatcherOf(registry),
    signal: AbortSignal.timeout(bodyTimeoutMilliseconds),
  });
}

/** Verification is off only where the registry was stored with `insecure: true`, as Harbor does it. */
function dispatcherOf(registry: Registry): Agent {
  const ca = registry.caCertificate === "" ? {} : { ca: registry.caCertificate };
  return new Agent({
    connect: { rejectUnauthorized: !registry.insecure, timeout: timeoutMilliseconds, ...ca },
    headersTimeout: timeoutMilliseconds,
    keepAliveTimeout: 1000,
  });
}

function basicOf(registry: Registry): string | undefined {
  if (registry.accessKey === "") return undefined;
  return `Basic ${Buffer.from(`${registry.accessKey}:${registry.accessSecret}`).toString("base64")}`;
}

function bearerOf(answer: Response): { realm: string; service: string } | undefined {
  const header = answer.headers.get("www-authenticate") ?? "";
  const realm = /^Bearer .*realm="([^"]*)"/i.exec(header)?.[1];
  return realm === undefined ? undefined : { realm, service: /service="([^"]*)"/.exec(header)?.[1] ?? "" };
}

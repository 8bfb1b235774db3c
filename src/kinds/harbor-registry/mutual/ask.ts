import { openEndpoint } from "../../../clients/http/endpoint.ts";
import type { TlsOptions } from "../../../clients/http/tls-options.ts";
import { fromUnknown, isError } from "../../../model/errors.ts";
import type { World } from "../../world.ts";
import type { Coverable } from "./schema.ts";

/** One request that anybody may send, for each thing that may be covered. */
export const probes: readonly { readonly path: Coverable; readonly request: string }[] = [
  { path: "registry", request: "/v2/" },
  { path: "registry", request: "/service/token?service=harbor-registry" },
  { path: "api", request: "/api/v2.0/ping" },
  { path: "portal", request: "/" },
];

/** What became of a request: `served` by Harbor, `refused` for want of a certificate that holds, or it `failed` altogether. */
export type Outcome =
  | { readonly outcome: "served"; readonly status: number }
  | { readonly outcome: "refused" }
  | { readonly outcome: "failed"; readonly reason: string };

/** By this name proofs are known in the log of clients. */
export const proofAgent = "moorline-proof";

/** Asks once, over a connection of its own: one that was there before would still speak to the nginx of before a reload. */
export async function ask(
  url: string,
  tls: TlsOptions,
  request: string,
  signal: AbortSignal,
): Promise<Outcome> {
  await using endpoint = openEndpoint(url, {
    tls,
    connections: 1,
    timeoutMs: 10_000,
    headers: { "user-agent": proofAgent },
  });
  const [path = "/", query = ""] = request.split("?");
  try {
    const answer = await endpoint.request({
      method: "GET",
      path,
      query: Object.fromEntries(new URLSearchParams(query)),
      signal,
      maxBodyBytes: 1024 * 1024,
    });
    // Harbor's proxy answers so when what is behind it is not there.
    if (answer.status >= 500) return { outcome: "failed", reason: `HTTP ${answer.status}` };
    return { outcome: "served", status: answer.status };
  } catch (thrown) {
    if (isError(thrown, "TLS_CLIENT_CERTIFICATE_REQUIRED", "TLS_CLIENT_CERTIFICATE_REFUSED"))
      return { outcome: "refused" };
    if (signal.aborted) throw thrown;
    const { code } = fromUnknown(thrown, url);
    return { outcome: "failed", reason: code };
  }
}

/** What a way should be like: whether Moorline's certificate is shown, and what must come of it. */
export interface Expectation {
  readonly path: Coverable;
  readonly request: string;
  readonly certificate: boolean;
  readonly expected: "served" | "refused";
}

/** Everything to try while so much is covered. Pure. */
export function expectations(covered: readonly Coverable[], hasCertificate: boolean): readonly Expectation[] {
  return probes.flatMap(({ path, request }): Expectation[] => [
    ...(hasCertificate ? [{ path, request, certificate: true, expected: "served" } as const] : []),
    { path, request, certificate: false, expected: covered.includes(path) ? "refused" : "served" },
  ]);
}

/** An expectation with what came of it. */
export interface Tried extends Expectation {
  readonly seen: Outcome;
  readonly ok: boolean;
}

/** Tries every expectation, each once. */
export async function tryAll(
  url: string,
  tls: TlsOptions,
  all: readonly Expectation[],
  signal: AbortSignal,
): Promise<readonly Tried[]> {
  const { clientCertificate, ...without } = tls;
  const tried: Tried[] = [];
  for (const each of all) {
    const options = each.certificate && clientCertificate !== undefined ? tls : without;
    const seen = await ask(url, options, each.request, signal);
    tried.push({ ...each, seen, ok: seen.outcome === each.expected });
  }
  return tried;
}

/** nginx takes a moment until its new workers alone answer. */
const patience = { attempts: 20, pause: 250 };

/**
 * Tries until everything is as expected, for about five seconds.
 * @returns what is not, as the last attempt saw it
 */
export async function waitFor(
  url: string,
  tls: TlsOptions,
  all: readonly Expectation[],
  world: Pick<World, "clock">,
  signal: AbortSignal,
): Promise<readonly Tried[]> {
  for (let attempt = 1; ; attempt++) {
    const wrong = (await tryAll(url, tls, all, signal)).filter((t) => !t.ok);
    if (wrong.length === 0 || attempt >= patience.attempts) return wrong;
    await world.clock.sleep(patience.pause, signal);
  }
}

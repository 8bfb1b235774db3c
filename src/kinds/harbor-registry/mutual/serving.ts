import type { TlsOptions } from "../../../clients/http/tls-options.ts";
import type { RunContext } from "../../../engine/kind.ts";
import { nameOf, type Document } from "../../../model/document.ts";
import { fromUnknown, MoorlineError } from "../../../model/errors.ts";
import { resolveClientCertificate } from "../../shared/client-certificate-source.ts";
import { resolveTrust } from "../../shared/trust-source.ts";
import type { World } from "../../world.ts";
import type { HarborRegistrySpec } from "../schema.ts";
import { ask, expectations, probes, waitFor, type Tried } from "./ask.ts";
import type { Coverable } from "./schema.ts";

type Context = RunContext<HarborRegistrySpec, World>;

/** What answered before anything was touched: who was down already is no fault of ours. */
export interface Before {
  readonly covered: readonly Coverable[];
  readonly requests: readonly string[];
}

export async function answering(context: Context): Promise<Before> {
  const { tls, url } = await dialling(context);
  const requests: string[] = [];
  const covered: Coverable[] = [];
  const { clientCertificate: _, ...without } = tls;
  for (const { path, request } of probes) {
    const seen = await ask(url, without, request, context.signal);
    if (seen.outcome !== "failed") requests.push(request);
    if (seen.outcome === "refused") covered.push(path);
  }
  return { covered: [...new Set(covered)], requests };
}

/** @throws MUTUAL_TLS_NOT_SERVING with what was not as it should be */
export async function requireServing(before: Before, context: Context): Promise<void> {
  const { tls, url } = await dialling(context);
  const isExempt = context.document.spec.tls.mutualTls.exempt.length > 0;
  const all = expectations(before.covered, tls.clientCertificate !== undefined)
    .filter((e) => before.requests.includes(e.request))
    // This machine may be one of those that are let in by address; verify looks into that.
    .filter((e) => !(isExempt && e.expected === "refused"));
  const wrong = await waitFor(url, tls, all, context.world, context.signal);
  if (wrong.length === 0) return;
  throw new MoorlineError("MUTUAL_TLS_NOT_SERVING", {
    subject: url,
    parameters: { problems: wrong.map(problemOf).join("; ") },
  });
}

/** What was seen, in few words that need no translation. */
export function problemOf({ request, certificate, seen }: Tried): string {
  const how = certificate ? "+cert" : "-cert";
  const what =
    seen.outcome === "served" ? `HTTP ${seen.status}` : seen.outcome === "refused" ? "HTTP 400" : seen.reason;
  return `${request.split("?")[0]} (${how}): ${what}`;
}

async function dialling({ document, world, signal }: Context): Promise<{ tls: TlsOptions; url: string }> {
  return { url: new URL(document.spec.url).origin, tls: await tlsOf(document, world, signal) };
}

/** How the document reaches Harbor; unlike with `connectHarbor`, nobody logs in. */
export async function tlsOf(
  { spec, source }: Document<HarborRegistrySpec>,
  world: World,
  signal: AbortSignal,
): Promise<TlsOptions> {
  const { ca, clientCertificate, minimumVersion, insecureSkipTlsVerify } = spec.tls;
  return {
    ...(ca !== undefined && { ca: await resolveTrust(ca, source.directory, world, signal) }),
    ...(clientCertificate !== undefined && {
      clientCertificate: await resolveClientCertificate(clientCertificate, source.directory, world, signal),
    }),
    minimumVersion,
    ...(insecureSkipTlsVerify && { insecureSkipVerify: true }),
  };
}

const putBackLimitMs = 300_000;

/**
 * Puts back what was there, and proves that it serves.
 * @throws always: MUTUAL_TLS_PUT_BACK, or MUTUAL_TLS_NOT_PUT_BACK where even that failed
 */
export async function putBack(
  thrown: unknown,
  context: Context,
  before: Before,
  restore: (signal: AbortSignal) => Promise<void>,
): Promise<never> {
  // Putting back is not given up because somebody wants to stop: that may be the very reason for it.
  const late = AbortSignal.timeout(putBackLimitMs);
  const subject = nameOf(context.document);
  const reason = fromUnknown(thrown, subject).message;
  try {
    await restore(late);
    await requireServing(before, { ...context, signal: late });
  } catch (second) {
    const parameters = { reason, second: fromUnknown(second, subject).message };
    throw new MoorlineError("MUTUAL_TLS_NOT_PUT_BACK", { subject, parameters, cause: second });
  }
  throw new MoorlineError("MUTUAL_TLS_PUT_BACK", { subject, parameters: { reason }, cause: thrown });
}

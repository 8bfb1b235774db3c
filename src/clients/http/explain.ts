import type { MoorlineError } from "../../model/errors.ts";
import { tlsCodeOf, tlsFailure, type Place } from "../tls/failures.ts";
import type { Dial } from "../host/host.ts";
import { observedNames, probeTls, type TlsObservation } from "../tls/probe.ts";
import type { TlsOptions } from "./tls-options.ts";

interface Where {
  readonly place: Place;
  readonly tls: TlsOptions | undefined;
  readonly dial: Dial | undefined;
  readonly signal: AbortSignal;
}

/** A second look at a failing server must stay short: the caller waits for it. */
const probeLimitMs = 3000;

function look({ place, tls, dial, signal }: Where): Promise<TlsObservation> {
  return probeTls({
    host: place.host,
    port: place.port,
    timeoutMs: probeLimitMs,
    signal,
    ...(tls && { tls }),
    ...(dial && { dial }),
  });
}

/**
 * A connection closed before the first answer: with TLS 1.3 that is all that undici sees of a refused client
 * certificate (facts/stack.md §1.4). A bare TLS exchange tells the alert.
 * @returns a clearer error where there is one, else the one given
 */
export async function explainClosedConnection(error: MoorlineError, where: Where): Promise<MoorlineError> {
  const seen = await look(where);
  if (seen.client === "required")
    return tlsFailure("TLS_CLIENT_CERTIFICATE_REQUIRED", where.place, error.cause);
  if (seen.client === "refused") {
    return tlsFailure(
      "TLS_CLIENT_CERTIFICATE_REFUSED",
      where.place,
      new Error(seen.failure ?? "it closed the connection on seeing it"),
    );
  }
  const code = tlsCodeOf(seen.failure ?? "", where.place.sentClientCertificate);
  return code ? tlsFailure(code, where.place, error.cause) : error;
}

const aboutTheCertificate = new Set([
  "TLS_UNKNOWN_AUTHORITY",
  "TLS_NAME_MISMATCH",
  "TLS_CERTIFICATE_EXPIRED",
  "TLS_NOT_YET_VALID",
]);

/** Adds who issued the served certificate, for which names and dates; verification hides them from undici. */
export async function explainUntrusted(error: MoorlineError, where: Where): Promise<MoorlineError> {
  if (!aboutTheCertificate.has(error.code)) return error;
  const served = observedNames(await look(where));
  return served
    ? tlsFailure(error.code as Parameters<typeof tlsFailure>[0], where.place, error.cause, served)
    : error;
}

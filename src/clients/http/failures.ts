import { MoorlineError } from "../../model/errors.ts";
import { tlsCodeOf, tlsFailure, type Place } from "../tls/failures.ts";

export type { Place } from "../tls/failures.ts";

interface NodeError {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly data?: string;
  readonly cause?: unknown;
  readonly errors?: readonly unknown[];
}

const unresolved = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "EAI_NODATA", "EAI_NONAME"]);
const unreachable = new Set(["EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL", "ENETDOWN", "EHOSTDOWN"]);
const timedOut = new Set([
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
]);
const closed = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED", "UND_ERR_SOCKET", "UND_ERR_INFO"]);

/** The innermost error that carries a code: undici wraps, and happy eyeballs gather (RFC 8305). */
function rootOf(thrown: unknown): NodeError {
  let error = (
    typeof thrown === "object" && thrown !== null ? thrown : { message: String(thrown) }
  ) as NodeError;
  for (let depth = 0; depth < 5; depth++) {
    const inner = error.errors?.[0] ?? (error.code === undefined ? error.cause : undefined);
    if (typeof inner !== "object" || inner === null) break;
    error = inner;
  }
  return error;
}

/** The peer closed without a reason that HTTP or this side's TLS could see. */
export function isClosedByPeer(thrown: unknown): boolean {
  return closed.has(rootOf(thrown).code ?? "");
}

/** Seconds. */
export interface Limits {
  readonly connect: number;
  readonly exchange: number;
}

/**
 * Puts a transport error into words.
 * @param limits seconds that connecting and the whole exchange may take, for time-outs
 */
export function transportError(thrown: unknown, place: Place, limits: Limits): MoorlineError {
  if (thrown instanceof MoorlineError) return thrown;
  const root = rootOf(thrown);
  const code = root.code ?? "";
  const reason = root.message ?? code;
  const { subject, host, port } = place;
  const make = (of: MoorlineError["code"], extra: object = {}) =>
    new MoorlineError(of, { subject, parameters: { host, port, reason, ...extra }, cause: thrown });

  if (unresolved.has(code)) {
    const text = new MoorlineError("NETWORK_NAME_NOT_RESOLVED", {
      subject,
      parameters: { host, reason: code },
      cause: thrown,
      // EAI_AGAIN: the resolver itself did not answer, which passes; ENOTFOUND does not.
      retry: code === "EAI_AGAIN" ? "later" : "never",
    });
    return text;
  }
  if (code === "ECONNREFUSED") return make("NETWORK_CONNECTION_REFUSED");
  if (unreachable.has(code)) return make("NETWORK_UNREACHABLE", { reason: code });
  if (timedOut.has(code)) {
    const phase = phaseOf(code);
    return timeoutError(place, phase === "connect" ? limits.connect : limits.exchange, phase, thrown);
  }
  const tls = tlsCodeOf(code, place.sentClientCertificate);
  if (tls) return tlsFailure(tls, place, root);
  // A TLS alert or ServerHello read as HTTP: record type 21 or 22, then major version 3.
  if (code.startsWith("HPE_") || root.name === "HTTPParserError") {
    const data = root.data ?? "";
    const isTlsRecord = [21, 22].includes(data.charCodeAt(0)) && data.charCodeAt(1) === 3;
    return make(isTlsRecord ? "TLS_PLAIN_HTTP_ON_HTTPS_PORT" : "NETWORK_NOT_HTTP");
  }
  if (closed.has(code)) return make("NETWORK_RESET");
  return make("NETWORK_FAILED");
}

/** The error of a limit of our own. */
export function timeoutError(place: Place, seconds: number, phase: Phase, cause?: unknown): MoorlineError {
  const { subject, host, port } = place;
  return new MoorlineError("NETWORK_TIMEOUT", {
    subject,
    parameters: { host, port, seconds, phase: phases[phase] },
    cause,
  });
}

const phases = {
  connect: { en: "connecting", zh: "建立连接" },
  headers: { en: "waiting for the answer", zh: "等待响应" },
  body: { en: "waiting for the rest of the answer", zh: "等待剩余响应" },
} as const;
export type Phase = keyof typeof phases;

function phaseOf(code: string): Phase {
  if (code === "UND_ERR_HEADERS_TIMEOUT") return "headers";
  return code === "UND_ERR_BODY_TIMEOUT" ? "body" : "connect";
}

/**
 * Proxies that speak HTTP tell TLS mistakes in a 400 page: nginx (its 400, 495, 496, 497 pages) and Go's net/http.
 * @returns undefined for any other page
 */
export function tlsMistakeInPage(status: number, page: string, place: Place): MoorlineError | undefined {
  if (status !== 400) return undefined;
  if (page.includes("No required SSL certificate was sent")) {
    return tlsFailure("TLS_CLIENT_CERTIFICATE_REQUIRED", place, new Error("400"));
  }
  if (page.includes("The SSL certificate error")) {
    return tlsFailure("TLS_CLIENT_CERTIFICATE_REFUSED", place, new Error("400 The SSL certificate error"));
  }
  if (
    page.includes("The plain HTTP request was sent to HTTPS port") ||
    page.includes("Client sent an HTTP request to an HTTPS server")
  ) {
    return tlsFailure("TLS_PLAIN_HTTP_ON_HTTPS_PORT", place, new Error("400"));
  }
  return undefined;
}

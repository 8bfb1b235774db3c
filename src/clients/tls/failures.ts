import { MoorlineError } from "../../model/errors.ts";
import type { Parameters } from "../../text/template.ts";

/** Where a failure happened, for its text. */
export interface Place {
  /** The URL as the user knows it. */
  readonly subject: string;
  readonly host: string;
  readonly port: number;
  readonly minimumVersion?: string;
  /** A client certificate was configured: an alert then means that it was refused. */
  readonly sentClientCertificate: boolean;
}

type TlsCode = Extract<MoorlineError["code"], `TLS_${string}`>;

/** OpenSSL's verification results, as Node names them. */
const verification: Readonly<Record<string, TlsCode>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "TLS_UNKNOWN_AUTHORITY",
  UNABLE_TO_GET_ISSUER_CERT: "TLS_UNKNOWN_AUTHORITY",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "TLS_UNKNOWN_AUTHORITY",
  SELF_SIGNED_CERT_IN_CHAIN: "TLS_UNKNOWN_AUTHORITY",
  DEPTH_ZERO_SELF_SIGNED_CERT: "TLS_UNKNOWN_AUTHORITY",
  CERT_SIGNATURE_FAILURE: "TLS_UNKNOWN_AUTHORITY",
  CERT_UNTRUSTED: "TLS_UNKNOWN_AUTHORITY",
  ERR_TLS_CERT_ALTNAME_INVALID: "TLS_NAME_MISMATCH",
  HOSTNAME_MISMATCH: "TLS_NAME_MISMATCH",
  CERT_HAS_EXPIRED: "TLS_CERTIFICATE_EXPIRED",
  CERT_NOT_YET_VALID: "TLS_NOT_YET_VALID",
  CERT_REVOKED: "TLS_CERTIFICATE_INVALID",
  CERT_REJECTED: "TLS_CERTIFICATE_INVALID",
  CERT_CHAIN_TOO_LONG: "TLS_CERTIFICATE_INVALID",
  INVALID_CA: "TLS_CERTIFICATE_INVALID",
  INVALID_PURPOSE: "TLS_CERTIFICATE_INVALID",
  PATH_LENGTH_EXCEEDED: "TLS_CERTIFICATE_INVALID",
  UNSPECIFIED: "TLS_CERTIFICATE_INVALID",
};

/** Alerts about a client's certificate (RFC 8446 §6.2); the names keep the version that first had the alert. */
const clientAlerts =
  /ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_REVOKED|CERTIFICATE_EXPIRED|CERTIFICATE_UNKNOWN|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)$/;

/** The server's alert speaks of the client's certificate. */
export function isClientAlert(code: string): boolean {
  return clientAlerts.test(code);
}

/**
 * What a TLS error code of Node or OpenSSL means.
 * @returns undefined for a code that is not TLS's
 */
export function tlsCodeOf(code: string, sentClientCertificate: boolean): TlsCode | undefined {
  const verified = verification[code];
  if (verified) return verified;
  if (!code.startsWith("ERR_SSL_")) return undefined;
  if (code.endsWith("ALERT_CERTIFICATE_REQUIRED")) return "TLS_CLIENT_CERTIFICATE_REQUIRED";
  if (isClientAlert(code)) {
    return sentClientCertificate ? "TLS_CLIENT_CERTIFICATE_REFUSED" : "TLS_CLIENT_CERTIFICATE_REQUIRED";
  }
  if (/ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE|VERSION_TOO_LOW/.test(code)) {
    return "TLS_PROTOCOL_TOO_OLD";
  }
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|RECORD_TOO_SMALL/.test(code)) {
    return "TLS_SERVER_SPEAKS_PLAIN_HTTP";
  }
  return "TLS_HANDSHAKE_FAILED";
}

/** The fields of Node's TLS errors that help to say what is wrong. */
interface NodeTlsError {
  readonly message?: string;
  readonly reason?: string;
  readonly cert?: {
    subjectaltname?: string;
    subject?: { CN?: string };
    issuer?: { CN?: string; O?: string };
  };
}

/** Facts about the served certificate, where a probe could read it. */
export interface ServedCertificate {
  readonly issuer: string;
  readonly names: string;
  readonly notBefore: string;
  readonly notAfter: string;
}

/** Makes the error of a TLS code. */
export function tlsFailure(
  code: TlsCode,
  place: Place,
  thrown: unknown,
  served?: ServedCertificate,
): MoorlineError {
  const told = (typeof thrown === "object" && thrown !== null ? thrown : {}) as NodeTlsError;
  const parameters: Parameters = {
    host: place.host,
    port: place.port,
    url: place.subject,
    reason: told.reason ?? told.message ?? String(thrown),
    names: served?.names ?? told.cert?.subjectaltname ?? told.cert?.subject?.CN ?? "?",
    issuer: served?.issuer ?? told.cert?.issuer?.CN ?? "?",
    notAfter: served?.notAfter ?? "?",
    notBefore: served?.notBefore ?? "?",
    minimum: place.minimumVersion ?? "TLSv1.2",
  };
  return new MoorlineError(code, { subject: place.subject, parameters, cause: thrown });
}

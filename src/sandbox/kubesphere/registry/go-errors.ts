import { getServers } from "node:dns";
import { isIP } from "node:net";
import type { PeerCertificate } from "node:tls";

const unknownAuthority = new Set([
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_UNTRUSTED",
]);

/** What Go's TLS client says where Node refused a certificate; undefined for all other errors. */
export function certificateProblem(
  code: string,
  certificate: PeerCertificate | undefined,
  now: Date,
): string | undefined {
  if (unknownAuthority.has(code)) return "x509: certificate signed by unknown authority";
  if (code !== "CERT_HAS_EXPIRED" && code !== "CERT_NOT_YET_VALID") return undefined;
  const what = "x509: certificate has expired or is not yet valid";
  if (certificate === undefined) return what;
  const time = (at: Date): string => at.toISOString().replace(/\.\d+Z$/, "Z");
  const isLate = code === "CERT_HAS_EXPIRED";
  const limit = time(new Date(isLate ? certificate.valid_to : certificate.valid_from));
  return `${what}: current time ${time(now)} is ${isLate ? "after" : "before"} ${limit}`;
}

/** What Go says where a certificate is for other names, given Node's text of its alternative names. */
export function nameProblem(alternatives: string, host: string): string | undefined {
  const entries = alternatives.split(", ").filter((entry) => entry !== "");
  const of = (type: string): readonly string[] =>
    entries.filter((entry) => entry.startsWith(type)).map((entry) => entry.slice(type.length));
  const [names, addresses] = [of("DNS:"), of("IP Address:")];
  if (isIP(host) !== 0) {
    if (addresses.includes(host)) return undefined;
    return addresses.length === 0
      ? `x509: cannot validate certificate for ${host} because it doesn't contain any IP SANs`
      : `x509: certificate is valid for ${addresses.join(", ")}, not ${host}`;
  }
  if (names.some((name) => nameMatches(name.toLowerCase(), host.toLowerCase()))) return undefined;
  if (entries.length === 0) return "x509: certificate relies on legacy Common Name field, use SANs instead";
  return names.length === 0
    ? `x509: certificate is not valid for any names, but wanted to match ${host}`
    : `x509: certificate is valid for ${names.join(", ")}, not ${host}`;
}

function nameMatches(pattern: string, host: string): boolean {
  if (!pattern.startsWith("*.")) return pattern === host;
  const dot = host.indexOf(".");
  return dot > 0 && host.slice(dot) === pattern.slice(1);
}

/** What Go says where no connection came about, or it broke. */
export function connectionProblem(error: NodeJS.ErrnoException, host: string, port: number): string {
  const address = (error as { address?: string }).address ?? host;
  switch (error.code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return noSuchHost(host);
    case "ECONNREFUSED":
      return `dial tcp ${address}:${port}: connect: connection refused`;
    case "ETIMEDOUT":
    case "ABORT_ERR":
      return `dial tcp ${address}:${port}: i/o timeout`;
    case "ECONNRESET":
      return `read tcp: read: connection reset by peer`;
    default:
      break;
  }
  if (/wrong version number|packet length too long|http request/i.test(error.message))
    return "http: server gave HTTP response to HTTPS client";
  if (/certificate required/i.test(error.message)) return "remote error: tls: certificate required";
  if (/alert (bad certificate|number 42)/i.test(error.message)) return "remote error: tls: bad certificate";
  return error.message;
}

export function noSuchHost(host: string): string {
  const server = getServers()[0] ?? "127.0.0.1";
  return `dial tcp: lookup ${host} on ${/:\d+$/.test(server) ? server : `${server}:53`}: no such host`;
}

import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import { connect, type ConnectionOptions, type DetailedPeerCertificate, type TLSSocket } from "node:tls";
import type { Dial } from "../host/host.ts";
import type { TlsOptions } from "../http/tls-options.ts";
import { isError } from "../../model/errors.ts";
import { dialFromHere } from "../host/dial.ts";
import { isClientAlert, type ServedCertificate } from "./failures.ts";
import { rootlessContextOf, secureContextOf } from "./secure-context.ts";

export interface TlsProbe {
  readonly host: string;
  readonly port: number;
  /** SNI and expected name; the host by default. */
  readonly serverName?: string;
  readonly tls?: TlsOptions;
  readonly signal?: AbortSignal;
  /** Limit for each of the two handshakes; default 10 s. */
  readonly timeoutMs?: number;
  /** Opens the connection, so that another machine's network is seen; from this machine by default. */
  readonly dial?: Dial;
}

/** What a TLS server showed, whether it is trusted or not. */
export interface TlsObservation {
  /** TCP connected. */
  readonly connected: boolean;
  /** The handshake ended, as far as the client can tell. */
  readonly handshake: boolean;
  /** What the server served, leaf first, each followed by its issuer; nothing that the trust store added. */
  readonly chainPem: readonly string[];
  readonly protocol: string | undefined;
  readonly cipher: string | undefined;
  /** The chain verifies against the given roots and the name fits. */
  readonly authorized: boolean;
  /** OpenSSL's or Node's code when it does not, such as UNABLE_TO_VERIFY_LEAF_SIGNATURE. */
  readonly authorizationError: string | undefined;
  /** Upper-case hexadecimal. */
  readonly servedSerial: string | undefined;
  readonly servedNames: string | undefined;
  readonly servedIssuer: string | undefined;
  readonly notBefore: Date | undefined;
  readonly notAfter: Date | undefined;
  /**
   * What became of a client without, or with, its certificate: `accepted`: the server answered a request; `required`:
   * it refused for lack of one; `refused`: it refused the one that was sent, or closed right after it; `unknown`: it closed without a word.
   */
  readonly client: "accepted" | "required" | "refused" | "unknown";
  /** Code of what ended the probe early: ECONNREFUSED, ERR_SSL_…, PROBE_TIMEOUT, PROBE_CANCELLED. */
  readonly failure: string | undefined;
}

type Draft = { -readonly [K in keyof TlsObservation]: TlsObservation[K] };

/**
 * Shakes hands with a TLS server and tells what it showed; never throws for what the server did.
 *
 * In TLS 1.3 the client is done before the server has looked at its certificate: a missing one shows only on the
 * first read (RFC 8446 §4.4.2.4; facts: undici tells just "other side closed"). So the probe also asks for `/`.
 * @throws TLS_CA_UNREADABLE, TLS_CLIENT_PAIR_UNUSABLE
 */
export async function probeTls(probe: TlsProbe): Promise<TlsObservation> {
  const serverName = probe.serverName ?? probe.tls?.serverName ?? probe.host;
  const subject = `${probe.host}:${probe.port}`;
  const options: ConnectionOptions = {
    // For the name in the certificate; the connection itself is already open.
    host: probe.host,
    ...(isIP(serverName) === 0 && { servername: serverName }),
    secureContext: secureContextOf(probe.tls ?? {}, subject),
    // The observation wants the chain of an untrusted server too; nothing but a bare GET is ever sent.
    rejectUnauthorized: false,
  };
  const draft: Draft = {
    connected: false,
    handshake: false,
    chainPem: [],
    protocol: undefined,
    cipher: undefined,
    authorized: false,
    authorizationError: undefined,
    servedSerial: undefined,
    servedNames: undefined,
    servedIssuer: undefined,
    notBefore: undefined,
    notAfter: undefined,
    client: "unknown",
    failure: undefined,
  };
  await converse(options, serverName, probe, draft);
  if (draft.handshake) {
    // Node completes the chain it shows from the trust store; a server that leaves out an intermediate would look whole.
    const rootless = { ...options, secureContext: rootlessContextOf(probe.tls ?? {}, subject) };
    const bare = { ...draft };
    await converse(rootless, serverName, probe, bare);
    if (bare.chainPem.length > 0) draft.chainPem = bare.chainPem;
  }
  return draft;
}

function converse(
  options: ConnectionOptions,
  serverName: string,
  probe: TlsProbe,
  draft: Draft,
): Promise<void> {
  return new Promise((resolve) => {
    const stop = new AbortController();
    let socket: Duplex | undefined;
    let tls: TLSSocket | undefined;
    let answer = "";
    let sawCertificate = false;
    const timer = setTimeout(() => finish("PROBE_TIMEOUT"), probe.timeoutMs ?? 10_000);
    const cancel = () => finish("PROBE_CANCELLED");
    const finish = (failure?: string): void => {
      clearTimeout(timer);
      probe.signal?.removeEventListener("abort", cancel);
      if (failure !== undefined) draft.failure ??= failure;
      draft.client = clientVerdict(answer, {
        failure: draft.failure ?? "",
        sawCertificate: sawCertificate || draft.handshake,
        sent: probe.tls?.clientCertificate !== undefined,
      });
      stop.abort();
      tls?.destroy();
      socket?.destroy();
      resolve();
    };
    if (probe.signal?.aborted) return finish("PROBE_CANCELLED");
    probe.signal?.addEventListener("abort", cancel, { once: true });
    const onOpen = (opened: Duplex): void => {
      if (stop.signal.aborted) return void opened.destroy();
      socket = opened;
      socket.on("error", (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
      draft.connected = true;
      tls = connect({ ...options, socket });
      tls.on("error", (error: NodeJS.ErrnoException) => {
        sawCertificate = tls?.getPeerCertificate()?.raw !== undefined;
        finish(error.code ?? error.message);
      });
      tls.once("secureConnect", () => {
        record(tls as TLSSocket, draft);
        tls?.write(`GET / HTTP/1.1\r\nHost: ${serverName}\r\nConnection: close\r\n\r\n`);
      });
      tls.on("data", (chunk: Buffer) => {
        answer += chunk.toString("latin1");
        // Only a 400 has more to tell than that somebody answered.
        const hasStatus = answer.length >= 12;
        if (answer.length > 8192 || (hasStatus && !/^HTTP\/1\.\d 400/.test(answer))) finish();
      });
      tls.once("close", () => finish());
    };
    const dial = probe.dial ?? dialFromHere;
    dial(probe.host, probe.port, stop.signal).then(onOpen, (thrown: unknown) => finish(codeOf(thrown)));
  });
}

/** The system's code of a connection that did not open, which {@link Host.dial} gives as the reason. */
function codeOf(thrown: unknown): string {
  const reason = isError(thrown, "HOST_DIAL_FAILED") ? thrown.parameters["reason"] : undefined;
  if (typeof reason === "string") return reason;
  return (thrown as { code?: string }).code ?? String(thrown);
}

function record(socket: TLSSocket, draft: Draft): void {
  draft.handshake = true;
  draft.protocol = socket.getProtocol() ?? undefined;
  draft.cipher = socket.getCipher()?.standardName;
  draft.authorized = socket.authorized;
  draft.authorizationError = errorCodeOf(socket.authorizationError);
  draft.chainPem = servedChain(socket);
  const leaf = draft.chainPem[0] === undefined ? undefined : new X509Certificate(draft.chainPem[0]);
  draft.servedSerial = leaf?.serialNumber;
  draft.servedNames = leaf?.subjectAltName;
  draft.servedIssuer = leaf?.issuer.replaceAll("\n", ", ");
  draft.notBefore = leaf && new Date(leaf.validFrom);
  draft.notAfter = leaf && new Date(leaf.validTo);
}

/** Node types `authorizationError` as an Error, but it is the code's string for chain errors. */
function errorCodeOf(error: unknown): string | undefined {
  if (error === undefined || error === null) return undefined;
  if (typeof error === "string") return error;
  return error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : "UNKNOWN";
}

/** Leaf first; a self-signed root is its own issuer, which ends the walk. */
function servedChain(socket: TLSSocket): string[] {
  const chain: string[] = [];
  const seen = new Set<string>();
  let certificate: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (certificate?.raw && !seen.has(certificate.fingerprint256)) {
    seen.add(certificate.fingerprint256);
    chain.push(new X509Certificate(certificate.raw).toString());
    certificate = certificate.issuerCertificate;
  }
  return chain;
}

/**
 * nginx refuses inside HTTP (400 and a page; facts/harbor.md §3.3), others inside TLS: an alert about the certificate,
 * or the general handshake_failure of TLS 1.2, which speaks of the client once the server has shown its certificate.
 * A Node server just closes after the handshake (facts/stack.md §1.4).
 */
function clientVerdict(
  answer: string,
  seen: { failure: string; sawCertificate: boolean; sent: boolean },
): TlsObservation["client"] {
  if (answer.includes("No required SSL certificate was sent")) return "required";
  if (answer.includes("The SSL certificate error")) return "refused";
  if (answer !== "") return "accepted";
  if (seen.failure.endsWith("ALERT_CERTIFICATE_REQUIRED")) return "required";
  const aboutClient =
    isClientAlert(seen.failure) || (seen.sawCertificate && seen.failure.endsWith("ALERT_HANDSHAKE_FAILURE"));
  if (aboutClient) return seen.sent ? "refused" : "required";
  const closedInSilence = seen.failure === "" || seen.failure === "ECONNRESET";
  return seen.sent && seen.sawCertificate && closedInSilence ? "refused" : "unknown";
}

/** The served leaf in words, for error messages; undefined when the server showed none. */
export function observedNames(seen: TlsObservation): ServedCertificate | undefined {
  if (seen.notBefore === undefined || seen.notAfter === undefined) return undefined;
  return {
    issuer: seen.servedIssuer ?? "?",
    names: seen.servedNames ?? "-",
    notBefore: seen.notBefore.toISOString(),
    notAfter: seen.notAfter.toISOString(),
  };
}

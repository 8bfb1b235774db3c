import type { Socket } from "node:net";
import { Agent, buildConnector } from "undici";
import type { Dial } from "../host/host.ts";
import { secureContextOf } from "../tls/secure-context.ts";
import type { TlsOptions } from "./tls-options.ts";

export interface AgentOptions {
  readonly connections?: number;
  readonly timeoutMs?: number;
  /** Opens the connections; from this machine by default. */
  readonly dial?: Dial;
}

/** Milliseconds. A server that takes longer to accept a connection than this does not serve. */
export function connectLimitOf(options: AgentOptions): number {
  return Math.min(options.timeoutMs || 30_000, 10_000);
}

export function agentOf(base: URL, options: AgentOptions, tls: TlsOptions): Agent {
  const connect = {
    timeout: connectLimitOf(options),
    ...(base.protocol === "https:" && {
      secureContext: secureContextOf(tls, base.origin),
      rejectUnauthorized: tls.insecureSkipVerify !== true,
      ...(tls.serverName !== undefined && { servername: tls.serverName }),
    }),
  };
  return new Agent({
    connections: options.connections ?? 16,
    // Below the idle limit of every server in the field (Node 5 s announces itself, nginx 65 s, kube-apiserver 90 s).
    keepAliveTimeout: 10_000,
    pipelining: 1,
    allowH2: false,
    connect: options.dial === undefined ? connect : through(options.dial, connect),
  });
}

/** A connector whose TCP connections another machine opens; the handshake itself stays here, with the key. */
function through(dial: Dial, options: buildConnector.BuildOptions): buildConnector.connector {
  const handshake = buildConnector({ ...options, allowH2: false });
  const open = async (to: buildConnector.Options, callback: buildConnector.Callback): Promise<void> => {
    const isTls = to.protocol === "https:";
    const port = Number(to.port || (isTls ? 443 : 80));
    const signal = AbortSignal.timeout(options.timeout ?? 10_000);
    // What undici asks of a plain socket every duplex stream has; its types name net.Socket.
    const socket = (await dial(to.hostname.replaceAll(/[[\]]/g, ""), port, signal)) as Socket;
    if (isTls) handshake({ ...to, httpSocket: socket }, callback);
    else callback(null, socket);
  };
  return (to, callback) => {
    open(to, callback).catch((thrown: unknown) => {
      // oxlint-disable-next-line no-callback-in-promise -- undici's connectors answer by callback
      callback(thrown instanceof Error ? thrown : new Error(String(thrown)), null);
    });
  };
}

/** TLS for other origins that a server redirects to: same demands, but no client certificate and no name override. */
export function strangersTls(tls: TlsOptions | undefined): TlsOptions {
  return {
    ...(tls?.ca !== undefined && { ca: tls.ca }),
    ...(tls?.minimumVersion && { minimumVersion: tls.minimumVersion }),
  };
}

import { Agent } from "undici";
import { secureContextOf } from "../tls/secure-context.ts";
import type { TlsOptions } from "./tls-options.ts";

export interface AgentOptions {
  readonly connections?: number;
  readonly timeoutMs?: number;
}

/** Milliseconds. A server that takes longer to accept a connection than this does not serve. */
export function connectLimitOf(options: AgentOptions): number {
  return Math.min(options.timeoutMs || 30_000, 10_000);
}

export function agentOf(base: URL, options: AgentOptions, tls: TlsOptions): Agent {
  return new Agent({
    connections: options.connections ?? 16,
    // Below the idle limit of every server in the field (Node 5 s announces itself, nginx 65 s, kube-apiserver 90 s).
    keepAliveTimeout: 10_000,
    pipelining: 1,
    allowH2: false,
    connect: {
      timeout: connectLimitOf(options),
      ...(base.protocol === "https:" && {
        secureContext: secureContextOf(tls, base.origin),
        rejectUnauthorized: tls.insecureSkipVerify !== true,
        ...(tls.serverName !== undefined && { servername: tls.serverName }),
      }),
    },
  });
}

/** TLS for other origins that a server redirects to: same demands, but no client certificate and no name override. */
export function strangersTls(tls: TlsOptions | undefined): TlsOptions {
  return {
    ...(tls?.ca !== undefined && { ca: tls.ca }),
    ...(tls?.minimumVersion && { minimumVersion: tls.minimumVersion }),
  };
}

import type { Sensitive } from "../../model/sensitive.ts";
import type { TlsOptions } from "../http/tls-options.ts";

/** How to reach one API server, and as whom. */
export interface ClusterConfig {
  readonly server: string;
  readonly tls: TlsOptions;
  /** The namespace of the context, or of the pod; `default` where none is said. */
  readonly namespace: string;
  /** Where all this comes from, for messages: `/root/.kube/config (context rig)`. */
  readonly source: string;
  /** Absent where a client certificate, or nothing, says who asks. */
  readonly authorization?: Authorization;
}

/**
 * Gives the Authorization header.
 * @param refused the header that the server just refused, so that a fresh one must be fetched; the same one again
 *   means that there is none
 */
export type Authorization = (signal: AbortSignal, refused?: Sensitive) => Promise<Sensitive>;

import type { Credential } from "../../clients/harbor/credential.ts";
import type { HarborClient } from "../../clients/harbor/client.ts";
import type { HttpEndpoint } from "../../clients/http/endpoint.ts";
import type { Evidence } from "./evidence.ts";

/** How one registry is asked from this machine. */
export interface Way {
  readonly endpoint: HttpEndpoint;
  /** The CAs that it is checked by, in PEM; absent for this machine's roots. */
  readonly trusted: string | undefined;
  /** Harbor's API under an account that may read it; only where a document tells both. */
  readonly harbor?: HarborClient;
  /** That account. */
  readonly credential?: Credential;
  /** What of the documents could not be used. */
  readonly notes: readonly Evidence[];
}

/** Where the doctor's questions go. */
export interface Surroundings {
  /** @param registry `host[:port]`, as images name it. Sends nothing. */
  readonly way: (registry: string, signal: AbortSignal) => Promise<Way>;
  /** Where no CA was named for a registry, an unknown one says nothing of nodes. */
  readonly trustIsAssumed: (way: Way) => boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly randomBytes: (length: number) => Uint8Array;
}

import type { Sensitive } from "../../model/sensitive.ts";

/** How one endpoint proves who it is, and how this client proves who it is. */
export interface TlsOptions {
  /** PEM bundle that replaces the machine's roots. */
  readonly ca?: string;
  readonly clientCertificate?: ClientCertificate;
  /** Default TLSv1.2. */
  readonly minimumVersion?: "TLSv1.2" | "TLSv1.3";
  /** Name sent as SNI and expected in the certificate, when it is not the URL's host. */
  readonly serverName?: string;
  /** Turns verification off. Only where a document asks for it in so many words. */
  readonly insecureSkipVerify?: true;
}

export interface ClientCertificate {
  /** PEM: the leaf, then its intermediates. */
  readonly certificate: string;
  readonly privateKey: Sensitive;
  readonly passphrase?: Sensitive;
}

import type { KeyType } from "../../pki/key.ts";

/** A certificate that was issued. Times are ISO 8601. */
export interface ObservedPair {
  readonly digest: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly commonName: string;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  /** Absent where it is none that is issued here. */
  readonly keyType?: KeyType;
  /** Whether key, chain and CA fit together, whatever the time. */
  readonly verifies: boolean;
}

export type CopyState = "same" | "absent" | "differs" | "foreign";

/** A place that a certificate is delivered to. */
export interface ObservedCopy {
  /** Path of a file, or `namespace/name` of a Secret. */
  readonly at: string;
  readonly state: CopyState;
}

/** Everything that a plan is made from: digests instead of secrets, and no time of reading. */
export interface ObservedCertificate {
  readonly authority?: { readonly name: string; readonly digest: string; readonly notAfter: string };
  /** By `server` or the name of a client; those that are missing or unreadable are not there. */
  readonly pairs: Readonly<Record<string, ObservedPair>>;
  readonly crl?: {
    readonly thisUpdate: string;
    readonly nextUpdate: string;
    readonly number: string;
    readonly serials: readonly string[];
    readonly signed: boolean;
  };
  readonly files: readonly ObservedCopy[];
  readonly secrets: readonly ObservedCopy[];
  /** Entries of the CA's store that others than their owner may read. */
  readonly exposed: readonly string[];
  /** What the CA's place is called. */
  readonly store: string;
}

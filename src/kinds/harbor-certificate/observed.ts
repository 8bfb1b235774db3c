import type { RolloverRequest } from "./rotation-request.ts";
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

/** A CA of our own whose root's key is elsewhere. Times are ISO 8601. */
export interface ObservedIntermediate {
  readonly isAsked: boolean;
  /** Digest of the request's key. */
  readonly request?: string;
  /** The store holds a root's own certificate and key after all. */
  readonly isRoot: boolean;
  readonly isCertified: boolean;
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly root?: { readonly name: string; readonly notAfter: string };
  readonly hasRootList: boolean;
  readonly rootListUntil?: string;
}

/** cert-manager's objects for a document. */
export interface ObservedCertManager {
  readonly isInstalled: boolean;
  /** The issuer, where it can be read: its own or one of others. */
  readonly issuer?: {
    /** `Issuer/namespace/name`, `ClusterIssuer/name`. */
    readonly at: string;
    readonly state: CopyState;
    /** Moorline writes it. */
    readonly isOurs: boolean;
    readonly isReady: boolean;
    readonly message: string;
  };
  /** By `server` or the name of a client. */
  readonly certificates: Readonly<
    Record<
      string,
      {
        /** `namespace/name` of the Certificate. */
        readonly at: string;
        readonly state: CopyState;
        /** cert-manager is done with this very spec. */
        readonly isReady: boolean;
        /** It was asked for from another issuer than the document names. */
        readonly isOfOtherIssuer: boolean;
        /** Why the last attempt failed. */
        readonly refused?: string;
      }
    >
  >;
}

/** Why connections may be lost while the chart's nginx is replaced. */
export type RolloutLoss = "recreates" | "noneLeft" | "noPreStop";

/** What a release of Harbor's Helm chart does with the certificate. */
export interface ObservedHelm {
  /** `namespace/name` of the Secret that is written. */
  readonly at: string;
  readonly secret: CopyState;
  /** Who ends TLS: an Ingress, the chart's own nginx, something that the chart leaves to others, or nobody: no release. */
  readonly exposure: "ingress" | "nginx" | "other" | "absent";
  /** `expose.tls.certSource`; `off` where TLS is disabled. */
  readonly source: "auto" | "secret" | "none" | "off" | "unknown";
  /** Name of the Secret that the release uses now. */
  readonly uses?: string;
  readonly url: string;
  /** The certificate that is met there. */
  readonly served: "same" | "differs" | "unreachable";
  /** The chart's own nginx. */
  readonly deployment?: {
    readonly name: string;
    /** Whether its pods were last replaced for the certificate that is to be served. */
    readonly isCurrent: boolean;
    /** Every pod is of the newest template and available. */
    readonly isSettled: boolean;
    /** Why replacing its pods may lose connections. */
    readonly losses: readonly RolloutLoss[];
  };
}

/** What there is of a docker-compose Harbor, for a plan. */
export interface ObservedCompose {
  readonly directory: string;
  /** What messages call it: `/opt/harbor`, `harbor.example.com:/opt/harbor`. */
  readonly at: string;
  /** Names that the certificate must be for: of hostname and external URL, as they are to be. */
  readonly names: readonly string[];
  /** Settings of harbor.yml that are to be changed: `https.certificate`. */
  readonly edits: readonly string[];
  /** Whether `prepare` has rendered TLS, on the port that is wanted. */
  readonly rendered: boolean;
  /** The two files that harbor.yml names, against the pair that is to be there. */
  readonly source: CopyState;
  /** The two files that nginx reads. */
  readonly served: CopyState;
  /** docker's word for the proxy's container; `absent` where there is none. */
  readonly proxy: string;
  /** The container has a folder mounted that is no longer the one on the machine. */
  readonly isStale: boolean;
  /** What a client is shown: the pair that is to be there, another, or no TLS at all. */
  readonly shown: "same" | "other" | "none";
  /** An earlier run was cut off after its first write. */
  readonly interrupted?: "renewal" | "configuration";
  /** Backups of ours lie in the folder. */
  readonly hasBackups: boolean;
}

/** A CA that is being succeeded. CAs are named by digest. */
export interface ObservedRollover {
  readonly current: string;
  readonly next?: string;
  readonly previous?: string;
  /** The same two, for people. Times are ISO 8601. */
  readonly nextAuthority?: { readonly name: string; readonly notBefore: string; readonly notAfter: string };
  readonly previousAuthority?: {
    readonly name: string;
    readonly notBefore: string;
    readonly notAfter: string;
  };
  readonly request: RolloverRequest;
  /** What the previous CA's list says, and whose key it is of; absent where that CA can issue no list any more. */
  readonly previousList?: { readonly key: string; readonly serials: readonly string[] };
  /** Pairs of other documents in the same store that the current CA did not issue. */
  readonly others?: readonly { readonly document: string; readonly of: string; readonly notAfter: string }[];
  /** Pairs of this document that the current CA did not issue. */
  readonly stale: readonly string[];
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
    /** Every list of the bundle, this CA's and those of the CAs around it. */
    readonly ends?: readonly { readonly issuer: string; readonly nextUpdate: string }[];
  };
  /** What was revoked by command; absent where nothing was. */
  readonly revocations?: readonly {
    readonly serialNumber: string;
    readonly notAfter?: string;
    readonly waits: boolean;
    /** Digest of the key of the CA that issued it, where that is another than the current one. */
    readonly authority?: string;
    /** The client (or `server`) that it was revoked as. */
    readonly of?: string;
    /** The pair that still is this very certificate. */
    readonly isOf?: string;
  }[];
  /** Absent where no rollover is asked for or under way. */
  readonly rollover?: ObservedRollover;
  /** Pairs that somebody asked to be replaced. */
  readonly requested?: readonly string[];
  readonly files: readonly ObservedCopy[];
  readonly secrets: readonly ObservedCopy[];
  readonly compose?: ObservedCompose;
  readonly helm?: ObservedHelm;
  readonly certManager?: ObservedCertManager;
  readonly intermediate?: ObservedIntermediate;
  /** Of an ACME issuer. */
  readonly acme?: { readonly hasAccount: boolean };
  /** Entries of the CA's store that others than their owner may read. */
  readonly exposed: readonly string[];
  /** What the CA's place is called. */
  readonly store: string;
}

/** A registry endpoint as Harbor holds it. */
export interface ObservedEndpoint {
  readonly id: number;
  readonly type: string;
  readonly url: string;
  readonly insecure: boolean;
  /** Account name; empty for nobody. */
  readonly username: string;
  readonly ours: boolean;
  /** The CA that Harbor verifies it with is the document's. */
  readonly caMatches: boolean;
  /** Harbor reaches it with what it has stored. */
  readonly reachable: boolean;
}

export interface ObservedCacheProject {
  readonly id: number;
  /** The endpoint that it proxies; absent for a project that is no cache. */
  readonly registryId?: number;
  readonly public: boolean;
  /** KB/s; -1 for none. */
  readonly speed: number;
  /** -1 for none. */
  readonly connections: number;
  readonly serveRemoved: boolean;
  /** Bytes; -1 for unlimited. Absent where the document says nothing of it. */
  readonly storageLimit?: number;
  readonly repositories: number;
  /** Absent where a retention of another form, or none, holds. */
  readonly lifetime?: { readonly daysSinceLastPull: number; readonly schedule: string };
}

export interface ObservedNetwork {
  readonly id: number;
  readonly vendor: string;
  readonly endpoint: string;
  readonly insecure: boolean;
  readonly username: string;
  readonly ours: boolean;
}

export interface ObservedPolicy {
  readonly id: number;
  readonly name: string;
  readonly ours: boolean;
  readonly networkId: number;
  readonly filters: string;
  readonly trigger: string;
  readonly enabled: boolean;
}

/** Everything that a plan is made from. Holds no secret. */
export interface ObservedCache {
  /** Settings of the document that this Harbor is too old for. */
  readonly tooOld: readonly { readonly field: string; readonly since: string }[];
  readonly version: string;
  readonly endpoint?: ObservedEndpoint;
  /** Harbor reaches the upstream with what the document says; asked only where what is stored does not. */
  readonly wantedReachable: boolean;
  readonly project?: ObservedCacheProject;
  readonly network?: ObservedNetwork;
  readonly policies: readonly ObservedPolicy[];
  /** Images of `warm` that the cache does not hold with their tag. */
  readonly cold: readonly string[];
}

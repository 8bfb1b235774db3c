/** What a cache's project is given; only what is named is set. */
export interface CacheProjectSettings {
  readonly public?: boolean;
  /** KB/s; -1 for none. */
  readonly speed?: number;
  readonly connections?: number;
  readonly serveRemoved?: boolean;
  /** Bytes; -1 for unlimited. */
  readonly storageLimit?: number;
}

export type CacheAction =
  | { readonly type: "create-endpoint" }
  | { readonly type: "update-endpoint"; readonly id: number }
  | { readonly type: "delete-endpoint"; readonly id: number }
  | { readonly type: "create-project"; readonly settings: CacheProjectSettings }
  | { readonly type: "update-project"; readonly settings: CacheProjectSettings }
  | { readonly type: "delete-project" }
  | { readonly type: "set-lifetime" }
  | { readonly type: "create-network" }
  | { readonly type: "update-network"; readonly id: number }
  | { readonly type: "delete-network" }
  | { readonly type: "set-policy"; readonly name: string; readonly id?: number }
  | { readonly type: "delete-policy"; readonly name: string }
  | { readonly type: "warm"; readonly image: string };

import type { Credential } from "../harbor/credential.ts";
import type { HttpEndpoint } from "../http/endpoint.ts";
import type { AuthorizerOptions } from "./authorizer.ts";
import { hasBlob, mountBlob, openBlob, pushBlob, type Blob, type BlobContent } from "./blobs.ts";
import { RegistryConnection } from "./connection.ts";
import type { Descriptor } from "./manifest.ts";
import {
  fetchManifest,
  pushManifest,
  referrers,
  resolve,
  type Manifest,
  type Resolved,
} from "./manifests.ts";
import { pull, type PullOptions, type PullSink, type PullSummary } from "./pull.ts";
import { checkRepository } from "./reference.ts";
import { tags } from "./tags.ts";
import { grantedActions } from "./token.ts";

/** What a credential may do in a repository, by the word of the token service. */
export interface Access {
  /** All actions granted, asked for or not; empty where the token cannot be read. */
  readonly granted: readonly string[];
  /**
   * Whose token it is: `anonymous` also for a credential that was refused, since Harbor then gives nobody's token;
   * `unknown` where it cannot be read.
   */
  readonly as: "account" | "anonymous" | "unknown";
}

/** One OCI registry (distribution-spec 1.1), asked under one credential or none. */
export interface RegistryClient {
  readonly url: string;
  readonly username: string | undefined;
  /** What a tag or digest stands for. */
  resolve(repository: string, reference: string, signal?: AbortSignal): Promise<Resolved>;
  /** The manifest, its digest verified. */
  manifest(repository: string, reference: string, signal?: AbortSignal): Promise<Manifest>;
  /** A blob as a stream that fails when digest or size are not the ones promised. */
  blob(repository: string, digest: string, options?: { size?: number; signal?: AbortSignal }): Promise<Blob>;
  hasBlob(repository: string, digest: string, signal?: AbortSignal): Promise<boolean>;
  /** Stores a blob unless it is there already; in pieces where `chunkBytes` is given. */
  pushBlob(
    repository: string,
    content: BlobContent,
    options?: { chunkBytes?: number; signal?: AbortSignal },
  ): Promise<{ readonly uploaded: boolean }>;
  pushManifest(
    repository: string,
    reference: string,
    manifest: { readonly mediaType: string; readonly bytes: Buffer },
    signal?: AbortSignal,
  ): Promise<{ readonly digest: string }>;
  /** Takes a blob over from another repository; false when the registry wants it uploaded instead. */
  mount(repository: string, digest: string, from: string, signal?: AbortSignal): Promise<boolean>;
  referrers(
    repository: string,
    digest: string,
    options?: { artifactType?: string; signal?: AbortSignal },
  ): Promise<readonly Descriptor[]>;
  tags(repository: string, signal?: AbortSignal): AsyncGenerator<string>;
  /** Asks for a token and reads what it grants; touches no image. */
  checkAccess(repository: string, actions: readonly string[], signal?: AbortSignal): Promise<Access>;
  /** Pulls an image into a sink, every byte verified. */
  pull(repository: string, reference: string, sink: PullSink, options?: PullOptions): Promise<PullSummary>;
}

/**
 * Makes a client. Calls fail with REGISTRY_*, HARBOR_* (quota, read-only, too many requests), NETWORK_* and TLS_*; none
 * is repeated, but for a read whose remembered token had become too old.
 * @param credential undefined pulls as nobody
 * @throws NETWORK_SECRET_OVER_PLAIN_HTTP
 */
export function createRegistryClient(
  endpoint: HttpEndpoint,
  credential: Credential | undefined,
  options: AuthorizerOptions = {},
): RegistryClient {
  const registry = new RegistryConnection(endpoint, credential, options);
  return {
    url: registry.url,
    username: registry.username,
    resolve: (repository, reference, signal) => resolve(registry, repository, reference, signal),
    manifest: (repository, reference, signal) => fetchManifest(registry, repository, reference, signal),
    blob: (repository, digest, more) => openBlob(registry, repository, digest, more),
    hasBlob: (repository, digest, signal) => hasBlob(registry, repository, digest, signal),
    pushBlob: (repository, content, more) => pushBlob(registry, repository, content, more),
    pushManifest: (repository, reference, manifest, signal) =>
      pushManifest(registry, repository, reference, manifest, signal),
    mount: (repository, digest, from, signal) => mountBlob(registry, repository, digest, from, signal),
    referrers: (repository, digest, more) => referrers(registry, repository, digest, more),
    tags: (repository, signal) => tags(registry, repository, signal),
    checkAccess: (repository, actions, signal) => checkAccess(registry, repository, actions, signal),
    pull: (repository, reference, sink, more) => pull(registry, repository, reference, sink, more),
  };
}

async function checkAccess(
  registry: RegistryConnection,
  repository: string,
  actions: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Access> {
  const scope = { repository: checkRepository(repository), actions };
  const { claims } = await registry.authorizer.token([scope], signal);
  if (!claims) return { granted: [], as: "unknown" };
  const isNobody = registry.username === undefined || claims.subject === "";
  return { granted: grantedActions(claims, repository), as: isNobody ? "anonymous" : "account" };
}

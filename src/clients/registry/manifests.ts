import { MoorlineError } from "../../model/errors.ts";
import type { HttpResponse } from "../http/endpoint.ts";
import type { RegistryConnection } from "./connection.ts";
import {
  imageIndex,
  manifestTypes,
  readManifest,
  type Descriptor,
  type ManifestContent,
} from "./manifest.ts";
import { checkDigest, checkReference, checkRepository, isDigest } from "./reference.ts";
import { digestOf } from "./verify.ts";

/** What a tag or digest stands for. */
export interface Resolved {
  readonly digest: string;
  readonly mediaType: string;
  /** Bytes of the manifest. */
  readonly size: number;
}

export interface Manifest extends Resolved {
  readonly bytes: Buffer;
  readonly content: ManifestContent;
}

/** distribution-spec: registries should take manifests of 4 MiB; nobody has to take more. */
const largestManifest = 4 * 1024 * 1024;

const accept = manifestTypes.join(", ");

function callFor(
  method: "GET" | "HEAD",
  repository: string,
  reference: string,
  signal: AbortSignal | undefined,
) {
  return {
    method,
    path: `/v2/${checkRepository(repository)}/manifests/${checkReference(reference)}`,
    headers: { accept },
    scopes: [{ repository, actions: ["pull"] }],
    thing: `${repository}${isDigest(reference) ? "@" : ":"}${reference}`,
    maxBodyBytes: largestManifest,
    signal,
  } as const;
}

/**
 * Asks what a reference stands for, without fetching it where the registry can tell.
 * @throws REGISTRY_NOT_FOUND and what {@link RegistryConnection.send} throws
 */
export async function resolve(
  registry: RegistryConnection,
  repository: string,
  reference: string,
  signal?: AbortSignal,
): Promise<Resolved> {
  const call = callFor("HEAD", repository, reference, signal);
  // Some registries know no HEAD here, and Harbor's proxy cache leaves the digest out.
  const answer = await registry.send({ ...call, expected: [400, 404, 405] });
  const digest = answer.headers["docker-content-digest"] ?? "";
  const size = Number(answer.headers["content-length"] ?? Number.NaN);
  if (answer.status === 200 && isDigest(digest) && Number.isSafeInteger(size) && size > 0) {
    if (isDigest(reference) && digest !== reference) throw mismatch(call.thing, reference, digest);
    return { digest, size, mediaType: answer.headers["content-type"] ?? "" };
  }
  // A GET tells the reason of a 404, which a HEAD has no body for.
  const {
    digest: found,
    mediaType,
    size: length,
  } = await fetchManifest(registry, repository, reference, signal);
  return { digest: found, mediaType, size: length };
}

/**
 * Fetches a manifest and verifies that its bytes have the digest asked for, and the one the registry names.
 * @throws REGISTRY_DIGEST_MISMATCH, REGISTRY_NOT_REGISTRY for what is no manifest
 */
export async function fetchManifest(
  registry: RegistryConnection,
  repository: string,
  reference: string,
  signal?: AbortSignal,
): Promise<Manifest> {
  const call = callFor("GET", repository, reference, signal);
  const answer = await registry.send(call);
  const bytes = answer.bytes();
  const told = answer.headers["docker-content-digest"];
  const digest = digestOf(bytes, isDigest(reference) ? reference : undefined);
  if (isDigest(reference) && digest !== reference) throw mismatch(call.thing, reference, digest);
  if (told && isDigest(told) && digestOf(bytes, told) !== told) throw mismatch(call.thing, told, digest);
  const mediaType = (answer.headers["content-type"] ?? "").split(";")[0]?.trim() ?? "";
  const content = readManifest(bytes, mediaType, answer.subject);
  return { digest, mediaType, size: bytes.length, bytes, content };
}

/**
 * Stores a manifest under a tag or its digest.
 * @returns the digest under which it is stored
 */
export async function pushManifest(
  registry: RegistryConnection,
  repository: string,
  reference: string,
  manifest: { readonly mediaType: string; readonly bytes: Buffer },
  signal?: AbortSignal,
): Promise<{ readonly digest: string }> {
  const digest = digestOf(manifest.bytes, isDigest(reference) ? reference : undefined);
  const answer = await registry.send({
    method: "PUT",
    path: `/v2/${checkRepository(repository)}/manifests/${checkReference(reference)}`,
    headers: { "content-type": manifest.mediaType },
    body: manifest.bytes,
    scopes: [{ repository, actions: ["pull", "push"] }],
    thing: `${repository}:${reference}`,
    signal,
  });
  const told = answer.headers["docker-content-digest"];
  if (told && isDigest(told) && digestOf(manifest.bytes, told) !== told)
    throw mismatch(repository, digest, told);
  return { digest };
}

/** What refers to a manifest: signatures, SBOMs. Registries without the API keep a list under a tag (distribution-spec). */
export async function referrers(
  registry: RegistryConnection,
  repository: string,
  digest: string,
  options: { artifactType?: string; signal?: AbortSignal } = {},
): Promise<readonly Descriptor[]> {
  const base = {
    method: "GET",
    scopes: [{ repository, actions: ["pull"] }],
    thing: `${repository}@${digest}`,
    headers: { accept: manifestTypes[0] },
    maxBodyBytes: largestManifest,
    expected: [404],
    signal: options.signal,
  } as const;
  const at = `/v2/${checkRepository(repository)}`;
  const direct = await registry.send({ ...base, path: `${at}/referrers/${checkDigest(digest)}` });
  const tag = `${at}/manifests/${digest.replace(":", "-").slice(0, 128)}`;
  const answer = direct.status === 404 ? await registry.send({ ...base, path: tag }) : direct;
  if (answer.status === 404) return [];
  const found = readIndex(answer).manifests;
  // The server may filter, and need not.
  return options.artifactType === undefined
    ? found
    : found.filter((d) => d.artifactType === options.artifactType);
}

function readIndex(answer: HttpResponse) {
  const parsed = imageIndex.safeParse(answer.json());
  if (parsed.success) return parsed.data;
  const reason = "its list of referrers does not parse";
  throw new MoorlineError("REGISTRY_NOT_REGISTRY", { subject: answer.subject, parameters: { reason } });
}

function mismatch(subject: string, expected: string, actual: string): MoorlineError {
  return new MoorlineError("REGISTRY_DIGEST_MISMATCH", { subject, parameters: { expected, actual } });
}

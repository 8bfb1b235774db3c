import { artifactOf, partsOf, recordArtifact, repositoryNamed, putTag } from "./artifacts.ts";
import { digestOf, digestPattern } from "./blob-store.ts";
import { mediaTypes, parseManifest } from "./manifest.ts";
import { link, linked } from "./quota.ts";
import { upstream } from "../upstream.ts";
import { HarborProblem, notFound } from "../problem.ts";
import type { Project, Registry } from "../records.ts";
import type { Site } from "../site.ts";

const manifestLimit = 4 << 20;
const allManifests = [
  mediaTypes.ociManifest,
  mediaTypes.ociIndex,
  mediaTypes.dockerManifest,
  mediaTypes.dockerList,
];

/**
 * A manifest of a proxy-cache project, asked of the upstream registry. Harbor keeps it once its blobs are here, and
 * its tag only after a HEAD by tag (facts/harbor.md §1.9).
 * @returns undefined where the upstream cannot be reached: what is cached may still serve
 */
export async function pullManifest(
  site: Site,
  project: Project,
  repository: string,
  reference: string,
  isHead: boolean,
  accept: string | undefined,
): Promise<Response | undefined> {
  const known = repositoryNamed(site, repository);
  if (digestPattern.test(reference) && known !== undefined && artifactOf(site, known, reference))
    return undefined;
  const registry = site.store.get("registries", project.registryId);
  if (registry === undefined) return undefined;
  const remote = remoteName(project, repository);
  const answer = await upstream(site, registry, `/v2/${remote}/manifests/${reference}`, {
    repository: remote,
    accept: accept ?? allManifests.join(", "),
  });
  if (answer === undefined) return undefined;
  if (answer.status === 404)
    throw notFound(`resource not found: repo ${repository}, tag ${reference} not found`);
  if (answer.status === 429)
    throw new HarborProblem(429, "TOO_MANY_REQUEST", "too many request to upstream registry");
  if (answer.status !== 200) return undefined;
  const bytes = await bounded(answer, manifestLimit);
  const mediaType = answer.headers.get("content-type") ?? "";
  await keep(site, project, repository, reference, isHead, bytes, mediaType);
  const headers = new Headers({ "content-type": mediaType, "content-length": String(bytes.length) });
  // A GET by tag of what is not cached yet carries no digest, as the contract shows; HEAD does.
  if (isHead) headers.set("docker-content-digest", digestOf(bytes));
  return new Response(isHead ? null : new Uint8Array(bytes), { headers });
}

async function keep(
  site: Site,
  project: Project,
  repository: string,
  reference: string,
  isHead: boolean,
  bytes: Buffer,
  mediaType: string,
): Promise<void> {
  const { manifest, mediaType: type } = parseManifest(bytes, mediaType);
  const tag = isHead && !digestPattern.test(reference) ? reference : undefined;
  const digest = digestOf(bytes);
  const known = repositoryNamed(site, repository);
  const artifact = known === undefined ? undefined : artifactOf(site, known, digest);
  if (known !== undefined && artifact !== undefined) {
    if (tag !== undefined) putTag(site, known, artifact, tag);
    return;
  }
  await site.blobs.write(bytes);
  pending(site).set(`${repository}@${digest}`, {
    project,
    repository,
    bytes,
    manifest,
    mediaType: type,
    tag: tag ?? pending(site).get(`${repository}@${digest}`)?.tag,
    username: "harbor-core",
  });
  await settle(site, repository);
}

type Waiting = Parameters<typeof recordArtifact>[1];
const waiting = new WeakMap<Site, Map<string, Waiting>>();

/** Manifests whose blobs are not all here; they do not outlive the process, as Harbor's do not. */
function pending(site: Site): Map<string, Waiting> {
  let map = waiting.get(site);
  if (map === undefined) waiting.set(site, (map = new Map()));
  return map;
}

async function settle(site: Site, repository: string): Promise<void> {
  for (const [key, manifest] of pending(site)) {
    if (manifest.repository !== repository) continue;
    if (!partsOf(manifest.manifest).every((part) => linked(site, repository, part.digest) !== undefined))
      continue;
    pending(site).delete(key);
    await recordArtifact(site, manifest);
  }
}

/** Fetches a blob of a proxy-cache project and keeps it; answers its size, or undefined where there is none. */
export async function pullBlob(
  site: Site,
  project: Project,
  repository: string,
  digest: string,
): Promise<number | undefined> {
  const registry = site.store.get("registries", project.registryId);
  if (registry === undefined) return undefined;
  const remote = remoteName(project, repository);
  const answer = await upstream(site, registry, `/v2/${remote}/blobs/${digest}`, { repository: remote });
  if (answer?.status !== 200 || answer.body === null) return undefined;
  const size = await fetchInto(site, answer, digest, registry);
  link(site, project, repository, digest, size);
  await settle(site, repository);
  return size;
}

async function fetchInto(site: Site, answer: Response, digest: string, registry: Registry): Promise<number> {
  const { Readable } = await import("node:stream");
  const id = await site.blobs.startUpload();
  const size = await site.blobs.append(
    id,
    Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]),
  );
  if (!(await site.blobs.finish(id, digest))) {
    throw new Error(`registry ${registry.name} sent other bytes than ${digest} stands for`);
  }
  return size;
}

/** The repository's name upstream: what follows the project. */
const remoteName = (project: Project, repository: string): string =>
  repository.slice(project.name.length + 1);

async function bounded(answer: Response, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.length;
    if (size > limit) throw new Error("a manifest larger than 4 MiB");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

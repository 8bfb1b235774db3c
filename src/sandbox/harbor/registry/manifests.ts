import { refuseProxy, requireRepository } from "./access.ts";
import { artifactOf, partsOf, recordArtifact, recordPull, repositoryNamed, tagNamed } from "./artifacts.ts";
import { digestOf, digestPattern } from "./blob-store.ts";
import { parseManifest } from "./manifest.ts";
import { refuseByPolicy } from "./policies.ts";
import { pullManifest } from "./proxy.ts";
import { linked, requireRoom } from "./quota.ts";
import { removeArtifact } from "../removal.ts";
import { readBytes } from "../body.ts";
import { callerName } from "../identity.ts";
import { isImmutable } from "../immutability.ts";
import { HarborProblem, notFound, precondition } from "../problem.ts";
import type { Artifact, Repository } from "../records.ts";
import { baseOf, type Call, type Site } from "../site.ts";

const api = { "docker-distribution-api-version": "registry/2.0" };
/** distribution's own limit for a manifest. */
const manifestLimit = 4 << 20;

export async function getManifest(site: Site, c: Call, name: string, reference: string): Promise<Response> {
  const project = requireRepository(site, c, name, "pull");
  const isHead = c.req.method === "HEAD";
  if (project.registryId !== 0) {
    const proxied = await pullManifest(site, project, name, reference, isHead, c.req.header("accept"));
    if (proxied !== undefined) return proxied;
  }
  const { repository, artifact } = requireArtifact(site, name, reference);
  refuseByPolicy(site, project, artifact);
  if (!isHead) recordPull(site, repository, artifact, reference, callerName(c.get("caller")));
  const bytes = isHead ? null : await site.blobs.read(artifact.digest);
  return new Response(bytes === null ? null : new Uint8Array(bytes), {
    headers: {
      ...api,
      "content-type": artifact.manifestMediaType,
      "content-length": String(artifact.manifestSize),
      "docker-content-digest": artifact.digest,
      etag: `"${artifact.digest}"`,
    },
  });
}

/** @throws HarborProblem 404 in Harbor's words, which are not the distribution specification's (facts/harbor.md §4) */
export function requireArtifact(
  site: Site,
  name: string,
  reference: string,
): { repository: Repository; artifact: Artifact } {
  const repository = repositoryNamed(site, name);
  if (repository === undefined) throw notFound(`repository ${name} not found`);
  const artifact = artifactOf(site, repository, reference);
  if (artifact === undefined) {
    throw notFound(`artifact ${name}${reference.startsWith("sha256:") ? "@" : ":"}${reference} not found`);
  }
  return { repository, artifact };
}

export async function putManifest(site: Site, c: Call, name: string, reference: string): Promise<Response> {
  const project = requireRepository(site, c, name, "push");
  refuseProxy(project);
  const bytes = await readBytes(c.env.incoming, manifestLimit);
  const { manifest, mediaType } = parseManifest(bytes, c.req.header("content-type") ?? "");
  const digest = digestOf(bytes);
  const tag = digestPattern.test(reference) ? undefined : reference;
  if (tag === undefined && reference !== digest) {
    throw new HarborProblem(400, "DIGEST_INVALID", "provided digest did not match uploaded content", {
      headers: api,
    });
  }
  if (tag !== undefined && !/^\w[\w.-]{0,127}$/.test(tag)) {
    throw new HarborProblem(400, "TAG_INVALID", "manifest tag did not match URI", { headers: api });
  }
  for (const part of partsOf(manifest)) {
    if (linked(site, name, part.digest) === undefined) {
      const more = { detail: part.digest, headers: api };
      throw new HarborProblem(404, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry", more);
    }
  }
  if (tag !== undefined) refuseImmutable(site, project.id, name, tag, digest);
  requireRoom(site, project, digest, bytes.length);
  const username = callerName(c.get("caller"));
  await recordArtifact(site, { project, repository: name, bytes, manifest, mediaType, tag, username });
  return new Response(null, {
    status: 201,
    headers: {
      ...api,
      "content-length": "0",
      location: `${baseOf(site, c)}/v2/${name}/manifests/${digest}`,
      "docker-content-digest": digest,
      ...(manifest.subject === undefined ? {} : { "oci-subject": manifest.subject.digest }),
    },
  });
}

function refuseImmutable(site: Site, projectId: number, name: string, tag: string, digest: string): void {
  const repository = repositoryNamed(site, name);
  const old = repository === undefined ? undefined : tagNamed(site, repository, tag);
  if (old === undefined || !isImmutable(site, { projectId, name }, tag)) return;
  if (site.store.get("artifacts", old.artifactId)?.digest === digest) return;
  const short = name.split("/").slice(1).join("/");
  throw precondition(`Failed to process request due to '${short}:${tag}' configured as immutable.`);
}

export function deleteManifest(site: Site, c: Call, name: string, reference: string): Response {
  requireRepository(site, c, name, "delete");
  if (!digestPattern.test(reference)) {
    throw new HarborProblem(400, "DIGEST_INVALID", "provided digest did not match uploaded content", {
      headers: api,
    });
  }
  const { repository, artifact } = requireArtifact(site, name, reference);
  removeArtifact(site, repository, artifact, callerName(c.get("caller")));
  return new Response(null, { status: 202, headers: { ...api, "content-length": "0" } });
}

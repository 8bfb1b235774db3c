import { audit, now, type Site } from "../site.ts";
import { zeroTime } from "../clock.ts";
import type { Artifact, Project, Repository, Tag } from "../records.ts";
import { digestOf } from "./blob-store.ts";
import { typeOf, type Descriptor, type Manifest } from "./manifest.ts";
import { link } from "./quota.ts";

export const repositoryNamed = (site: Site, name: string): Repository | undefined =>
  site.store.find("repositories", (r) => r.name === name);

/** An artifact of a repository by its digest or by one of its tags. */
export function artifactOf(site: Site, repository: Repository, reference: string): Artifact | undefined {
  if (reference.startsWith("sha256:")) {
    return site.store.find("artifacts", (a) => a.repositoryId === repository.id && a.digest === reference);
  }
  const tag = tagNamed(site, repository, reference);
  return tag === undefined ? undefined : site.store.get("artifacts", tag.artifactId);
}

export const tagNamed = (site: Site, repository: Repository, name: string): Tag | undefined =>
  site.store.find("tags", (t) => t.repositoryId === repository.id && t.name === name);

export interface Pushed {
  readonly project: Project;
  /** With the project: `team-a/app`. */
  readonly repository: string;
  readonly bytes: Buffer;
  readonly manifest: Manifest;
  readonly mediaType: string;
  readonly tag?: string | undefined;
  readonly username: string;
}

/** Keeps a manifest whose blobs are there: bytes, artifact, repository at its first push, tag, audit record. */
export async function recordArtifact(site: Site, pushed: Pushed): Promise<Artifact> {
  const { project, manifest, bytes } = pushed;
  const digest = await site.blobs.write(bytes);
  const config = await configOf(site, manifest);
  link(site, project, pushed.repository, digest, bytes.length);
  const time = now(site);
  const repository =
    repositoryNamed(site, pushed.repository) ??
    site.store.insert("repositories", {
      projectId: project.id,
      name: pushed.repository,
      pulls: 0,
      description: "",
      created: time,
      updated: time,
    });
  const known = artifactOf(site, repository, digest);
  const artifact = known ?? site.store.insert("artifacts", rowOf(pushed, repository, config, time));
  if (pushed.tag !== undefined) putTag(site, repository, artifact, pushed.tag);
  site.store.update("repositories", repository.id, { updated: time });
  const reference = pushed.tag === undefined ? `@${digest}` : `:${pushed.tag}`;
  audit(site, {
    projectId: project.id,
    operation: "create",
    resource: `${pushed.repository}${reference}`,
    resourceType: "artifact",
    username: pushed.username,
  });
  return artifact;

  function rowOf(
    p: Pushed,
    repo: Repository,
    extra: Readonly<Record<string, unknown>>,
    at: string,
  ): Omit<Artifact, "id"> {
    const children = manifest.manifests ?? [];
    return {
      repositoryId: repo.id,
      projectId: project.id,
      digest: digestOf(bytes),
      manifestMediaType: p.mediaType,
      mediaType: manifest.config?.mediaType ?? p.mediaType,
      artifactType: manifest.artifactType ?? manifest.config?.mediaType ?? "",
      subject: manifest.subject?.digest ?? "",
      annotations: manifest.annotations ?? {},
      size: bytes.length + sizeOfParts(site, repo, manifest),
      manifestSize: bytes.length,
      type: typeOf(manifest),
      extra,
      blobs: partsOf(manifest).map((d) => d.digest),
      children: children.map(({ digest: child, platform }) => ({ digest: child, platform })),
      pushed: at,
      pulled: zeroTime,
    };
  }
}

/** Every descriptor that must be there before the manifest is. */
export function partsOf(manifest: Manifest): readonly Descriptor[] {
  const config = manifest.config === undefined ? [] : [manifest.config];
  return [...config, ...(manifest.layers ?? []), ...(manifest.manifests ?? [])];
}

function sizeOfParts(site: Site, repository: Repository, manifest: Manifest): number {
  const parts = partsOf(manifest).map((part) => {
    const child = manifest.manifests === undefined ? undefined : artifactOf(site, repository, part.digest);
    return child?.size ?? part.size;
  });
  return parts.reduce((sum, size) => sum + size, 0);
}

/** Moves or makes a tag. */
export function putTag(site: Site, repository: Repository, artifact: Artifact, name: string): void {
  const tag = tagNamed(site, repository, name);
  const time = now(site);
  if (tag === undefined) {
    const row = {
      repositoryId: repository.id,
      artifactId: artifact.id,
      name,
      pushed: time,
      pulled: zeroTime,
    };
    site.store.insert("tags", row);
  } else if (tag.artifactId !== artifact.id) {
    site.store.update("tags", tag.id, { artifactId: artifact.id, pushed: time });
  }
}

/** The image configuration's facts that Harbor shows as extra_attrs; configurations larger than 1 MiB are not read. */
async function configOf(site: Site, manifest: Manifest): Promise<Readonly<Record<string, unknown>>> {
  const config = manifest.config;
  if (config === undefined || typeOf(manifest) !== "IMAGE" || config.size > 1 << 20) return {};
  try {
    const value = JSON.parse((await site.blobs.read(config.digest)).toString("utf8")) as Record<
      string,
      unknown
    >;
    return {
      architecture: value["architecture"],
      author: value["author"] ?? "",
      config: value["config"],
      created: value["created"] ?? null,
      os: value["os"],
    };
  } catch {
    // An image whose configuration is not JSON is kept all the same: Harbor only shows less of it.
    return {};
  }
}

/** Counts a pull of a manifest, on the artifact, the tag and the repository, and records it. */
export function recordPull(
  site: Site,
  repository: Repository,
  artifact: Artifact,
  reference: string,
  username: string,
): void {
  const time = now(site);
  site.store.update("artifacts", artifact.id, { pulled: time });
  site.store.update("repositories", repository.id, {
    pulls: (site.store.get("repositories", repository.id)?.pulls ?? 0) + 1,
  });
  const tag = tagNamed(site, repository, reference);
  if (tag !== undefined) site.store.update("tags", tag.id, { pulled: time });
  const named = tag === undefined ? `@${artifact.digest}` : `:${tag.name}`;
  audit(site, {
    projectId: repository.projectId,
    operation: "pull",
    resource: `${repository.name}${named}`,
    resourceType: "artifact",
    username,
  });
}

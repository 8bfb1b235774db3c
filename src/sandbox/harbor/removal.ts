import { isImmutable } from "./immutability.ts";
import { precondition } from "./problem.ts";
import type { Artifact, Project, Repository, Tag } from "./records.ts";
import { audit, type Site } from "./site.ts";

const tagsOf = (site: Site, artifact: Artifact): readonly Tag[] =>
  site.store.filter("tags", (t) => t.artifactId === artifact.id);

/** Removes an artifact with its tags; its bytes wait for garbage collection, as in Harbor (facts/harbor.md §1.12). */
export function removeArtifact(
  site: Site,
  repository: Repository,
  artifact: Artifact,
  username: string,
): void {
  const tags = tagsOf(site, artifact);
  for (const tag of tags) refuseImmutableTag(site, repository, tag.name);
  dropArtifact(site, artifact);
  const first = tags[0];
  audit(site, {
    projectId: repository.projectId,
    operation: "delete",
    resource: `${repository.name}${first === undefined ? `@${artifact.digest}` : `:${first.name}`}`,
    resourceType: "artifact",
    username,
  });
}

function dropArtifact(site: Site, artifact: Artifact): void {
  site.store.removeWhere("tags", (t) => t.artifactId === artifact.id);
  site.store.remove("artifacts", artifact.id);
}

export function removeTag(site: Site, repository: Repository, tag: Tag, username: string): void {
  refuseImmutableTag(site, repository, tag.name);
  site.store.remove("tags", tag.id);
  audit(site, {
    projectId: repository.projectId,
    operation: "delete",
    resource: `${repository.name}:${tag.name}`,
    resourceType: "tag",
    username,
  });
}

function refuseImmutableTag(site: Site, repository: Repository, tag: string): void {
  if (isImmutable(site, repository, tag)) {
    throw precondition(`the tag ${tag} configured as immutable, cannot be deleted`);
  }
}

export function removeRepository(site: Site, repository: Repository, username: string): void {
  const artifacts = site.store.filter("artifacts", (a) => a.repositoryId === repository.id);
  for (const artifact of artifacts) {
    for (const tag of tagsOf(site, artifact)) refuseImmutableTag(site, repository, tag.name);
  }
  for (const artifact of artifacts) dropArtifact(site, artifact);
  site.store.remove("repositories", repository.id);
  audit(site, {
    projectId: repository.projectId,
    operation: "delete",
    resource: repository.name,
    resourceType: "repository",
    username,
  });
}

/** Removes a project that holds no repository, with everything that belongs to it. */
export function removeProject(site: Site, project: Project, username: string): void {
  const { store } = site;
  for (const table of [
    "members",
    "quotas",
    "immutables",
    "webhooks",
    "preheatPolicies",
    "retentions",
    "links",
  ] as const) {
    store.removeWhere(table, (row) => row.projectId === project.id);
  }
  store.removeWhere("robots", (r) => r.level === "project" && r.projectId === project.id);
  for (const robot of store.all("robots")) {
    const permissions = robot.permissions.filter((p) => p.namespace !== project.name);
    if (permissions.length < robot.permissions.length) store.update("robots", robot.id, { permissions });
  }
  store.remove("projects", project.id);
  audit(site, {
    projectId: project.id,
    operation: "delete",
    resource: project.name,
    resourceType: "project",
    username,
  });
}

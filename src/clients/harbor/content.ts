import { repositorySegment, segment, type HarborConnection } from "./connection.ts";
import { pages } from "./paging.ts";
import * as schemas from "./schemas.ts";

export interface ContentApi {
  repositories(project: string, signal?: AbortSignal): AsyncGenerator<schemas.Repository>;
  /** @param repository name without its project; slashes are fine */
  artifacts(project: string, repository: string, signal?: AbortSignal): AsyncGenerator<schemas.Artifact>;
  /** Whether Harbor itself holds a tag or digest; what a proxy cache could fetch does not count. */
  holds(project: string, repository: string, reference: string, signal?: AbortSignal): Promise<boolean>;
  /** As {@link holds}, with its tags and signatures; signatures are told by Harbor 2.5 and later. */
  artifact(
    project: string,
    repository: string,
    reference: string,
    signal?: AbortSignal,
  ): Promise<schemas.Artifact | undefined>;
}

/** What lies in projects. Deleting images is no part of this client. */
export function contentApi(connection: HarborConnection): ContentApi {
  const at = (project: string) => `/projects/${segment(project)}/repositories`;
  const one = (project: string, repository: string, reference: string) =>
    `${at(project)}/${repositorySegment(repository)}/artifacts/${segment(reference)}`;
  return {
    repositories: (project, signal) =>
      pages(connection, { path: at(project), signal }, schemas.repository, "name"),
    artifacts: (project, repository, signal) => {
      const path = `${at(project)}/${repositorySegment(repository)}/artifacts`;
      return pages(connection, { path, query: { with_tag: true }, signal }, schemas.artifact, "id");
    },
    holds: async (project, repository, reference, signal) => {
      const path = one(project, repository, reference);
      return (await connection.readIfThere({ method: "GET", path, signal }, schemas.artifact)) !== undefined;
    },
    artifact: (project, repository, reference, signal) => {
      const path = one(project, repository, reference);
      const query = { with_tag: true, with_accessory: true };
      return connection.readIfThere({ method: "GET", path, query, signal }, schemas.artifact);
    },
  };
}

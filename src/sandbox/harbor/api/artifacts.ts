import { Hono } from "hono";
import { z } from "zod";
import { visible } from "./projects.ts";
import { scanOf, scanOverview, scanReport } from "./scans.ts";
import { readBody } from "../body.ts";
import { callerName } from "../identity.ts";
import { isImmutable } from "../immutability.ts";
import { requireLogin, requireProject } from "../permissions.ts";
import { conflict, notFound, precondition } from "../problem.ts";
import { pageOf, type Fields } from "../query.ts";
import type { Artifact, Project, Repository, Tag } from "../records.ts";
import { putTag, repositoryNamed, tagNamed } from "../registry/artifacts.ts";
import { requireArtifact } from "../registry/manifests.ts";
import { removeArtifact, removeRepository, removeTag } from "../removal.ts";
import {
  audit,
  created,
  empty,
  has,
  json,
  now,
  urlOf,
  type Call,
  type HarborEnv,
  type Routes,
  type Site,
} from "../site.ts";

const repositoryFields: Fields<Repository> = {
  name: (r) => r.name,
  id: (r) => r.id,
  pull_count: (r) => r.pulls,
  creation_time: (r) => r.created,
  update_time: (r) => r.updated,
};

const artifactFields = (site: Site): Fields<Artifact> => ({
  id: (a) => a.id,
  digest: (a) => a.digest,
  size: (a) => a.size,
  push_time: (a) => a.pushed,
  pull_time: (a) => a.pulled,
  type: (a) => a.type,
  tags: (a) => tagsOf(site, a)[0]?.name ?? "nil",
});

const tagFields: Fields<Tag> = { id: (t) => t.id, name: (t) => t.name, push_time: (t) => t.pushed };

const base = "/projects/:project/repositories";
const one = `${base}/:repository`;
const artifact = `${one}/artifacts/:reference`;

export function artifactRoutes(site: Site): Routes {
  const routes: Routes = new Hono<HarborEnv>();
  routes.get(base, (c) => {
    const project = requireProject(site, c, c.req.param("project"), "repository", "list");
    return repositoryPage(site, c, (r) => r.projectId === project.id);
  });
  routes.get("/repositories", (c) => {
    const seen = new Set(site.store.filter("projects", (p) => visible(site, c, p)).map((p) => p.id));
    return repositoryPage(site, c, (r) => seen.has(r.projectId));
  });
  routes.get(one, (c) => json(shownRepository(site, requireRepository(site, c, "read").repository)));
  routes.put(one, async (c) => {
    const { repository } = requireRepository(site, c, "update");
    const schema = z.looseObject({ description: z.string().default("") });
    const { description } = await readBody(c.env.incoming, "repository", "Repository", schema);
    site.store.update("repositories", repository.id, { description, updated: now(site) });
    return empty();
  });
  routes.delete(one, (c) => {
    const { repository } = requireRepository(site, c, "delete");
    removeRepository(site, repository, callerName(c.get("caller")));
    return empty();
  });
  routes.get(`${one}/artifacts`, (c) => {
    const project = requireProject(site, c, c.req.param("project"), "artifact", "list");
    const repository = repositoryNamed(site, nameOf(c, project));
    return artifactPage(site, c, (a) => a.repositoryId === repository?.id);
  });
  if (has(site, "projectArtifacts")) {
    routes.get("/projects/:project/artifacts", (c) => {
      const project = requireProject(site, c, c.req.param("project"), "artifact", "list");
      return artifactPage(site, c, (a) => a.projectId === project.id);
    });
  }
  routes.get(artifact, (c) =>
    json(shownArtifact(site, found(site, c, "artifact", "read").artifact, urlOf(c))),
  );
  routes.get(`${artifact}/additions/vulnerabilities`, (c) => {
    const { project, artifact: row } = found(site, c, "artifact-addition", "read");
    const scan = scanOf(site, row);
    if (scan === undefined) throw notFound(`no scanner registration configured for project: ${project.id}`);
    return json(scanReport(scan));
  });
  routes.delete(artifact, (c) => {
    const { repository, artifact: row } = found(site, c, "artifact", "delete");
    removeArtifact(site, repository, row, callerName(c.get("caller")));
    return empty();
  });
  routes.post(`${artifact}/scan`, (c) => {
    const { project } = found(site, c, "scan", "create");
    throw precondition(`no available scanner for project: ${project.id}`);
  });
  routes.get(`${artifact}/tags`, (c) => {
    const { artifact: row, repository } = found(site, c, "tag", "list");
    return pageOf(urlOf(c), tagsOf(site, row), tagFields, (tag) => shownTag(site, repository, tag));
  });
  routes.post(`${artifact}/tags`, (c) => createTag(site, c));
  routes.delete(`${artifact}/tags/:tag`, (c) => {
    const { repository, artifact: row } = found(site, c, "tag", "delete");
    const tag = tagNamed(site, repository, c.req.param("tag"));
    if (tag === undefined || tag.artifactId !== row.id) throw notFound(`tag ${c.req.param("tag")} not found`);
    removeTag(site, repository, tag, callerName(c.get("caller")));
    return empty();
  });
  return routes;
}

async function createTag(site: Site, c: Call): Promise<Response> {
  const { repository, artifact: row } = found(site, c, "tag", "create");
  const schema = z.looseObject({ name: z.string().default("") });
  const { name } = await readBody(c.env.incoming, "tag", "Tag", schema);
  if (tagNamed(site, repository, name) !== undefined) throw conflict(`tag ${name} already exists`);
  putTag(site, repository, row, name);
  audit(site, {
    projectId: repository.projectId,
    operation: "create",
    resource: `${repository.name}:${name}`,
    resourceType: "tag",
    username: callerName(c.get("caller")),
  });
  return created(`${urlOf(c).pathname}/${name}`);
}

/** With the project's name; clients encode what has a slash twice (facts/harbor.md §1.1). */
const nameOf = (c: Call, project: Project): string =>
  `${project.name}/${decodeURIComponent(c.req.param("repository") ?? "")}`;

function requireRepository(
  site: Site,
  c: Call,
  action: string,
): { project: Project; repository: Repository } {
  requireLoginUnlessReading(c);
  const project = requireProject(site, c, c.req.param("project") ?? "", "repository", action);
  const repository = repositoryNamed(site, nameOf(c, project));
  if (repository === undefined) throw notFound(`repository ${nameOf(c, project)} not found`);
  return { project, repository };
}

function found(
  site: Site,
  c: Call,
  resource: string,
  action: string,
): { project: Project; repository: Repository; artifact: Artifact } {
  requireLoginUnlessReading(c);
  const project = requireProject(site, c, c.req.param("project") ?? "", resource, action);
  return { project, ...requireArtifact(site, nameOf(c, project), c.req.param("reference") ?? "") };
}

function requireLoginUnlessReading(c: Call): void {
  if (c.req.method !== "GET" && c.req.method !== "HEAD") requireLogin(c);
}

function repositoryPage(site: Site, c: Call, test: (row: Repository) => boolean): Response {
  return pageOf(urlOf(c), site.store.filter("repositories", test), repositoryFields, (r) =>
    shownRepository(site, r),
  );
}

function artifactPage(site: Site, c: Call, test: (row: Artifact) => boolean): Response {
  const rows = site.store.filter("artifacts", test);
  return pageOf(urlOf(c), rows, artifactFields(site), (a) => shownArtifact(site, a, urlOf(c)), "-push_time");
}

const tagsOf = (site: Site, row: Artifact): readonly Tag[] =>
  site.store.filter("tags", (t) => t.artifactId === row.id);

function shownRepository(site: Site, r: Repository): object {
  return {
    artifact_count: site.store.filter("artifacts", (a) => a.repositoryId === r.id).length,
    creation_time: r.created,
    ...(r.description === "" ? {} : { description: r.description }),
    id: r.id,
    name: r.name,
    project_id: r.projectId,
    ...(r.pulls === 0 ? {} : { pull_count: r.pulls }),
    update_time: r.updated,
  };
}

function shownTag(site: Site, repository: Repository | undefined, tag: Tag): object {
  return {
    artifact_id: tag.artifactId,
    id: tag.id,
    immutable: repository !== undefined && isImmutable(site, repository, tag.name),
    name: tag.name,
    pull_time: tag.pulled,
    push_time: tag.pushed,
    repository_id: tag.repositoryId,
  };
}

/** Harbor's icon for images. */
const icon = "sha256:0048162a053eef4d4ce3fe7518615bef084403614f8bca43b40ae2e762e11e06";

function shownArtifact(site: Site, a: Artifact, asked: URL): object {
  const repository = site.store.get("repositories", a.repositoryId);
  const name = repository?.name ?? "";
  const [project = "", ...rest] = name.split("/");
  const path = `/api/v2.0/projects/${project}/repositories/${encodeURIComponent(encodeURIComponent(rest.join("/")))}`;
  const tags = tagsOf(site, a).map((tag) => shownTag(site, repository, tag));
  const isImage = a.type === "IMAGE" && a.children.length === 0;
  const history = { absolute: false, href: `${path}/artifacts/${a.digest}/additions/build_history` };
  return {
    accessories: null,
    addition_links: isImage ? { build_history: history } : {},
    ...(Object.keys(a.annotations).length === 0 ? {} : { annotations: a.annotations }),
    digest: a.digest,
    extra_attrs: a.extra,
    icon,
    id: a.id,
    labels: null,
    manifest_media_type: a.manifestMediaType,
    media_type: a.mediaType,
    project_id: a.projectId,
    pull_time: a.pulled,
    push_time: a.pushed,
    references: a.children.length === 0 ? null : references(site, a),
    repository_id: a.repositoryId,
    ...(has(site, "projectArtifacts") ? { repository_name: name } : {}),
    ...(asked.searchParams.get("with_scan_overview") === "true" ? scanOverview(site, a) : {}),
    size: a.size,
    tags: tags.length === 0 ? null : tags,
    type: a.type,
  };
}

function references(site: Site, parent: Artifact): readonly object[] {
  return parent.children.map(({ digest, platform }) => ({
    child_digest: digest,
    child_id: site.store.find(
      "artifacts",
      (a) => a.repositoryId === parent.repositoryId && a.digest === digest,
    )?.id,
    parent_id: parent.id,
    platform: platform ?? null,
  }));
}

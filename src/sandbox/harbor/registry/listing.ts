import { requireCatalog, requireRepository } from "./access.ts";
import { repositoryNamed } from "./artifacts.ts";
import { mediaTypes } from "./manifest.ts";
import { notFound } from "../problem.ts";
import { urlOf, type Call, type Site } from "../site.ts";

const headers = {
  "content-type": "application/json; charset=utf-8",
  "docker-distribution-api-version": "registry/2.0",
};

/** Tags in order, in pages of `n` after `last` (distribution-spec, "Content Discovery"). */
export function listTags(site: Site, c: Call, name: string): Response {
  requireRepository(site, c, name, "pull");
  const repository = repositoryNamed(site, name);
  if (repository === undefined) throw notFound(`repository ${name} not found`);
  const tags = site.store.filter("tags", (t) => t.repositoryId === repository.id).map((t) => t.name);
  return paged(c, tags, (page) => ({ name, tags: page }));
}

export function listCatalog(site: Site, c: Call): Response {
  requireCatalog(site, c);
  const holding = new Set(site.store.all("artifacts").map((a) => a.repositoryId));
  const names = site.store.filter("repositories", (r) => holding.has(r.id)).map((r) => r.name);
  return paged(c, names, (repositories) => ({ repositories }));
}

function paged(c: Call, names: readonly string[], show: (page: readonly string[]) => object): Response {
  const url = urlOf(c);
  const last = url.searchParams.get("last") ?? "";
  const asked = url.searchParams.get("n");
  const rest = [...names].sort().filter((name) => name > last);
  const page = asked === null ? rest : rest.slice(0, Number(asked));
  const more = new Headers(headers);
  const end = page.at(-1);
  if (page.length < rest.length && end !== undefined) {
    more.set("link", `<${url.pathname}?n=${page.length}&last=${encodeURIComponent(end)}>; rel="next"`);
  }
  return new Response(JSON.stringify(show(page)), { headers: more });
}

/** Manifests whose subject is this digest (distribution-spec, "Listing Referrers"). */
export function listReferrers(site: Site, c: Call, name: string, digest: string): Response {
  requireRepository(site, c, name, "pull");
  const repository = repositoryNamed(site, name);
  const wanted = c.req.query("artifactType");
  const found = site.store
    .filter("artifacts", (a) => a.repositoryId === repository?.id && a.subject === digest)
    .filter((a) => wanted === undefined || a.artifactType === wanted)
    .map((a) => ({
      mediaType: a.manifestMediaType,
      digest: a.digest,
      size: a.manifestSize,
      artifactType: a.artifactType,
      annotations: a.annotations,
    }));
  const filtered = wanted === undefined ? {} : { "oci-filters-applied": "artifactType" };
  return new Response(
    JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: found }),
    {
      headers: { ...headers, "x-total-count": String(found.length), ...filtered },
    },
  );
}

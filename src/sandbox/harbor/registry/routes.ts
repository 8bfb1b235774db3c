import { Hono } from "hono";
import { appendChunk, cancelUpload, finishUpload, getBlob, startUpload, uploadStatus } from "./blobs.ts";
import { deleteManifest, getManifest, putManifest } from "./manifests.ts";
import { listCatalog, listReferrers, listTags } from "./listing.ts";
import { requireSomebody } from "./access.ts";
import { identify } from "../identity.ts";
import { HarborProblem } from "../problem.ts";
import { has, urlOf, type Call, type HarborEnv, type Routes, type Site } from "../site.ts";

/** A repository of a project: at least two parts (distribution-spec, "Pulling manifests"). */
const repository = String.raw`[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)+`;

type Handle = (site: Site, c: Call, name: string, reference: string) => Response | Promise<Response>;

interface Endpoint {
  readonly pattern: RegExp;
  readonly methods: Readonly<Record<string, Handle>>;
}

const endpoints: readonly Endpoint[] = [
  {
    pattern: new RegExp(`^/v2/(${repository})/manifests/([^/]+)$`),
    methods: { GET: getManifest, HEAD: getManifest, PUT: putManifest, DELETE: deleteManifest },
  },
  {
    pattern: new RegExp(`^/v2/(${repository})/blobs/uploads/?()$`),
    methods: { POST: startUpload },
  },
  {
    pattern: new RegExp(`^/v2/(${repository})/blobs/uploads/([^/]+)$`),
    methods: { GET: uploadStatus, PATCH: appendChunk, PUT: finishUpload, DELETE: cancelUpload },
  },
  {
    pattern: new RegExp(`^/v2/(${repository})/blobs/([^/]+)$`),
    methods: { GET: getBlob, HEAD: getBlob },
  },
  { pattern: new RegExp(`^/v2/(${repository})/tags/list()$`), methods: { GET: listTags } },
  {
    pattern: new RegExp(`^/v2/(${repository})/referrers/([^/]+)$`),
    methods: {
      GET: (site, c, name, digest) =>
        has(site, "referrers") ? listReferrers(site, c, name, digest) : missing(),
    },
  },
];

const missing = (): Response => new Response("404 page not found\n", { status: 404 });

/** The registry under `/v2/`: Bearer tokens or Basic credentials, both at once (facts/harbor.md §4). */
export function registryRoutes(site: Site): Routes {
  const routes: Routes = new Hono<HarborEnv>();
  routes.use("/v2/*", async (c, next) => {
    c.set("caller", await identify(site, c.req.header("authorization"), true));
    await next();
  });
  routes.get("/v2/", (c) => {
    requireSomebody(site, c);
    return new Response("{}", {
      headers: {
        "content-type": "application/json; charset=utf-8",
        "docker-distribution-api-version": "registry/2.0",
      },
    });
  });
  routes.get("/v2/_catalog", (c) => listCatalog(site, c));
  routes.all("/v2/*", (c) => {
    const path = urlOf(c).pathname;
    for (const { pattern, methods } of endpoints) {
      const match = pattern.exec(path) ?? pattern.exec(decodeURIComponent(path));
      if (match === null) continue;
      const handle = methods[c.req.method];
      if (handle === undefined) throw new HarborProblem(405, "UNSUPPORTED", "The operation is unsupported.");
      return handle(site, c, match[1] ?? "", match[2] ?? "");
    }
    return missing();
  });
  return routes;
}

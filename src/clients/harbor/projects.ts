import { z } from "zod";
import { MoorlineError } from "../../model/errors.ts";
import { checkRequest, createdId, segment, type HarborConnection } from "./connection.ts";
import { all, pages } from "./paging.ts";
import * as schemas from "./schemas.ts";

const trueOrFalse = z.enum(["true", "false"]);
const wholeNumber = z.string().regex(/^(-1|\d{1,10})$/, "a whole number in digits, or -1 for none");

/**
 * Harbor stores any value that a project's PUT brings, `severity: bogus` too (facts/harbor.md §1.4), so the values are
 * checked here. `retention_id` is Harbor's own.
 */
const metadataToSet = z
  .strictObject({
    public: trueOrFalse,
    enable_content_trust: trueOrFalse,
    enable_content_trust_cosign: trueOrFalse,
    prevent_vul: trueOrFalse,
    severity: z.enum(["none", "low", "medium", "high", "critical"]),
    auto_scan: trueOrFalse,
    auto_sbom_generation: trueOrFalse,
    reuse_sys_cve_allowlist: trueOrFalse,
    proxy_speed_kb: wholeNumber,
    max_upstream_conn: wholeNumber,
    proxy_cache_local_on_not_found: trueOrFalse,
  })
  .partial();
export type MetadataToSet = z.input<typeof metadataToSet>;

const allowlistToSet = z.strictObject({
  items: z.array(z.strictObject({ cve_id: z.string().min(1) })),
  /** Unix seconds. */
  expires_at: z.int().positive().optional(),
});

const newProject = z.strictObject({
  name: z
    .string()
    .max(255)
    .regex(/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/, "lower-case letters and digits, separated by single . _ or -"),
  metadata: metadataToSet.optional(),
  /** Bytes; -1 for none. Taken only from administrators and robots that may create projects. */
  storageLimit: z.int().min(-1).optional(),
  /** Makes it a proxy cache of this registry, for good. */
  registryId: z.int().positive().optional(),
  cveAllowlist: allowlistToSet.optional(),
});
export type NewProject = z.input<typeof newProject>;

const projectChange = z.strictObject({
  metadata: metadataToSet.optional(),
  cve_allowlist: allowlistToSet.optional(),
});
export type ProjectChange = z.input<typeof projectChange>;

export interface ProjectsApi {
  /**
   * The project of exactly this name; undefined where there is none.
   * @throws HARBOR_FORBIDDEN to callers who are no administrators, who are not told whether it exists
   */
  getByName(name: string, signal?: AbortSignal): Promise<schemas.Project | undefined>;
  /** @throws HARBOR_CONFLICT when the name is taken */
  create(project: NewProject, signal?: AbortSignal): Promise<{ readonly id: number }>;
  /** Merges: metadata keys that are not named stay as they are. */
  update(name: string, change: ProjectChange, signal?: AbortSignal): Promise<void>;
  list(signal?: AbortSignal): AsyncGenerator<schemas.Project>;
  summary(name: string, signal?: AbortSignal): Promise<schemas.ProjectSummary>;
  metadata(name: string, signal?: AbortSignal): Promise<schemas.ProjectMetadata>;
  /** Deletes an empty project with its robots and quota. @throws HARBOR_PRECONDITION while it holds repositories */
  delete(name: string, signal?: AbortSignal): Promise<void>;
}

export function projectsApi(connection: HarborConnection): ProjectsApi {
  const at = (name: string) => `/projects/${segment(name)}`;
  return {
    getByName: async (name, signal) => {
      const call = { method: "GET", path: at(name), byName: true, signal } as const;
      const found = await connection.readIfThere(call, schemas.project);
      if (found === undefined || found.name === name) return found;
      // A match that is not exact must never be taken for the project (a peer's fuzzy match binds app to app-prod).
      const reason = `asked for project ${name}, got ${found.name}`;
      const subject = `GET ${connection.url}/api/v2.0${at(name)}`;
      throw new MoorlineError("HARBOR_RESPONSE_UNEXPECTED", { subject, parameters: { reason } });
    },
    create: async (project, signal) => {
      const { name, metadata, storageLimit, registryId, cveAllowlist } = checkRequest(
        newProject,
        project,
        `POST ${connection.url}/api/v2.0/projects`,
      );
      const json = {
        project_name: name,
        metadata: metadata ?? {},
        storage_limit: storageLimit,
        registry_id: registryId,
        cve_allowlist: cveAllowlist,
      };
      return { id: createdId(await connection.send({ method: "POST", path: "/projects", json, signal })) };
    },
    update: async (name, change, signal) => {
      const json = checkRequest(projectChange, change, `PUT ${connection.url}/api/v2.0${at(name)}`);
      await connection.send({ method: "PUT", path: at(name), byName: true, json, signal });
    },
    list: (signal) => pages(connection, { path: "/projects", signal }, schemas.project, "name"),
    summary: (name, signal) =>
      connection.read(
        { method: "GET", path: `${at(name)}/summary`, byName: true, signal },
        schemas.projectSummary,
      ),
    metadata: (name, signal) =>
      connection.read(
        { method: "GET", path: `${at(name)}/metadatas/`, byName: true, signal },
        schemas.metadata,
      ),
    delete: async (name, signal) => {
      await connection.send({ method: "DELETE", path: at(name), byName: true, signal });
    },
  };
}

export interface QuotasApi {
  /** The quota of a project; undefined where there is none. */
  getByProject(projectId: number, signal?: AbortSignal): Promise<schemas.Quota | undefined>;
  /** @param storage bytes; -1 for no limit */
  update(quotaId: number, storage: number, signal?: AbortSignal): Promise<void>;
}

export function quotasApi(connection: HarborConnection): QuotasApi {
  return {
    getByProject: async (projectId, signal) => {
      const query = { reference: "project", reference_id: projectId };
      const found = await all(connection, { path: "/quotas", query, signal }, schemas.quota);
      // The filter is asked for and checked: Harbor ignores filters that it does not know.
      return found.find((q) => q.ref.id === projectId);
    },
    update: async (quotaId, storage, signal) => {
      const path = `/quotas/${quotaId}`;
      const limit = checkRequest(z.int().min(-1), storage, `PUT ${connection.url}/api/v2.0${path}`);
      await connection.send({ method: "PUT", path, json: { hard: { storage: limit } }, signal });
    },
  };
}

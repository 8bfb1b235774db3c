import { z } from "zod";

/**
 * What Harbor answers, in its own field names. Fields not named here are dropped, except where an object is written
 * back whole; Go's omitempty leaves out zero values, so almost everything is optional or has a default.
 */

/** Go writes an empty list as `null` in places. */
const list = <T extends z.ZodType>(of: T) =>
  z
    .array(of)
    .nullish()
    .transform((items) => items ?? []);

export const health = z.object({
  status: z.string(),
  components: list(z.object({ name: z.string(), status: z.string(), error: z.string().optional() })),
});
export type Health = z.infer<typeof health>;

export const systemInfo = z.object({
  auth_mode: z.string().optional(),
  harbor_version: z.string().optional(),
  external_url: z.string().optional(),
  registry_url: z.string().optional(),
  read_only: z.boolean().optional(),
  self_registration: z.boolean().optional(),
  project_creation_restriction: z.string().optional(),
  registry_storage_provider_name: z.string().nullish(),
  has_ca_root: z.boolean().optional(),
  current_time: z.string().optional(),
});
export type SystemInfo = z.infer<typeof systemInfo>;

export const volumes = z.object({
  storage: list(z.object({ total: z.number().optional(), free: z.number().optional() })),
});
export type Volumes = z.infer<typeof volumes>;

export const statistics = z.object({
  private_project_count: z.number().default(0),
  private_repo_count: z.number().default(0),
  public_project_count: z.number().default(0),
  public_repo_count: z.number().default(0),
  total_project_count: z.number().default(0),
  total_repo_count: z.number().default(0),
  total_storage_consumption: z.number().default(0),
});
export type Statistics = z.infer<typeof statistics>;

export const user = z.object({
  user_id: z.number(),
  username: z.string(),
  sysadmin_flag: z.boolean().default(false),
  admin_role_in_auth: z.boolean().default(false),
});

export const cveAllowlist = z.object({
  id: z.number().optional(),
  items: list(z.object({ cve_id: z.string() })),
  expires_at: z.number().nullish(),
});
export type CveAllowlist = z.infer<typeof cveAllowlist>;

export const metadata = z.record(z.string(), z.string());
/** All values are strings: "true", "false", numbers in digits. */
export type ProjectMetadata = z.infer<typeof metadata>;

export const project = z.object({
  project_id: z.number(),
  name: z.string(),
  owner_name: z.string().optional(),
  registry_id: z.number().optional(),
  repo_count: z.number().default(0),
  current_user_role_ids: list(z.number()),
  metadata: metadata.nullish().transform((m) => m ?? {}),
  cve_allowlist: cveAllowlist.nullish(),
  creation_time: z.string().optional(),
  update_time: z.string().optional(),
});
export type Project = z.infer<typeof project>;

const storage = z.object({ storage: z.number().default(0) });

export const projectSummary = z.object({
  repo_count: z.number().default(0),
  project_admin_count: z.number().optional(),
  maintainer_count: z.number().optional(),
  developer_count: z.number().optional(),
  guest_count: z.number().optional(),
  limited_guest_count: z.number().optional(),
  quota: z.object({ hard: storage.optional(), used: storage.optional() }).nullish(),
});
export type ProjectSummary = z.infer<typeof projectSummary>;

export const quota = z.object({
  id: z.number(),
  ref: z.object({ id: z.number(), name: z.string().optional() }),
  hard: storage,
  used: storage.default({ storage: 0 }),
});
/** Bytes; a hard limit of -1 is none. */
export type Quota = z.infer<typeof quota>;

export const member = z.object({
  id: z.number(),
  project_id: z.number(),
  entity_id: z.number(),
  entity_name: z.string(),
  entity_type: z.enum(["u", "g"]),
  role_id: z.number(),
  role_name: z.string().optional(),
});
export type Member = z.infer<typeof member>;

export const repository = z.object({
  id: z.number(),
  project_id: z.number(),
  /** With the project: `team-a/app`. */
  name: z.string(),
  artifact_count: z.number().default(0),
  pull_count: z.number().default(0),
  creation_time: z.string().optional(),
  update_time: z.string().optional(),
});
export type Repository = z.infer<typeof repository>;

export const artifact = z.object({
  id: z.number(),
  digest: z.string(),
  type: z.string().optional(),
  media_type: z.string().optional(),
  manifest_media_type: z.string().optional(),
  size: z.number().default(0),
  push_time: z.string().optional(),
  /** `0001-01-01T00:00:00.000Z` for never. */
  pull_time: z.string().optional(),
  tags: list(z.object({ name: z.string(), immutable: z.boolean().default(false) })),
  accessories: list(z.object({ digest: z.string(), type: z.string().optional() })),
});
export type Artifact = z.infer<typeof artifact>;

export const registry = z.object({
  id: z.number(),
  name: z.string(),
  type: z.string(),
  url: z.string(),
  insecure: z.boolean().default(false),
  status: z.string().optional(),
  description: z.string().default(""),
});
/** An upstream for replication or proxy cache. Its masked secret is left out, so that nobody writes `*****` back. */
export type Registry = z.infer<typeof registry>;

export const scanner = z.object({
  uuid: z.string(),
  name: z.string(),
  url: z.string().optional(),
  disabled: z.boolean().default(false),
  is_default: z.boolean().default(false),
  health: z.string().optional(),
});
export type Scanner = z.infer<typeof scanner>;

/** Values as they are; some entries are bare objects without value (`scan_all_policy`). */
export const configurations = z.record(
  z.string(),
  z.object({ value: z.unknown().optional(), editable: z.boolean().optional() }),
);
export type Configurations = z.infer<typeof configurations>;

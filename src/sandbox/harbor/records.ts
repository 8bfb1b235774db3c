/** The rows that the sandbox keeps. Times are ISO strings, ids count up from 1 per table as PostgreSQL's do. */
export interface User {
  readonly id: number;
  readonly username: string;
  readonly email: string;
  readonly realname: string;
  readonly comment: string;
  readonly sysadmin: boolean;
  /** `salt:hash`, both hexadecimal; never the password. */
  readonly password: string;
  readonly created: string;
  readonly updated: string;
}

export interface AllowlistItem {
  readonly cve_id: string;
}

export interface Project {
  readonly id: number;
  readonly name: string;
  readonly ownerId: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly allowlist: readonly AllowlistItem[];
  readonly allowlistExpires: number | undefined;
  readonly registryId: number;
  readonly created: string;
  readonly updated: string;
}

export interface Member {
  readonly id: number;
  readonly projectId: number;
  readonly userId: number;
  readonly role: number;
}

export interface Quota {
  readonly id: number;
  readonly projectId: number;
  /** Bytes; -1 is no limit. */
  readonly hard: number;
  readonly created: string;
  readonly updated: string;
}

export interface Access {
  readonly resource: string;
  readonly action: string;
  readonly effect?: string | undefined;
}

export interface Permission {
  readonly kind: string;
  readonly namespace: string;
  readonly access: readonly Access[];
}

export interface Robot {
  readonly id: number;
  /** Without the prefix: `ci`, or `team-a+ci` at project level. */
  readonly name: string;
  readonly level: "system" | "project";
  /** 0 at system level. */
  readonly projectId: number;
  readonly description: string;
  /** Days; -1 never ends. */
  readonly duration: number;
  /** Unix seconds, or -1. */
  readonly expiresAt: number;
  readonly disable: boolean;
  readonly permissions: readonly Permission[];
  readonly secret: string;
  readonly created: string;
  readonly updated: string;
}

export interface Repository {
  readonly id: number;
  readonly projectId: number;
  readonly name: string;
  readonly pulls: number;
  readonly description: string;
  readonly created: string;
  readonly updated: string;
}

export interface Artifact {
  readonly id: number;
  readonly repositoryId: number;
  readonly projectId: number;
  readonly digest: string;
  readonly manifestMediaType: string;
  readonly mediaType: string;
  readonly artifactType: string;
  readonly subject: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly size: number;
  readonly manifestSize: number;
  readonly type: string;
  readonly extra: Readonly<Record<string, unknown>>;
  /** Digests of config, layers and child manifests. */
  readonly blobs: readonly string[];
  readonly children: readonly { readonly digest: string; readonly platform?: unknown }[];
  readonly pushed: string;
  readonly pulled: string;
}

export interface Tag {
  readonly id: number;
  readonly repositoryId: number;
  readonly artifactId: number;
  readonly name: string;
  readonly pushed: string;
  readonly pulled: string;
}

/** A blob or manifest that a repository may serve; the project's usage counts each digest once. */
export interface BlobLink {
  readonly id: number;
  readonly projectId: number;
  readonly repository: string;
  readonly digest: string;
  readonly size: number;
  readonly created: string;
}

export interface AuditRecord {
  readonly id: number;
  readonly projectId: number;
  readonly operation: string;
  readonly resource: string;
  readonly resourceType: string;
  readonly username: string;
  readonly time: string;
}

export interface Registry {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly url: string;
  readonly description: string;
  readonly insecure: boolean;
  readonly caCertificate: string;
  readonly credentialType: string;
  readonly accessKey: string;
  readonly accessSecret: string;
  readonly created: string;
  readonly updated: string;
}

/** What is stored as it came, with what Harbor adds when it answers. */
export interface Stored {
  readonly id: number;
  readonly projectId: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly created: string;
  readonly updated: string;
}

export interface Job {
  readonly id: number;
  readonly projectId: number;
  readonly kind: "MANUAL" | "SCHEDULE";
  readonly parameters: string;
  readonly schedule: Readonly<Record<string, unknown>>;
  readonly log: string;
  readonly created: string;
  /** Milliseconds since 1970 at which the job shows as done. */
  readonly doneAt: number;
}

/** A scanner's report on one artifact. This Harbor has no scanner: loaders put reports here. */
export interface Scan {
  readonly id: number;
  readonly artifactId: number;
  readonly status: "Success" | "Running" | "Error";
  readonly vulnerabilities: readonly {
    readonly id: string;
    /** As Harbor writes it: `High`. */
    readonly severity: string;
    readonly package: string;
    readonly version: string;
    readonly fix_version: string;
  }[];
  readonly scanned: string;
}

export interface Settings {
  readonly id: number;
  readonly values: Readonly<Record<string, unknown>>;
}

export interface Tables {
  readonly users: User;
  readonly projects: Project;
  readonly members: Member;
  readonly quotas: Quota;
  readonly robots: Robot;
  readonly repositories: Repository;
  readonly artifacts: Artifact;
  readonly tags: Tag;
  readonly links: BlobLink;
  readonly audit: AuditRecord;
  readonly registries: Registry;
  readonly replications: Stored;
  readonly retentions: Stored;
  readonly immutables: Stored;
  readonly webhooks: Stored;
  readonly preheatInstances: Stored;
  readonly preheatPolicies: Stored;

  readonly schedules: Stored;
  readonly collections: Job;
  readonly scans: Scan;
  readonly settings: Settings;
}

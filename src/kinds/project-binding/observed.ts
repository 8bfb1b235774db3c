import type { Slot } from "./ownership.ts";

/** A Harbor project as it is; absent fields are not there or not set. */
export interface ObservedProject {
  readonly name: string;
  readonly id?: number;
  readonly public?: boolean;
  readonly autoScan?: boolean;
  readonly preventVulnerable?: boolean;
  readonly severity?: string;
  /** Bytes; -1 is unlimited. */
  readonly storageLimit?: number;
  readonly repositories?: number;
  /** It carries the mark that Moorline leaves in projects that it creates. */
  readonly createdByUs?: boolean;
}

/** A robot that bears one of our names or says that it is ours. */
export interface ObservedRobot {
  readonly id: number;
  readonly harborProject: string;
  /** The login name: `robot$team-a+demo.demo-project.1f3c5a.a`. */
  readonly name: string;
  readonly slot?: Slot;
  /** Its description says that it belongs to this binding, project and cluster. */
  readonly ours: boolean;
  readonly disabled: boolean;
  /** Seconds since 1970; -1 never. */
  readonly expiresAt: number;
  /** When Harbor made it, ISO 8601. */
  readonly createdAt?: string;
  /** Days; -1 for ever. */
  readonly durationDays: number;
  /** `repository:pull`, sorted. */
  readonly permissions: readonly string[];
}

/** What is not as it should be in a Secret's content; the credential in it may still be good. */
export type SecretFlaw =
  | "unreadable"
  | "empty-credential"
  | "wrong-type"
  | "other-registry"
  | "key-without-scheme"
  | "several-registries"
  | "auth-differs"
  | "force-insecure"
  | "metadata-differs";

export interface ObservedSecret {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** `us`: this binding's; `binding`: another binding's; `federation`: a FederatedSecret's; `foreign`: anybody else's. */
  readonly owner: "us" | "binding" | "federation" | "foreign";
  readonly flaws: readonly SecretFlaw[];
  /** When it was made, ISO 8601; the credential in it may be younger. */
  readonly createdAt?: string;
  /** The robot's login name. */
  readonly username?: string;
  /** The Harbor project that its robot is in, as its annotation says. */
  readonly harborProject?: string;
  /** The robot that is being rotated out, by its login name. */
  readonly rotating?: string;
  /** When its robot took over from another, milliseconds since 1970. */
  readonly replacedAt?: number;
  /** Whether Harbor took the credential; absent where it was not asked, because the robot's state tells already. */
  readonly accepted?: boolean;
}

export interface ObservedServiceAccount {
  readonly name: string;
  readonly resourceVersion: string;
  /** Names in its imagePullSecrets, as they stand. */
  readonly pullSecrets: readonly string[];
  /** It carries the label that we set where we linked. */
  readonly marked: boolean;
}

/** Why a chosen namespace is left alone. */
export type Excluded = "terminating" | "system" | "devops";

export interface ObservedNamespace {
  readonly name: string;
  /** Chosen by the document now. If not, something of ours was found there that must go. */
  readonly chosen: boolean;
  readonly excluded?: Excluded;
  /** The cluster has no such namespace (any more); said where it was looked for. */
  readonly gone?: boolean;
  /** The Secret of the name that the document asks for. */
  readonly secret?: ObservedSecret;
  /** Secrets of this binding under other names. */
  readonly formerSecrets: readonly ObservedSecret[];
  /** Those that the document names, and those that we linked before. */
  readonly serviceAccounts: readonly ObservedServiceAccount[];
  readonly robots: readonly ObservedRobot[];
}

/** Everything that a plan is made from. Holds no secret and nothing that changes by itself. */
export interface ObservedBinding {
  readonly registryUrl: string;
  readonly cluster: string;
  readonly harborProjects: readonly ObservedProject[];
  readonly namespaces: readonly ObservedNamespace[];
  /** Named by the document, but not there. */
  readonly missing: readonly string[];
  /** There where only some namespaces were looked at. */
  readonly focused?: {
    /** The document binds a namespace that was not looked at; asked for only where it binds none of the others. */
    readonly boundElsewhere: boolean;
  };
}

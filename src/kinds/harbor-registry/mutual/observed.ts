import type { NodeVerdict } from "./judge.ts";
import type { ListProblem } from "./material.ts";
import type { Part } from "./places.ts";
import type { Coverable, MutualMode } from "./schema.ts";

/**
 * How the files get into the container that runs: it has our `mounts`; it was made before them and has Harbor's own
 * `folder`, which may hold them as well until it is made anew; or `neither`.
 */
export type Way = "mounts" | "folder" | "neither";

/** Digests of the files that nginx is given; a file that is not there has none. */
export type PartDigests = Readonly<Partial<Record<Part, string>>>;

/** Somebody who shows no certificate that holds where `covers` asks for one; without times and counts. */
export interface Outsider {
  readonly address: string;
  readonly program: string;
  readonly path: Coverable;
  /** Why its certificate does not hold; empty where it shows none. */
  readonly reason: string;
}

/** A docker-compose Harbor's proxy, and what was learnt of its clients. */
export interface ObservedCompose {
  readonly by: "compose";
  /** `harbor1:/opt/harbor`. */
  readonly at: string;
  readonly directory: string;
  /** What nginx's files ask for; `unknown` for files that are not as Moorline writes them. */
  readonly current: "absent" | MutualMode | "unknown";
  /** What is refused now. */
  readonly covered: readonly Coverable[];
  readonly running: boolean;
  /** The override has our mounts. */
  readonly mounted: boolean;
  readonly way: Way;
  /** The proxy's container sees what is mounted. */
  readonly visible: boolean;
  readonly files: PartDigests;
  /** nginx was told to load these files. */
  readonly loaded: boolean;
  /** How far the log of clients has grown: `long` is to be emptied, and `huge` shows that nobody does it. */
  readonly log: "short" | "long" | "huge";
  /** What the files should be; absent where mutual TLS is to be off. */
  readonly wanted?: ObservedWanted;
}

/** What the document's sources give. */
export interface ObservedWanted {
  readonly observe: PartDigests;
  readonly enforce: PartDigests;
  readonly listProblem?: ListProblem;
  /** CAs that stay for their clients' sake, though the document names them no more. */
  readonly held?: readonly string[];
  /** Whether Moorline itself would be let in. */
  readonly own: "good" | "none" | "untrusted";
  /** NodeTrust documents that refer to the registry. */
  readonly trusts: readonly string[];
  readonly nodes: readonly NodeVerdict[];
  readonly outsiders: readonly Outsider[];
  /** Addresses of nobody that every runtime seems to come from; absent where nodes are seen by their own. */
  readonly hidden?: readonly string[];
}

/** One Ingress of a Helm release. */
export interface ObservedIngress {
  readonly by: "helm";
  readonly at: string;
  readonly namespace: string;
  /** `ingress`; what else there is asks no client for a certificate. */
  readonly exposure: "ingress" | "nginx" | "absent" | "other";
  /** Names of the Ingresses that serve Harbor's host. */
  readonly ingresses: readonly string[];
  readonly current: "absent" | MutualMode | "unknown";
  /** Digest of the Secret that is there, and whether it is ours. */
  readonly secret?: { readonly ours: boolean; readonly digest: string };
  readonly depth?: string;
  readonly wanted?: {
    readonly digest: string;
    readonly listProblem?: ListProblem;
    readonly own: "good" | "none" | "untrusted";
    readonly trusts: readonly string[];
    readonly nodes: readonly NodeVerdict[];
  };
}

export type ObservedMutual = ObservedCompose | ObservedIngress;

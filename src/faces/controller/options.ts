import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import type { Term } from "../../clients/kubernetes/lease.ts";
import type { AnyKind } from "../../engine/kind.ts";
import type { Clock, Random } from "../../engine/world.ts";
import type { World } from "../../kinds/world.ts";
import type { MoorlineError } from "../../model/errors.ts";
import type { Language } from "../../text/language.ts";
import type { ControllerMetrics } from "./metrics.ts";
import type { Rest } from "./rest.ts";
import type { Sight } from "./sight.ts";

export interface ControllerOptions {
  readonly client: KubernetesClient;
  /** The connections that documents use; what of this machine they must not see is taken out here. */
  readonly world: World;
  /** Where to count; metrics of its own otherwise. */
  readonly metrics?: ControllerMetrics;
  /** Every kind there is; those that are carried out on nodes are only there to be referred to. */
  readonly kinds: readonly AnyKind<World>[];
  /** Labels of the documents that are meant, as a selector; all where absent. */
  readonly selector?: string;
  /** Names of the kinds that are carried out here. */
  readonly carriedOut: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  /** Milliseconds by a clock that nobody sets. */
  readonly elapsed: () => number;
  readonly language: Language;
  /** Who this replica is: the pod's name. */
  readonly identity: string;
  /** Where the Lease lies; none is needed where only one replica can run. */
  readonly lease?: {
    readonly namespace: string;
    readonly name: string;
    readonly durationMs?: number;
    readonly renewDeadlineMs?: number;
    readonly retryMs?: number;
  };
  /** Documents that are looked at side by side, and four times as many batches of projects besides. */
  readonly workers: number;
  /** Everything is looked at again after this at the latest, give or take a fifth. */
  readonly resyncMs: number;
  /** Asks to stop: steps in hand are finished, the lease is given back. */
  readonly stopping: AbortSignal;
  /** What is in hand has so long to finish after that, and is cut off then; default 40 s, of the pod's 60. */
  readonly stopGraceMs?: number;
  /** Gives back the memory that is not needed at rest. */
  readonly releaseMemory?: () => void;
  readonly onTrouble: (error: MoorlineError) => void;
  readonly onLead?: (leads: boolean) => void;
}

/** What a replica has while it leads. */
export interface ShiftOptions extends ControllerOptions {
  readonly metrics: ControllerMetrics;
  readonly sight: Sight;
  readonly rest: Rest;
  readonly term: Term;
}

import type { Account } from "../harbor.ts";

/** Where the loop pulls from, and as whom. */
export interface PullPlace {
  /** `name:port`, as in an image reference. */
  readonly host: string;
  /** Without host and tag: `team-a/small`. Tags are numbers from 0. */
  readonly small: { readonly repository: string; readonly tags: number };
  /** Images that run. */
  readonly pod: { readonly repository: string; readonly tags: number };
  /** Asked for before every pull, as the kubelet reads the Secret before every pull; nobody where it answers undefined. */
  readonly credential: () => Promise<Account | undefined>;
  /** Of the kubelet's pods. */
  readonly namespace: string;
  readonly pullSecret?: string;
}

/** One pull that came to an end. */
export interface Pull {
  readonly by: string;
  readonly image: string;
  /** Milliseconds since the epoch at which it began. */
  readonly began: number;
  readonly milliseconds: number;
  /** Why it failed, in the puller's own words; absent where it did not. */
  readonly failure?: string;
}

/** Something that pulls again and again. */
export interface Puller {
  readonly name: string;
  /** What one round of it does, for whoever reads the report. */
  readonly does: string;
  /** Milliseconds from the beginning of one round to the next, if it is done by then. */
  readonly every: number;
  /** What has to be done once before the first round. */
  prepare?(): Promise<void>;
  /** One round: each pull of it is told to `done`. Throws only where the rig itself does not work. */
  round(done: (pull: Pull) => void): Promise<void>;
}

/** Runs one pull, and tells how it went. */
export async function timed(by: string, image: string, pull: () => Promise<void>): Promise<Pull> {
  const began = Date.now();
  const start = performance.now();
  const outcome = await pull().then(
    () => ({}),
    (error: unknown) => ({ failure: error instanceof Error ? error.message : String(error) }),
  );
  return { by, image, began, milliseconds: performance.now() - start, ...outcome };
}

/** The next of `count` numbers, for ever. */
export function around(count: number, from = 0): () => number {
  let next = from;
  return () => next++ % count;
}

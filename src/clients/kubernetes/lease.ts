import { z } from "zod";
import { fromUnknown, isError, type MoorlineError } from "../../model/errors.ts";
import type { KubernetesClient } from "./client.ts";
import type { KubernetesObject, NewObject } from "./object.ts";
import { resources } from "./resources.ts";

/** Time for an election; the engine's clock is one. */
export interface ElectionClock {
  now(): Date;
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export interface ElectionOptions {
  readonly client: KubernetesClient;
  readonly namespace: string;
  /** Name of the Lease that the candidates share. */
  readonly name: string;
  /** Who this candidate is; no two that run may share it. */
  readonly identity: string;
  readonly clock: ElectionClock;
  /** Milliseconds that passed since some moment, by a clock that nobody sets. */
  readonly elapsed: () => number;
  /** In [0, 1), for jitter. */
  readonly fraction: () => number;
  /** Asks to stop: the lease is given back once the work has ended. */
  readonly stopping: AbortSignal;
  readonly onTrouble?: (error: MoorlineError) => void;
  /** Told of each change: this candidate leads, or does so no more. */
  readonly onChange?: (leads: boolean) => void;
  /** How long a lease that is not renewed keeps others away; default 15 s. */
  readonly durationMs?: number;
  /** After this without a renewal the leader itself gives up; less than the duration. Default 10 s. */
  readonly renewDeadlineMs?: number;
  /** Between tries; default 2 s. */
  readonly retryMs?: number;
}

interface LeaseObject extends KubernetesObject {
  readonly spec?: unknown;
}

const leaseSpec = z.looseObject({
  holderIdentity: z.string().nullish(),
  leaseDurationSeconds: z.number().nullish(),
  acquireTime: z.string().nullish(),
  leaseTransitions: z.number().nullish(),
});
type LeaseSpec = z.infer<typeof leaseSpec>;

interface Timing {
  readonly durationMs: number;
  readonly renewDeadlineMs: number;
  readonly retryMs: number;
}

/** One time of leading. */
export interface Term {
  /** Aborts when a stop is asked for, or with `lost`: start nothing more, finish what is in hand. */
  readonly ending: AbortSignal;
  /** Aborts when the lease is lost: cut off what is in hand. */
  readonly lost: AbortSignal;
}

/**
 * Does some work while this candidate holds a Lease (coordination.k8s.io/v1), as client-go's leader election does, until
 * asked to stop; where the lease is lost, it stands for election again.
 *
 * No clock but one's own is trusted: another's lease has run out when it was not seen to change for its whole duration.
 * A leader that could not renew for the renew deadline has lost it before that, counted from the start of its last
 * successful renewal, so that its signal aborts before anybody else can begin.
 *
 * @param work must end soon after its term
 * @throws what the work throws
 */
export async function leadWhile(
  options: ElectionOptions,
  work: (term: Term) => Promise<void>,
): Promise<void> {
  const timing: Timing = {
    durationMs: options.durationMs ?? 15_000,
    renewDeadlineMs: options.renewDeadlineMs ?? 10_000,
    retryMs: options.retryMs ?? 2_000,
  };
  const { stopping } = options;
  while (!stopping.aborted) {
    const held = await acquire(options, timing);
    if (held === undefined) return;
    const lost = new AbortController();
    const ended = new AbortController();
    const renewing = renew(held, options, timing, lost, ended.signal);
    options.onChange?.(true);
    try {
      await work({ ending: AbortSignal.any([stopping, lost.signal]), lost: lost.signal });
    } finally {
      ended.abort();
      await renewing;
      options.onChange?.(false);
      if (held.isOurs) await release(held, options, timing);
    }
  }
}

/** The lease as it was last written by us. */
interface Held {
  lease: LeaseObject;
  /** When the last successful renewal began. */
  since: number;
  isOurs: boolean;
}

async function acquire(options: ElectionOptions, timing: Timing): Promise<Held | undefined> {
  const { client, namespace, name, identity, stopping, elapsed } = options;
  let seen: { readonly version: string; readonly at: number } | undefined;
  while (!stopping.aborted) {
    const began = elapsed();
    try {
      const signal = AbortSignal.any([stopping, AbortSignal.timeout(timing.renewDeadlineMs)]);
      const lease = await client.get<LeaseObject>(resources.leases, { namespace, name }, signal);
      if (lease === undefined) {
        const made = await client.create(resources.leases, written(options, timing, undefined), { signal });
        return { lease: made, since: began, isOurs: true };
      }
      const version = lease.metadata.resourceVersion ?? "";
      if (seen?.version !== version) seen = { version, at: elapsed() };
      const spec = specOf(lease);
      const theirs = Math.max(timing.durationMs, (spec.leaseDurationSeconds ?? 0) * 1000);
      const isFree = (spec.holderIdentity ?? "") === "" || spec.holderIdentity === identity;
      if (isFree || elapsed() - seen.at > theirs) {
        const taken = await client.replace(resources.leases, written(options, timing, lease), { signal });
        return { lease: taken, since: began, isOurs: true };
      }
    } catch (thrown) {
      if (stopping.aborted) return undefined;
      // Somebody else was faster.
      if (!isError(thrown, "KUBERNETES_CONFLICT", "KUBERNETES_ALREADY_EXISTS"))
        options.onTrouble?.(fromUnknown(thrown, `Lease/${namespace}/${name}`));
    }
    const wait = timing.retryMs * (1 + 0.2 * options.fraction());
    // Aborting ends the wait; the loop sees it.
    await options.clock.sleep(wait, stopping).catch(() => undefined);
  }
  return undefined;
}

/** Renews until the work has ended or the lease is lost. Goes on while a stop is under way: steps in hand still count on it. */
async function renew(
  held: Held,
  options: ElectionOptions,
  timing: Timing,
  lost: AbortController,
  ended: AbortSignal,
): Promise<void> {
  const { client, namespace, name, clock, elapsed } = options;
  let wall = clock.now().getTime();
  const lose = (): void => {
    held.isOurs = false;
    lost.abort();
  };
  while (!ended.aborted && held.isOurs) {
    const attempt = new AbortController();
    const stop = AbortSignal.any([ended, attempt.signal]);
    // A suspended machine stops the one clock, a clock that is set moves the other: the one that says more counts.
    const gone = (): number => Math.max(elapsed() - held.since, clock.now().getTime() - wall);
    const left = timing.renewDeadlineMs - gone();
    const watchdog = clock.sleep(Math.max(0, left), stop).then(lose, () => undefined);
    try {
      await clock.sleep(Math.min(timing.retryMs, Math.max(0, left)), AbortSignal.any([stop, lost.signal]));
    } catch {
      // The work has ended, or the lease is lost; both are asked below.
    }
    if (gone() >= timing.renewDeadlineMs) lose();
    if (!held.isOurs || ended.aborted) return;
    const began = { elapsed: elapsed(), wall: clock.now().getTime() };
    const limit = AbortSignal.any([ended, AbortSignal.timeout(Math.max(1, timing.renewDeadlineMs))]);
    try {
      held.lease = await client.replace(resources.leases, written(options, timing, held.lease), {
        signal: limit,
      });
      if (held.isOurs) [held.since, wall] = [began.elapsed, began.wall];
    } catch (thrown) {
      if (ended.aborted) return;
      if (isError(thrown, "KUBERNETES_CONFLICT", "KUBERNETES_NOT_FOUND")) await reread(held, options, lose);
      else options.onTrouble?.(fromUnknown(thrown, `Lease/${namespace}/${name}`));
    } finally {
      attempt.abort();
      await watchdog;
    }
  }
}

/** Somebody wrote the lease: another leader, or ourselves by a request whose answer was lost. */
async function reread(held: Held, options: ElectionOptions, lose: () => void): Promise<void> {
  const { client, namespace, name, identity } = options;
  try {
    const at = { namespace, name };
    const fresh = await client.get<LeaseObject>(resources.leases, at, AbortSignal.timeout(5000));
    if (fresh === undefined || specOf(fresh).holderIdentity !== identity) lose();
    else held.lease = fresh;
  } catch (thrown) {
    options.onTrouble?.(fromUnknown(thrown, `Lease/${namespace}/${name}`));
  }
}

/** Says that nobody leads, so that the next one need not wait. */
async function release(held: Held, options: ElectionOptions, timing: Timing): Promise<void> {
  const { client, namespace, name } = options;
  const free = written({ ...options, identity: "" }, { ...timing, durationMs: 1000 }, held.lease);
  try {
    await client.replace(resources.leases, free, { signal: AbortSignal.timeout(5000) });
  } catch (thrown) {
    // It runs out by itself.
    options.onTrouble?.(fromUnknown(thrown, `Lease/${namespace}/${name}`));
  }
}

function written(
  { namespace, name, identity, clock }: ElectionOptions,
  { durationMs }: Timing,
  before: LeaseObject | undefined,
): NewObject & { readonly spec: LeaseSpec } {
  const known = before === undefined ? {} : specOf(before);
  const isChange = known.holderIdentity !== identity;
  // MicroTime, as the API wants it.
  const now = clock.now().toISOString().replace("Z", "000Z");
  const version = before?.metadata.resourceVersion;
  return {
    metadata: { ...before?.metadata, name, namespace, ...(version && { resourceVersion: version }) },
    spec: {
      ...known,
      holderIdentity: identity,
      leaseDurationSeconds: Math.max(1, Math.ceil(durationMs / 1000)),
      acquireTime: isChange ? now : (known.acquireTime ?? now),
      renewTime: now,
      leaseTransitions: (known.leaseTransitions ?? 0) + (isChange && before !== undefined ? 1 : 0),
    },
  };
}

const specOf = ({ spec }: LeaseObject): LeaseSpec => leaseSpec.safeParse(spec ?? {}).data ?? {};

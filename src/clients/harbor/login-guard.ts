import { createHash } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { MoorlineError } from "../../model/errors.ts";
import type { Sensitive } from "../../model/sensitive.ts";
import type { Credential } from "./credential.ts";

/**
 * Harbor locks an account for 1.5 s after each failed login and meanwhile refuses even the right password
 * (facts/harbor.md §1.1); a little more, because its clock and ours do not tick together.
 */
const harborLockMs = 1700;

/** How long a login that worked counts as proof: an account can be disabled behind our back. */
const proofMs = 60_000;

interface Account {
  /** A login that others wait for: until one has worked, calls of an account go one at a time. */
  trial: Promise<void> | undefined;
  proven: { readonly secret: string; readonly at: number } | undefined;
  refused: { readonly secret: string; readonly at: number } | undefined;
}

/** One request under a credential. */
export interface Attempt<T> {
  readonly subject: string;
  readonly send: () => Promise<T>;
  /** Whether the answer says that the credential is wrong. */
  readonly refused: (answer: T) => boolean;
  /** Whether the answer proves that it is right; by default none does: a public call succeeds for everybody. */
  readonly works?: (answer: T) => boolean;
  /** The error for a call that is held back. */
  readonly refusal: () => MoorlineError;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Keeps failed logins few. One guard a Harbor: clients of the same server share it, since the lock is the account's.
 * - Until a secret has worked once, calls with it go one after another: a wrong one costs one failure, not one a call.
 * - While the account is locked, a call with the refused secret fails at once, unsent; one with another secret waits.
 */
export class LoginGuard {
  readonly #accounts = new Map<string, Account>();
  readonly #now: () => number;
  readonly #lockMs: number;

  /** @param options.now milliseconds of a monotonic clock */
  constructor(options: { now?: () => number; lockMs?: number } = {}) {
    this.#now = options.now ?? (() => performance.now());
    this.#lockMs = options.lockMs ?? harborLockMs;
  }

  /**
   * Sends a request under the credential.
   * @throws what `refusal` makes, without sending, while the account is locked for this secret; CANCELLED
   */
  async run<T>(credential: Credential, attempt: Attempt<T>): Promise<T> {
    const { account, secret } = this.#accountOf(credential);
    const turn = await this.#turn(account, secret, attempt);
    return turn === "proven"
      ? this.#judged(account, secret, attempt)
      : this.#asTrial(account, secret, attempt, turn);
  }

  /**
   * Makes sure that the credential works, with a request only where that is not known.
   * @returns the answer when this call had to ask, undefined when the credential is known to work
   */
  async prove<T>(credential: Credential, attempt: Attempt<T>): Promise<T | undefined> {
    const { account, secret } = this.#accountOf(credential);
    const turn = await this.#turn(account, secret, attempt);
    return turn === "proven" ? undefined : this.#asTrial(account, secret, attempt, turn);
  }

  /**
   * Waits until a call may go: beside others once the secret is proven, or alone to prove it. The trial is taken in the
   * same tick as it is found free, so that exactly one goes ahead.
   * @returns for a trial what lets the others go on
   */
  async #turn<T>(account: Account, secret: string, attempt: Attempt<T>): Promise<"proven" | (() => void)> {
    for (;;) {
      const left = account.refused === undefined ? 0 : account.refused.at + this.#lockMs - this.#now();
      if (left > 0 && account.refused?.secret === secret) throw attempt.refusal();
      if (left > 0) await pause(left, attempt.subject, attempt.signal);
      else if (account.proven?.secret === secret && this.#now() - account.proven.at < proofMs)
        return "proven";
      else if (account.trial) await account.trial;
      else {
        const { promise, resolve } = Promise.withResolvers<void>();
        account.trial = promise;
        return resolve;
      }
    }
  }

  async #asTrial<T>(account: Account, secret: string, attempt: Attempt<T>, release: () => void): Promise<T> {
    try {
      return await this.#judged(account, secret, attempt);
    } finally {
      account.trial = undefined;
      release();
    }
  }

  async #judged<T>(account: Account, secret: string, attempt: Attempt<T>): Promise<T> {
    const answer = await attempt.send();
    if (attempt.refused(answer)) {
      account.refused = { secret, at: this.#now() };
      if (account.proven?.secret === secret) account.proven = undefined;
    } else if (attempt.works?.(answer)) {
      account.proven = { secret, at: this.#now() };
      if (account.refused?.secret === secret) account.refused = undefined;
    }
    return answer;
  }

  #accountOf(credential: Credential): { account: Account; secret: string } {
    const secret = digestOf(credential.password);
    const known = this.#accounts.get(credential.username);
    if (known) return { account: known, secret };
    const account: Account = { trial: undefined, proven: undefined, refused: undefined };
    this.#accounts.set(credential.username, account);
    return { account, secret };
  }
}

/** Made once for each credential: an administrator's goes with every call of a run. */
const digests = new WeakMap<Sensitive, string>();

/** A digest, so that the guard holds no secret. */
function digestOf(secret: Sensitive): string {
  const known = digests.get(secret);
  if (known !== undefined) return known;
  const digest = createHash("sha256").update(secret.reveal()).digest("base64");
  digests.set(secret, digest);
  return digest;
}

async function pause(ms: number, subject: string, signal: AbortSignal | undefined): Promise<void> {
  try {
    await wait(ms, undefined, { ...(signal && { signal }) });
  } catch (cause) {
    throw new MoorlineError("CANCELLED", { subject, cause });
  }
}

import { createHash } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { MoorlineError } from "../../model/errors.ts";
import type { Credential } from "./credential.ts";

/**
 * Harbor locks an account for 1.5 s after each failed login and meanwhile refuses even the right password
 * (facts/harbor.md §1.1); a little more, because its clock and ours do not tick together.
 */
const lockMs = 1700;

interface Account {
  /** A login that others wait for: until one has worked, calls of an account go one at a time. */
  trial: Promise<unknown> | undefined;
  proven: string | undefined;
  refused: { readonly secret: string; readonly at: number } | undefined;
}

/** One request under a credential. */
export interface Attempt<T> {
  readonly subject: string;
  readonly send: () => Promise<T>;
  /** Whether the answer says that the credential is wrong. */
  readonly refused: (answer: T) => boolean;
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

  /** @param now milliseconds of a monotonic clock */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Sends a request under the credential.
   * @throws what `refusal` makes, without sending, while the account is locked for this secret; CANCELLED
   */
  async run<T>(credential: Credential, attempt: Attempt<T>): Promise<T> {
    const { send, refused, refusal } = attempt;
    const secret = createHash("sha256").update(credential.password.reveal()).digest("base64");
    const account = this.#accountOf(credential.username);
    for (;;) {
      const left = this.#lockLeft(account);
      if (left > 0 && account.refused?.secret === secret) throw refusal();
      if (left > 0) await pause(left, attempt.subject, attempt.signal);
      else if (account.proven === secret) return this.#judge(account, secret, await send(), refused);
      else if (account.trial) await account.trial;
      else break;
    }
    // No await stands between the look at `trial` and its setting: exactly one caller goes ahead.
    const trial = send().then((answer) => this.#judge(account, secret, answer, refused));
    const ended = trial.then(
      () => undefined,
      () => undefined,
    );
    account.trial = ended;
    try {
      return await trial;
    } finally {
      if (account.trial === ended) account.trial = undefined;
    }
  }

  #judge<T>(account: Account, secret: string, answer: T, refused: (answer: T) => boolean): T {
    if (refused(answer)) {
      account.refused = { secret, at: this.#now() };
      if (account.proven === secret) account.proven = undefined;
    } else {
      account.proven = secret;
      account.refused = undefined;
    }
    return answer;
  }

  #lockLeft(account: Account): number {
    return account.refused === undefined ? 0 : account.refused.at + lockMs - this.#now();
  }

  #accountOf(username: string): Account {
    const known = this.#accounts.get(username);
    if (known) return known;
    const fresh: Account = { trial: undefined, proven: undefined, refused: undefined };
    this.#accounts.set(username, fresh);
    return fresh;
  }
}

async function pause(ms: number, subject: string, signal: AbortSignal | undefined): Promise<void> {
  try {
    await wait(ms, undefined, { ...(signal && { signal }) });
  } catch (cause) {
    throw new MoorlineError("CANCELLED", { subject, cause });
  }
}

/** One challenge, and what it is to be answered with. */
export interface ChallengeAnswer {
  /** The name or address that is proved; of a wildcard, the name below it. */
  readonly identifier: string;
  readonly token: string;
  readonly keyAuthorization: string;
}

/**
 * One way to answer challenges. Presenting twice is the same as once, and what is gone already can be cleaned up:
 * after a power cut both happen.
 */
export interface Solver extends AsyncDisposable {
  readonly type: "http-01" | "dns-01";
  present(answer: ChallengeAnswer, signal: AbortSignal): Promise<void>;
  /** Waits until everything that was presented can be seen from outside. */
  settle?(answers: readonly ChallengeAnswer[], signal: AbortSignal): Promise<void>;
  /** Takes back exactly what `present` put there. */
  cleanUp(answer: ChallengeAnswer, signal: AbortSignal): Promise<void>;
}

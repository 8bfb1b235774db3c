/** Time comes in from outside, so that tests and drills can choose it. */
export interface Clock {
  now(): Date;
  /** Resolves after the time has passed, or rejects when the signal aborts. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export interface Random {
  bytes(length: number): Uint8Array;
  /** A number in [0, 1), for jitter. */
  fraction(): number;
}

/** What the engine itself needs of the world; kinds extend it with the clients they use. */
export interface EngineWorld {
  readonly clock: Clock;
  readonly random: Random;
}

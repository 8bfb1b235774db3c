import type { Clock } from "../../engine/world.ts";

export interface RestOptions {
  readonly clock: Clock;
  /** Gives the memory back that is not needed now; slow enough to be noticed by whoever waits. */
  readonly release: () => void;
  /** Ends all waiting. */
  readonly stopping: AbortSignal;
  /** Nothing may have been done for so long; default 10 s. */
  readonly quietMs?: number;
  /** Below so many things done there is nothing to give back; default 100. */
  readonly worthIt?: number;
}

/**
 * Knows when much was done and nothing is left to do. The memory that a rollout needs for a minute is kept by V8 for the
 * next one, which may be months away; given back, the controller at rest holds a fifth less.
 */
export class Rest {
  readonly #options: RestOptions;
  #running = 0;
  #done = 0;
  #waiting: AbortController | undefined;

  constructor(options: RestOptions) {
    this.#options = options;
  }

  /** Work begins. */
  begin(): void {
    this.#running++;
    this.#waiting?.abort();
  }

  /** Work that began has ended. @param things how much it was */
  end(things: number): void {
    this.#running--;
    this.#done += things;
    const { clock, release, stopping, quietMs = 10_000, worthIt = 100 } = this.#options;
    if (this.#running > 0 || this.#done < worthIt) return;
    this.#waiting = new AbortController();
    const quiet = clock.sleep(quietMs, AbortSignal.any([this.#waiting.signal, stopping]));
    const rested = (): void => {
      this.#done = 0;
      release();
    };
    // Otherwise work began, or all ends.
    quiet.then(rested, () => undefined);
  }
}

/** The time of one step. */
export interface StepLimit extends Disposable {
  /** Aborts when the time is up, or with the run. */
  readonly signal: AbortSignal;
  /** The time is up, as opposed to the run having been cut off. */
  readonly expired: boolean;
}

interface Running {
  readonly controller: AbortController;
  readonly endsAt: number;
  expired: boolean;
}

/**
 * Time limits of the steps of one run. All last the same, so they end in the order in which they began, and one timer
 * and one listener serve them all: a signal composed anew for each of fifty thousand steps costs more than many a step.
 */
export class StepLimits implements Disposable {
  readonly #milliseconds: number;
  readonly #outer: AbortSignal;
  /** In the order in which they end; a Set keeps that. */
  readonly #running = new Set<Running>();
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param milliseconds how long each step may take
   * @param outer cuts all off
   */
  constructor(milliseconds: number, outer: AbortSignal) {
    this.#milliseconds = milliseconds;
    this.#outer = outer;
    outer.addEventListener("abort", this.#cutOff, { once: true });
  }

  start(): StepLimit {
    const controller = new AbortController();
    if (this.#outer.aborted) controller.abort(this.#outer.reason);
    const running: Running = {
      controller,
      endsAt: performance.now() + this.#milliseconds,
      expired: false,
    };
    this.#running.add(running);
    this.#timer ??= setTimeout(this.#expire, this.#milliseconds);
    return {
      signal: controller.signal,
      get expired() {
        return running.expired;
      },
      [Symbol.dispose]: () => void this.#running.delete(running),
    };
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener("abort", this.#cutOff);
  }

  readonly #cutOff = (): void => {
    for (const { controller } of this.#running) controller.abort(this.#outer.reason);
  };

  readonly #expire = (): void => {
    this.#timer = undefined;
    const now = performance.now();
    for (const running of this.#running) {
      // A timer may fire a little early (Node rounds to whole milliseconds).
      const left = running.endsAt - now;
      if (left > 1) {
        this.#timer = setTimeout(this.#expire, left);
        return;
      }
      running.expired = true;
      this.#running.delete(running);
      running.controller.abort(new DOMException("The step took too long", "TimeoutError"));
    }
  };
}

/** A time limit joined with the caller's signal, so that both end one exchange; disposing it frees both. */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  #expired = false;

  /**
   * @param milliseconds the limit; 0 sets none
   * @param outer the caller's signal
   */
  constructor(milliseconds: number, outer: AbortSignal | undefined) {
    this.#outer = outer;
    if (outer?.aborted) this.#controller.abort();
    outer?.addEventListener("abort", this.#cancel, { once: true });
    if (milliseconds > 0) {
      this.#timer = setTimeout(() => {
        this.#expired = true;
        this.#controller.abort();
      }, milliseconds);
    }
  }

  readonly #cancel = (): void => this.#controller.abort();

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The limit ran out, as opposed to the caller having stopped the exchange. */
  get expired(): boolean {
    return this.#expired;
  }

  get cancelled(): boolean {
    return !this.#expired && this.#controller.signal.aborted;
  }

  /** Starts the limit anew: something moved. */
  touch(): void {
    this.#timer?.refresh();
  }

  /** Ends the limit but goes on listening to the caller. */
  stopClock(): void {
    clearTimeout(this.#timer);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener("abort", this.#cancel);
  }
}

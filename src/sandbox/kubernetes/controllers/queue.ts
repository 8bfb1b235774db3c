/**
 * Runs controllers' work after the request that caused it, each key once however often it was asked for: clients see, as on
 * a real cluster, that a namespace's service account comes a moment after the namespace.
 */
export class WorkQueue {
  readonly #waiting = new Map<string, () => void>();
  #timer: NodeJS.Immediate | undefined;
  #idle: (() => void)[] = [];

  add(key: string, work: () => void): void {
    this.#waiting.set(key, work);
    this.#timer ??= setImmediate(() => this.#run());
  }

  /** Resolves when nothing is left to do. */
  async settled(): Promise<void> {
    if (this.#waiting.size === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  close(): void {
    clearImmediate(this.#timer);
    this.#waiting.clear();
    this.#finish();
  }

  #run(): void {
    this.#timer = undefined;
    const batch = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const work of batch) work();
    if (this.#waiting.size > 0) this.#timer ??= setImmediate(() => this.#run());
    else this.#finish();
  }

  #finish(): void {
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }
}

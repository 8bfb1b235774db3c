/** A fault for tests and demonstrations: what requests it meets, and what happens to them. */
export interface Fault {
  readonly match: { readonly method?: string; readonly path: string | RegExp };
  /** Answers this status, with Harbor's own body for it, instead of the real answer. */
  readonly status?: number;
  /** Answers this as JSON, with `status` or else 200, instead of the real answer. */
  readonly json?: unknown;
  /** Waits so long before answering. */
  readonly delayMs?: number;
  /** Closes the connection without an answer. */
  readonly drop?: boolean;
  /** How often; for ever without it. */
  readonly times?: number;
}

/** The faults in force, oldest first; a request meets the first that matches. */
export class Faults {
  readonly #faults: { fault: Fault; left: number }[] = [];

  push(...faults: readonly Fault[]): void {
    for (const fault of faults) this.#faults.push({ fault, left: fault.times ?? Infinity });
  }

  clear(): void {
    this.#faults.length = 0;
  }

  /** The fault that this request meets, counted as used. */
  take(method: string, path: string): Fault | undefined {
    const index = this.#faults.findIndex(({ fault }) => meets(fault, method, path));
    const found = this.#faults[index];
    if (found === undefined) return undefined;
    if (--found.left <= 0) this.#faults.splice(index, 1);
    return found.fault;
  }
}

function meets({ match }: Fault, method: string, path: string): boolean {
  if (match.method !== undefined && match.method !== method) return false;
  return typeof match.path === "string" ? path.startsWith(match.path) : match.path.test(path);
}

/** A text to find, byte by byte: at each place the bytes that may stand there. */
export type BytePattern = readonly (readonly number[])[];

/** A plain text as a pattern. */
export const literalPattern = (text: string): BytePattern => [...Buffer.from(text)].map((byte) => [byte]);

interface Candidate {
  readonly id: number;
  readonly pattern: BytePattern;
  /** 1 for each byte that may stand first in the window: most candidates fail there. */
  readonly firstOfWindow: Uint8Array;
  /** Where the window ends in the pattern. */
  readonly windowEnd: number;
}

/**
 * Finds many texts at once in bytes, the way of Wu and Manber ("A fast algorithm for multi-pattern searching", TR-94-17):
 * of each text one window is chosen, all of the same length; a table over pairs of bytes tells how far the search may
 * jump. How many texts there are hardly matters.
 */
export class MultiSearch {
  readonly #shift: Uint8Array;
  /** By the pair of bytes that a window ends with. */
  readonly #candidates: (Candidate[] | undefined)[] = Array.from({ length: 65_536 }, () => undefined);
  readonly #window: number;

  /** @param patterns at least two bytes each; a match is told by its index here */
  constructor(patterns: readonly BytePattern[]) {
    this.#window = Math.min(...patterns.map((p) => p.length));
    if (this.#window < 2) throw new RangeError("a pattern needs two bytes");
    this.#shift = new Uint8Array(65_536).fill(this.#window - 1);
    patterns.forEach((pattern, id) => this.#add(pattern, id));
  }

  #add(pattern: BytePattern, id: number): void {
    const window = this.#window;
    const start = rarestWindow(pattern, window);
    const firstOfWindow = new Uint8Array(256);
    for (const byte of pattern[start] ?? []) firstOfWindow[byte] = 1;
    for (let at = 1; at < window; at++)
      for (const pair of pairsAt(pattern, start + at)) {
        const shift = window - 1 - at;
        if (shift < (this.#shift[pair] ?? 0)) this.#shift[pair] = shift;
        if (shift > 0) continue;
        const list = this.#candidates[pair] ?? [];
        list.push({ id, pattern, firstOfWindow, windowEnd: start + window - 1 });
        this.#candidates[pair] = list;
      }
  }

  /**
   * Calls back for each match, in the order of where the windows end. Matches lie within [from, to).
   * @param onMatch the pattern's index, and where the match begins and ends (exclusive)
   */
  search(
    bytes: Buffer,
    from: number,
    to: number,
    onMatch: (id: number, start: number, end: number) => void,
  ): void {
    const shift = this.#shift;
    const lists = this.#candidates;
    const last = this.#window - 1;
    let at = from + this.#window - 1;
    while (at < to) {
      // Within bounds: from < at < to.
      const pair = ((bytes[at - 1] as number) << 8) | (bytes[at] as number);
      const jump = shift[pair] as number;
      if (jump > 0) {
        at += jump;
        continue;
      }
      const candidates = lists[pair];
      if (candidates !== undefined)
        for (let i = 0; i < candidates.length; i++) {
          const { id, pattern, firstOfWindow, windowEnd } = candidates[i] as Candidate;
          if (firstOfWindow[bytes[at - last] as number] === 0) continue;
          const start = at - windowEnd;
          const end = start + pattern.length;
          if (start >= from && end <= to && matches(bytes, start, pattern)) onMatch(id, start, end);
        }
      at++;
    }
  }
}

function matches(bytes: Buffer, start: number, pattern: BytePattern): boolean {
  for (let i = 0; i < pattern.length; i++)
    if (pattern[i]?.includes(bytes[start + i] as number) !== true) return false;
  return true;
}

/** The pairs of bytes that may stand at `at - 1` and `at`. */
function pairsAt(pattern: BytePattern, at: number): readonly number[] {
  return (pattern[at - 1] ?? []).flatMap((first) =>
    (pattern[at] ?? []).map((second) => (first << 8) | second),
  );
}

/** Where the window with the rarest bytes begins: the rarer they are, the seldomer is one looked at in vain. */
function rarestWindow(pattern: BytePattern, length: number): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let start = 0; start + length <= pattern.length; start++) {
    const cost = pattern.slice(start, start + length).reduce((sum, bytes) => sum + commonness(bytes), 0);
    if (cost < least) [best, least] = [start, cost];
  }
  return best;
}

/** How common a byte is in logs, roughly: digits and blanks first, then the letters of English words. */
function commonness(bytes: readonly number[]): number {
  const of = (byte: number): number => {
    const character = String.fromCharCode(byte);
    if (/[0-9 ]/.test(character)) return 12;
    if (/[etaoinsr]/.test(character)) return 6;
    if (/[a-z./":=-]/.test(character)) return 3;
    return 1;
  };
  return Math.max(...bytes.map(of));
}

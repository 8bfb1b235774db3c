/** A text to find, byte by byte: at each place the bytes that may stand there. */
export type BytePattern = readonly (readonly number[])[];

/** A plain text as a pattern. */
export const literalPattern = (text: string): BytePattern => [...Buffer.from(text)].map((byte) => [byte]);

interface Candidate {
  readonly id: number;
  readonly length: number;
  /** Of each byte of the text the one that may stand there, or the first of several. */
  readonly bytes: Uint8Array;
  /** Where more than one may stand: all of them, by place. */
  readonly choices: readonly (readonly [place: number, bytes: readonly number[]])[];
  /** 1 for each byte that may stand first in the window: most candidates fail there. */
  readonly firstOfWindow: Uint8Array;
  /** Where the window ends in the pattern. */
  readonly windowEnd: number;
}

/**
 * Finds many texts at once in bytes, the way of Wu and Manber ("A fast algorithm for multi-pattern searching", TR-94-17):
 * of each text one window is chosen, all of the same length; a table over blocks of three bytes, by their hash, tells how
 * far the search may jump. How many texts there are hardly matters. Blocks of two make jumps a quarter shorter with some
 * two hundred texts, and three times as many places are looked at in vain.
 */
export class MultiSearch {
  readonly #shift: Uint8Array;
  /** By the block that a window ends with. */
  readonly #listOf = new Uint16Array(65_536);
  readonly #lists: Candidate[][] = [[]];
  readonly #window: number;

  /** @param patterns at least three bytes each; a match is told by its index here */
  constructor(patterns: readonly BytePattern[]) {
    this.#window = Math.min(...patterns.map((p) => p.length));
    if (this.#window < 3) throw new RangeError("a pattern needs three bytes");
    this.#shift = new Uint8Array(65_536).fill(this.#window - 2);
    patterns.forEach((pattern, id) => this.#add(pattern, id));
  }

  #add(pattern: BytePattern, id: number): void {
    const window = this.#window;
    const start = rarestWindow(pattern, window);
    const firstOfWindow = new Uint8Array(256);
    for (const byte of pattern[start] ?? []) firstOfWindow[byte] = 1;
    const candidate = { ...candidateOf(pattern, id), firstOfWindow, windowEnd: start + window - 1 };
    for (let at = 2; at < window; at++)
      for (const block of blocksAt(pattern, start + at)) {
        const shift = window - 1 - at;
        if (shift < (this.#shift[block] ?? 0)) this.#shift[block] = shift;
        if (shift > 0) continue;
        if (this.#listOf[block] === 0) this.#listOf[block] = this.#lists.push([]) - 1;
        this.#lists[this.#listOf[block] ?? 0]?.push(candidate);
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
    const lists = this.#lists;
    const listOf = this.#listOf;
    const last = this.#window - 1;
    let at = from + this.#window - 1;
    while (at < to) {
      // Within bounds: from < at < to.
      const block = blockOf(bytes[at - 2] as number, bytes[at - 1] as number, bytes[at] as number);
      const jump = shift[block] as number;
      if (jump > 0) {
        at += jump;
        continue;
      }
      const candidates = lists[listOf[block] as number] as Candidate[];
      for (let i = 0; i < candidates.length; i++) {
        const candidate = candidates[i] as Candidate;
        if (candidate.firstOfWindow[bytes[at - last] as number] === 0) continue;
        const start = at - candidate.windowEnd;
        const end = start + candidate.length;
        if (start >= from && end <= to && matches(bytes, start, candidate)) onMatch(candidate.id, start, end);
      }
      at++;
    }
  }
}

function candidateOf(
  pattern: BytePattern,
  id: number,
): Pick<Candidate, "id" | "length" | "bytes" | "choices"> {
  return {
    id,
    length: pattern.length,
    bytes: Uint8Array.from(pattern, ([first]) => first ?? 0),
    choices: pattern.flatMap((bytes, place) => (bytes.length > 1 ? [[place, bytes] as const] : [])),
  };
}

function matches(bytes: Buffer, start: number, { bytes: wanted, choices }: Candidate): boolean {
  let choice = 0;
  for (let i = 0; i < wanted.length; i++) {
    const byte = bytes[start + i] as number;
    const several = choices[choice];
    if (several !== undefined && several[0] === i) {
      choice++;
      if (!several[1].includes(byte)) return false;
    } else if (byte !== wanted[i]) return false;
  }
  return true;
}

/** The hash of three bytes, 16 bits. */
const blockOf = (first: number, second: number, third: number): number =>
  ((first << 10) ^ (second << 5) ^ third) & 0xffff;

/** The hashes of the blocks that may end at `at`, each once. */
function blocksAt(pattern: BytePattern, at: number): ReadonlySet<number> {
  const [first = [], second = [], third = []] = pattern.slice(at - 2, at + 1);
  return new Set(first.flatMap((a) => second.flatMap((b) => third.map((c) => blockOf(a, b, c)))));
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

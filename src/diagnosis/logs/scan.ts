import type { MultiSearch } from "./multi-search.ts";

/** Of a longer line only this much is looked at, however it arrives. */
const longestLine = 65_536;
const newline = 0x0a;
const empty: Buffer = Buffer.alloc(0);

/** A line that holds at least one of the texts that were searched for. */
export interface FoundLine {
  /** Decoded, without its line end. */
  readonly text: string;
  /** Bytes before it in its source. */
  readonly offset: number;
  /** What was found in it, each once, by the number of its pattern. */
  readonly found: readonly number[];
}

/**
 * Searches a stream for lines that hold one of many texts. The whole of what has arrived is searched at once, and only
 * lines with a match are looked at: that is what makes it fast. The result does not depend on how the stream is cut.
 * Memory: one chunk, and at most 64 KiB of a line that has not ended.
 */
export class LineScanner {
  readonly #patterns: MultiSearch;
  readonly #onLine: (line: FoundLine) => void;
  #carried: Buffer = empty;
  /** The line in hand is longer than what is looked at: the rest of it is passed over. */
  #isPassingOver = false;
  /** Bytes before `#carried`. */
  #offset = 0;

  constructor(patterns: MultiSearch, onLine: (line: FoundLine) => void) {
    this.#patterns = patterns;
    this.#onLine = onLine;
  }

  write(chunk: Buffer): void {
    let rest = this.#isPassingOver ? this.#passOver(chunk) : chunk;
    if (rest !== undefined && this.#carried.length > 0) rest = this.#endCarried(rest);
    if (rest === undefined) return;
    const end = rest.lastIndexOf(newline) + 1;
    if (end > 0) this.#search(rest, end);
    this.#offset += end;
    this.#keep(rest.subarray(end));
  }

  /** Ends the line in hand with the beginning of a chunk. @returns what comes after it */
  #endCarried(chunk: Buffer): Buffer | undefined {
    const end = chunk.indexOf(newline) + 1;
    const line = Buffer.concat([this.#carried, end === 0 ? chunk : chunk.subarray(0, end)]);
    if (end === 0) {
      this.#keep(line);
      return undefined;
    }
    this.#search(line, line.length);
    this.#offset += line.length;
    this.#carried = empty;
    return chunk.subarray(end);
  }

  /** The last line may lack its line end. */
  end(): void {
    if (this.#carried.length > 0) this.#search(this.#carried, this.#carried.length);
    this.#offset += this.#carried.length;
    this.#carried = empty;
    this.#isPassingOver = false;
  }

  #keep(rest: Buffer): void {
    if (rest.length <= longestLine) {
      // A copy: whoever gave the chunk may use it again.
      this.#carried = rest.length === 0 ? empty : Buffer.from(rest);
      return;
    }
    this.#search(rest.subarray(0, longestLine), longestLine);
    this.#offset += rest.length;
    this.#carried = empty;
    this.#isPassingOver = true;
  }

  #passOver(chunk: Buffer): Buffer | undefined {
    const end = chunk.indexOf(newline);
    if (end < 0) {
      this.#offset += chunk.length;
      return undefined;
    }
    this.#isPassingOver = false;
    this.#offset += end + 1;
    return chunk.subarray(end + 1);
  }

  /** @param end where whole lines end */
  #search(bytes: Buffer, end: number): void {
    let start = 0;
    let lineEnd = -1;
    let found: number[] = [];
    this.#patterns.search(bytes, 0, end, (id, from, to) => {
      if (from >= lineEnd) {
        if (found.length > 0) this.#emit(bytes, start, lineEnd, found);
        found = [];
        start = lineStart(bytes, from);
        const next = bytes.indexOf(newline, from);
        lineEnd = next < 0 || next > end ? end : next;
      }
      if (to <= start + longestLine && !found.includes(id)) found.push(id);
    });
    if (found.length > 0) this.#emit(bytes, start, lineEnd, found);
  }

  #emit(bytes: Buffer, start: number, lineEnd: number, found: readonly number[]): void {
    const end = Math.min(lineEnd, start + longestLine);
    const isCarriageReturn = bytes[end - 1] === 0x0d;
    const text = bytes.toString("utf8", start, isCarriageReturn ? end - 1 : end);
    this.#onLine({ text, offset: this.#offset + start, found });
  }
}

/** Where the line begins in which a place lies. Most lines are short: calling lastIndexOf takes longer than this. */
function lineStart(bytes: Buffer, place: number): number {
  let at = place;
  while (at > 0 && bytes[at - 1] !== newline) at--;
  return at;
}

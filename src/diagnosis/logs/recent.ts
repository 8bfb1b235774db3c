/** Slots of a table, twice as many as keys: chains of full slots stay short. */
const slotsPerKey = 2;

/**
 * The last value for each of a bounded number of keys. Two generations: when the young one is full it becomes the old
 * one, and what was in the old one and not set since is forgotten. At least `limit` and at most twice as many are kept.
 *
 * Of a key only a hash of 64 bits is kept: strings cut from lines would keep their lines, and a map that turns over
 * leaves more garbage behind than the rest of the reading. Two keys that share a hash share their value, which for
 * some thousand keys does not happen by chance.
 */
export class Recent<V> {
  readonly #limit: number;
  #young: Generation<V>;
  #old: Generation<V>;

  /** @param limit a power of two */
  constructor(limit: number) {
    this.#limit = limit;
    this.#young = new Generation(limit * slotsPerKey);
    this.#old = new Generation(limit * slotsPerKey);
  }

  get(key: string): V | undefined {
    const high = hash(key, 0x811c9dc5);
    const low = hash(key, 0x9e3779b9);
    return this.#young.get(high, low) ?? this.#old.get(high, low);
  }

  set(key: string, value: V): void {
    const high = hash(key, 0x811c9dc5);
    const low = hash(key, 0x9e3779b9);
    if (this.#young.size >= this.#limit && this.#young.get(high, low) === undefined) {
      [this.#young, this.#old] = [this.#old, this.#young];
      this.#young.clear();
    }
    this.#young.set(high, low, value);
  }
}

/** An open-addressed table of fixed size that is never full. */
class Generation<V> {
  readonly #hashes: Int32Array;
  readonly #values: (V | undefined)[];
  readonly #mask: number;
  size = 0;

  constructor(slots: number) {
    this.#hashes = new Int32Array(slots * 2);
    this.#values = Array.from({ length: slots }, () => undefined);
    this.#mask = slots - 1;
  }

  get(high: number, low: number): V | undefined {
    return this.#values[this.#slot(high, low)];
  }

  set(high: number, low: number, value: V): void {
    const slot = this.#slot(high, low);
    if (this.#values[slot] === undefined) this.size++;
    this.#hashes[slot * 2] = high;
    this.#hashes[slot * 2 + 1] = low;
    this.#values[slot] = value;
  }

  clear(): void {
    this.#values.fill(undefined);
    this.size = 0;
  }

  /** Where these hashes are, or would be. */
  #slot(high: number, low: number): number {
    let slot = low & this.#mask;
    while (
      this.#values[slot] !== undefined &&
      (this.#hashes[slot * 2] !== high || this.#hashes[slot * 2 + 1] !== low)
    )
      slot = (slot + 1) & this.#mask;
    return slot;
  }
}

/** FNV-1a over UTF-16 units, with MurmurHash3's last mixing. @returns 32 bits */
function hash(text: string, seed: number): number {
  let value = seed;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return value ^ (value >>> 13);
}

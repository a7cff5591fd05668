/** Numbers that decoders stumble over. */
const AWKWARD = [
  0, 1, 2, 7, 8, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff,
];
/** Inputs grow up to this many bytes beyond the largest seed. */
const GROWTH_BYTES = 512;
const MOST_MUTATIONS = 6;

/**
 * Makes mutated inputs. Each is a function of (seed, number) alone, so that any of them can be made again by itself.
 */
export class Mutator {
  readonly #seeds: readonly Uint8Array[];
  readonly #seed: number;
  readonly #work: Uint8Array;
  #state = 0;

  constructor(seeds: readonly Uint8Array[], seed: number) {
    if (seeds.length === 0) throw new Error('a fuzz target needs at least one seed input');
    this.#seeds = seeds;
    this.#seed = seed;
    this.#work = new Uint8Array(Math.max(...seeds.map((bytes) => bytes.length)) + GROWTH_BYTES);
  }

  /** Input `number`, valid until the next call. */
  input(number: number): Uint8Array {
    // Numbers next to each other must not give states next to each other.
    this.#state = Math.imul(this.#seed ^ Math.imul(number + 1, 0x9e3779b1), 0x85ebca6b) ^ Math.floor(number / 2 ** 32);
    const origin = this.#seeds[this.#below(this.#seeds.length)];
    this.#work.set(origin);
    let length = origin.length;
    const mutations = 1 + this.#below(MOST_MUTATIONS);
    for (let count = 0; count < mutations; count++) length = this.#mutate(length);
    return this.#work.subarray(0, length);
  }

  /** mulberry32 */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** 0 … limit - 1 */
  #below(limit: number): number {
    return this.#next() % limit;
  }

  #mutate(length: number): number {
    const work = this.#work;
    if (length === 0) {
      work[0] = this.#next();
      return 1;
    }
    const at = this.#below(length);
    switch (this.#below(9)) {
      case 0: // one bit
        work[at] ^= 1 << this.#below(8);
        return length;
      case 1: // one byte
        work[at] = this.#next();
        return length;
      case 2: // a cut
        return at;
      case 3: // an awkward number of 1, 2 or 4 bytes in either byte order
        this.#putNumber(at, length);
        return length;
      case 4: // a number a little off
        work[at] += this.#below(2) === 0 ? 1 : 255;
        return length;
      case 5: // a range twice
        return this.#duplicate(at, length);
      case 6: // a range missing
        return this.#remove(at, length);
      case 7: // the rest of another input
        return this.#splice(at);
      default: // a range of noise
        for (let i = at; i < Math.min(length, at + 1 + this.#below(16)); i++) work[i] = this.#next();
        return length;
    }
  }

  #putNumber(at: number, length: number): void {
    const value = AWKWARD[this.#below(AWKWARD.length)];
    const size = 1 << this.#below(3);
    const bigEndian = this.#below(2) === 0;
    for (let i = 0; i < size && at + i < length; i++) {
      this.#work[at + i] = value >>> (8 * (bigEndian ? size - 1 - i : i));
    }
  }

  #duplicate(at: number, length: number): number {
    const size = Math.min(1 + this.#below(64), length - at, this.#work.length - length);
    this.#work.copyWithin(at + size, at, length);
    return length + size;
  }

  #remove(at: number, length: number): number {
    const size = Math.min(1 + this.#below(64), length - at);
    this.#work.copyWithin(at, at + size, length);
    return length - size;
  }

  #splice(at: number): number {
    const other = this.#seeds[this.#below(this.#seeds.length)];
    const tail = other.subarray(this.#below(other.length + 1));
    const fitting = tail.subarray(0, this.#work.length - at);
    this.#work.set(fitting, at);
    return at + fitting.length;
  }
}

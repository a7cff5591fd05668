/** Words of one entry of a {@link CopyWindow}: 16 bytes, so that one cache line holds all of it. */
export const CopyCell = {
  /** Low 32 bits of the unit's number: tells the entry from an older one in the same place. */
  low: 0,
  /** `hashUnit` of the first copy. */
  hash: 1,
  /** Low 32 bits of the first copy's receive stamp in ns. */
  stampLow: 2,
  /** Bits 32 to 55 of that stamp in bits 8 to 31; {@link CopyFlag}s; the source in bits 0 to 5. */
  stampHighAndSource: 3,
} as const;

export const CopyFlag = {
  sourceMask: 0x3f,
  /** The stamp's high bits. */
  stampHighMask: 0xffffff00 | 0,
  /** A second line has brought it: the race for this unit is decided. */
  decided: 0x40,
  /** Its first copy came after it had been declared lost. */
  late: 0x80,
  /** How a source that is not a line is written in `sourceMask`. */
  notALine: 0x3f,
} as const;

const TWO_32 = 2 ** 32;

/**
 * What is remembered of the first copy of each recent unit, to compare further copies with: its hash, when it came and
 * from where. A ring indexed by the unit's number; an entry lasts until the number `units` further on takes its place.
 */
export class CopyWindow {
  /** Entries of four words, see {@link CopyCell}; entry of number n at `(n & mask) * 4`. */
  readonly entries: Int32Array;
  readonly mask: number;

  /** @param units numbers remembered; a power of two, at least 2 */
  constructor(units: number) {
    this.entries = new Int32Array(units * 4);
    this.mask = units - 1;
    this.clear();
  }

  /** Forgets everything: no number matches any entry. */
  clear(): void {
    const { entries, mask } = this;
    // An entry's low word always has its own place in its low bits: a neighbour's can't match.
    for (let place = 0; place <= mask; place++) entries[place * 4] = place ^ 1;
  }

  /** Is there a first copy of the number whose low 32 bits these are? */
  has(low: number): boolean {
    return this.entries[(low & this.mask) << 2] === low;
  }
}

/** Bits 32 to 55 of a stamp, shifted to where an entry keeps them. */
export function stampHigh(stampNs: number): number {
  return (stampNs / TWO_32) << 8;
}

/** Nanoseconds from an entry's stamp to another one (both as low word and high bits); exact within half a year. */
export function stampDifference(fromLow: number, fromHigh: number, toLow: number, toHigh: number): number {
  const high = ((toHigh & 0xffffff00) - (fromHigh & 0xffffff00)) >> 8;
  return high * TWO_32 + ((toLow >>> 0) - (fromLow >>> 0));
}

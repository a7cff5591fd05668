/**
 * Layout of the fill table: every execution of the day, in the order in which they were told, in shared memory.
 *
 * ```
 * | header | hash buckets | fills |
 * ```
 */
export const FILL_MAGIC = 0x4c4c4946; // "FILL"
export const FILL_LAYOUT_VERSION = 1;

export const FillHeader = {
  magic: 0,
  layoutVersion: 1,
  maxFills: 2,
  bucketBits: 3,
  bucketRegion: 4,
  fillRegion: 5,
  /** Fills so far. */
  count: 16,
  words: 32,
} as const;

/** Int32 fields of a fill: one cache line. Links are index + 1, 0 = none. */
export const FillField = {
  slot: 0,
  matchHi: 1,
  matchLo: 2,
  /** As it counts now: corrected, 0 once broken. */
  shares: 3,
  price4: 4,
  /** As it was first told; 0 where only a bust or correction was. */
  toldShares: 5,
  toldPrice4: 6,
  /** Bits of {@link FillFlag}. */
  flags: 7,
  /** Character code of the venue's liquidity flag. */
  liquidity: 8,
  /** Next of the same order. */
  nextOfOrder: 9,
  /** Next of the same position row: of all, of the venue, the account, the strategy. */
  nextOfGlobal: 10,
  nextOfVenue: 11,
  nextOfAccount: 12,
  nextOfStrategy: 13,
  /** Next in the same hash bucket. */
  chain: 14,
  /** Who told it: 0 the port itself, else the number of an evidence source. */
  source: 15,
  words: 16,
  bits: 4,
} as const;

export const FillFlag = {
  /** The execution itself was told. Without it: a bust or correction came first. */
  told: 1,
  broken: 2,
  corrected: 4,
} as const;

/**
 * Layout of a feed's order books in shared memory: constants only, no logic.
 *
 * One Int32Array covers everything; a Float64Array over the same memory serves the few 64-bit cells. Orders, levels and
 * blocks refer to each other by *word offset from the start of the memory* (0 = none), so following a link is one load.
 *
 * ```
 * | header | instruments (hot, 64 B each) | directory (cold, 64 B each) | hash buckets | orders | levels | ladder blocks |
 * ```
 * All zero is a valid empty state: pools hand out fresh places first and freed ones from a list, so pages that no order
 * ever needed are never touched.
 */

export const BOOK_MAGIC = 0x4b4f4f42; // "BOOK"
export const BOOK_LAYOUT_VERSION = 1;

/** Words of the header. Region offsets are in words. */
export const BookHeader = {
  magic: 0,
  layoutVersion: 1,
  maxInstruments: 2,
  maxOrders: 3,
  maxLevels: 4,
  /** log2 of the number of hash buckets. */
  bucketBits: 5,
  instruments: 6,
  directory: 7,
  buckets: 8,
  orders: 9,
  levels: 10,
  ladders: 11,
  /** Word after the last one. */
  end: 12,
  /** Counts resets: what was derived from the books before it changed is void. */
  generation: 16,
  /** Venue's code of the last event of its day (ITCH: a letter of System Event), 0 = none yet. */
  dayEvent: 17,
  /** The writer's own: first order place never used, list of freed ones, orders live now. */
  freshOrder: 32,
  freeOrder: 33,
  liveOrders: 34,
  freshLevel: 35,
  freeLevel: 36,
  liveLevels: 37,
  freshLadder: 38,
  /** Lists of freed ladder blocks, one per size class. */
  freeLadder: 40,
  /** {@link BookCounter} cells, as doubles: word offset of the first. */
  counters: 64,
  words: 128,
} as const;

/** Ladder blocks hold 8, 16, 32… entries. */
export const LADDER_CLASSES = 20;
export const LADDER_SMALLEST_BITS = 3;

/** What a book could not do with an operation. Each is a counter; none is guessed away. */
export const BookCounter = {
  /** Execution, cancel, delete or replace of an order that is not there. */
  unknownReference: 0,
  /** An added order (or the new one of a replace) has a reference that is live already. */
  duplicateReference: 1,
  /** More shares executed or cancelled than the order has. */
  overExecution: 2,
  /** No place for another order. */
  ordersFull: 3,
  /** No place for another price level. */
  levelsFull: 4,
  /** Instrument number beyond `maxInstruments`. */
  badInstrument: 5,
  /** The operation names another instrument than its order stands on. */
  instrumentMismatch: 6,
  /** An added order without shares. */
  zeroShares: 7,
} as const;
export const BOOK_COUNTERS = 8;

/** Words of an instrument's hot record: one cache line. */
export const InstrumentWord = {
  /** Odd while the writer is inside: see {@link OrderBooks}. */
  version: 0,
  /** {@link InstrumentStatus} bits. */
  status: 1,
  /** Ladder block of the bids; asks follow. A ladder is sorted with the best price last. */
  bidLadder: 2,
  askLadder: 3,
  bidLevels: 4,
  askLevels: 5,
  /** log2 of the ladder block's entries. */
  bidLadderBits: 6,
  askLadderBits: 7,
  bidPrice: 8,
  askPrice: 9,
  bidOrders: 10,
  askOrders: 11,
  /** Doubles. */
  bidShares: 12,
  askShares: 14,
  words: 16,
  bits: 4,
} as const;

/** Bits of the status word. */
export const InstrumentStatus = {
  /** {@link TradingState}, low 3 bits. */
  stateMask: 0x7,
  /** A market centre halted it for operational reasons: a bit per centre, numbered by the venue. */
  operationalHaltMask: 0x700,
  operationalHaltShift: 8,
  /** Short sale price test in force. */
  shortRestricted: 0x10,
  /** An operation on it made no sense: its book must not be trusted until rebuilt. */
  suspect: 0x20,
  /** Orders are missing because a pool was full: not to be trusted until rebuilt with larger pools. */
  incomplete: 0x40,
  /** It is in the directory. */
  listed: 0x80,
} as const;

/** Whether an instrument trades. */
export const TradingState = { unknown: 0, trading: 1, halted: 2, paused: 3, quotationOnly: 4 } as const;
export type TradingState = (typeof TradingState)[keyof typeof TradingState];

/** Words of an instrument's directory record. */
export const DirectoryWord = {
  /** Symbol: 16 bytes, ASCII, padded with zeros or spaces. */
  symbol: 0,
  symbolBytes: 16,
  roundLot: 4,
  /** Venue's reason code of the last trading action, four ASCII bytes. */
  reason: 5,
  words: 16,
  bits: 4,
} as const;

/** Words of an order: 32 bytes. */
export const OrderWord = {
  referenceLow: 0,
  referenceHigh: 1,
  shares: 2,
  /** Its price level. */
  level: 3,
  /** Neighbours in the level's queue, oldest first. */
  previous: 4,
  next: 5,
  /** Next order in the same hash bucket; next free place when not in use. */
  chain: 6,
  /** Who placed it, four ASCII bytes; 0 where the venue does not say. */
  attribution: 7,
  words: 8,
} as const;

/** Words of a price level: 32 bytes. */
export const LevelWord = {
  price: 0,
  /** Orders in the queue. */
  orders: 1,
  /** Double: exact to 2^53 shares. */
  shares: 2,
  /** Oldest and newest order. */
  head: 4,
  tail: 5,
  /** `instrument << 1 | side`. */
  book: 6,
  /** Next free place when not in use. */
  chain: 7,
  words: 8,
} as const;

/** Words of a ladder entry. */
export const LadderWord = {
  /** The price as a signed number that grows towards the best. */
  key: 0,
  level: 1,
  words: 2,
} as const;

export const Side = { bid: 0, ask: 1 } as const;
export type Side = (typeof Side)[keyof typeof Side];

/**
 * Layout of the order store's memory: constants only, no logic. One Int32Array covers everything; a Float64Array over the
 * same memory serves the 64-bit cells. Region offsets are in int32 words.
 *
 * ```
 * | header | ports | lists of strategies | lists of instruments | counters | references of port 0 | 1 | … | slots |
 * ```
 * All zero but the header is a valid empty state, so pages that no order needed are never touched.
 */
export const STORE_MAGIC = 0x5244524f; // "ORDR"
export const STORE_LAYOUT_VERSION = 1;

/** Words of the header. */
export const StoreHeader = {
  magic: 0,
  layoutVersion: 1,
  maxOrders: 2,
  /** How many there are of each. */
  ports: 3,
  strategies: 4,
  instruments: 5,
  /** References of one port that can be found again. */
  maxRefs: 6,
  /** Where the regions begin. */
  portRegion: 7,
  strategyRegion: 8,
  instrumentRegion: 9,
  counterRegion: 10,
  refRegion: 11,
  slotRegion: 12,
  end: 13,
  /** Orders of the day so far: the highest number. */
  count: 16,
  /** Trading day as yyyymmdd, 0 = none yet. */
  day: 17,
  /** Rises with every start of a gateway on this day. */
  epoch: 18,
  words: 64,
} as const;

/** Int32 fields of a port's block, by index from its start. */
export const PortField = {
  /** The reference that the next message gets. */
  nextRef: 0,
  /** Its session is lost: what is live on it is blind, what is in flight unknown. */
  lost: 1,
  /** Session whose loss that was, and the {@link Evidence}. */
  lostSession: 2,
  lostEvidence: 3,
  /** Next of its open orders that the loss has not been written to yet: slot + 1, 0 = it has been to all. */
  unmarked: 4,
  /** Open orders: first, last (slot + 1), how many. */
  firstOpen: 5,
  lastOpen: 6,
  openCount: 7,
  /** Orders found unknown and blind by the marking of the loss. */
  foundUnknown: 8,
  foundBlind: 9,
  /** Smallest reference that the index holds minus 1. */
  refBase: 10,
  /** {@link Gap} */
  gap: 11,
  /**
   * Barriers by query whose answers may still come: a session that was lost before its answer leaves one to the next, which
   * replays it, or finds that it never was. And the reference that was next when the last one was sent.
   */
  queries: 12,
  queryRef: 13,
  words: 32,
  bits: 5,
} as const;

/** What is missing of a port's messages, for as long as silence about an order proves nothing. */
export const Gap = {
  none: 0,
  /** The venue went on at a higher number than it was asked for. What its numbers stand for is not sure from then on. */
  lasting: 1,
  /** Another session with numbers of its own has begun, or one message can't be read: until the barrier behind it. */
  once: 2,
} as const;
export type Gap = (typeof Gap)[keyof typeof Gap];

/** Float64 fields of a port's block, by index from its start. */
export const PortDouble = {
  /** Number of the next sequenced message that is expected. */
  expected: 8,
  /** Monotonic ns of the loss. */
  lostNs: 9,
} as const;

/** Words of the list of open orders of a strategy or an instrument. */
export const ListField = { first: 0, last: 1, count: 2, words: 4, bits: 2 } as const;

export const WORD_BYTES = 4;
/** Regions begin at cache lines. */
export const LINE_WORDS = 16;

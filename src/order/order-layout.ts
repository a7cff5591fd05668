/**
 * Layout of the order store: one fixed slot per order of the day, in shared memory. Order number n of the day has slot
 * n - 1; slots are never reused within a day, so that a late bust still finds its order. One writer (the gateway), any
 * number of readers.
 *
 * A slot is {@link SLOT_BYTES} bytes, four cache lines: int32 fields, then float64 fields, by index within the slot.
 */
export const SLOT_BYTES = 256;
export const SLOT_INT32 = SLOT_BYTES / 4;
/** log2 of it: a shift needs no check for overflow. */
export const SLOT_SHIFT = 6;
export const SLOT_FLOAT64 = SLOT_BYTES / 8;

/** Int32 fields of a slot, by index from the slot's start. */
export const SlotField = {
  /** {@link OrderState} */
  state: 0,
  /** Bits of {@link OrderFlag} */
  flags: 1,
  /** Order number of the day, slot + 1; 0 = the slot is free. */
  number: 2,
  strategy: 3,
  account: 4,
  instrument: 5,
  side: 6,
  marking: 7,
  timeInForce: 8,
  /** Port whose numbering `ref` belongs to, and session that carried the order first. */
  port: 9,
  session: 10,
  /** Current reference on the port, and the one it was entered under. */
  ref: 11,
  firstRef: 12,
  /** Limit price and shares of the chain in all, executed ones included. */
  price4: 13,
  shares: 14,
  /** Executed so far, busts taken off. */
  executed: 15,
  /** Open at the venue: 0 once done. */
  leaves: 16,
  /** A replace under way: its reference, shares as the port's `replaceShares` rule means them, and price; 0 = none. */
  pendingRef: 17,
  pendingShares: 18,
  pendingPrice4: 19,
  /** What the ledger holds for it now: most shares and highest price4 of its legs. Written by the ledger alone. */
  reservedShares: 20,
  reservedPrice4: 21,
  /** The venue's number of the order. */
  orderRefHi: 22,
  orderRefLo: 23,
  /** Why it ended: {@link ReportReason}, or minus the {@link RefusalReason} if we took it back before it was sent. */
  reason: 24,
  /** The venue's own code of it. */
  venueReason: 25,
  /** Executions, and first of them in the fill table (index + 1; 0 = none). */
  fills: 26,
  firstFill: 27,
  /** What the strategy keeps with it; never looked at. */
  tag: 28,
  /** Raised at every change of the slot: odd while it is being written. */
  version: 29,
  /** Row of the resolution table that resolved it last, + 1; 0 = none. */
  resolution: 30,
  /** Shares cancelled by the venue so far. */
  cancelled: 31,
  /** Neighbours among the open orders of its port, strategy and instrument: slot + 1, 0 = none. */
  portPrevious: 32,
  portNext: 33,
  strategyPrevious: 34,
  strategyNext: 35,
  instrumentPrevious: 36,
  instrumentNext: 37,
  /** Shares that executions took off the book, as first reported: busts and corrections bring none back. */
  taken: 38,
  /** Flags as the ledger has counted them. Written by the ledger alone. */
  reflectedFlags: 39,
  /** The venue has confirmed it: 1. */
  confirmed: 40,
} as const;

/** Float64 fields of a slot, by index from the slot's start. They begin behind the int32 fields. */
export const SlotTime = {
  /** Monotonic ns: intent journalled, send returned, first answer, last change. */
  intentNs: 24,
  sentNs: 25,
  answeredNs: 26,
  changedNs: 27,
  /** Sum of price4 × shares over its executions, busts taken off. */
  executedValue4: 28,
  /** What the ledger holds for it now: price4 × shares of the larger leg. Written by the ledger alone. */
  reservedValue4: 29,
} as const;

/** Why an OUCH message could not be taken. Such messages are counted and skipped by their SoupBinTCP length. */
export const OuchRefusal = {
  none: 0,
  /** A packet without a message. */
  empty: 1,
  unknownType: 2,
  /** Longer or shorter than its type may be. */
  wrongLength: 3,
  /** OUCH 5.0: elements that do not fill the appendage. */
  brokenAppendage: 4,
  /** A side that there is not, or a price, quantity or reference beyond 2^31 - 1: no order of ours has that. */
  outOfRange: 5,
  /** Whole, but about an order that is not ours. */
  foreign: 6,
} as const;
export type OuchRefusal = (typeof OuchRefusal)[keyof typeof OuchRefusal];

export const OUCH_REFUSALS: number = Object.keys(OuchRefusal).length;

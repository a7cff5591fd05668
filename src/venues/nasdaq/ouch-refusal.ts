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
  /** A price, quantity or reference beyond 2^31 - 1: more than an order of ours can have. */
  outOfRange: 5,
  /** Whole, but about an order that is not ours. */
  foreign: 6,
} as const;
export type OuchRefusal = (typeof OuchRefusal)[keyof typeof OuchRefusal];

export const OUCH_REFUSALS: number = Object.keys(OuchRefusal).length;

/**
 * Why an order, replace or cancel was refused before it was sent. 0 = it was not. Each of the limits has this name in
 * counters, journal, refusals and (as a key under `risk`) in the config. Part of the journal's format.
 */
export const RefusalReason = {
  none: 0,
  // the last step before send
  fenced: 1,
  killed: 2,
  noSession: 3,
  backPressure: 4,
  // the request itself
  badRequest: 5,
  unknownOrder: 6,
  alreadyDone: 7,
  replacePending: 8,
  storeFull: 9,
  journalFull: 10,
  paused: 11,
  /** The request waited too long for the gateway's thread. */
  late: 12,
  // the last step before send, again
  pausedByOperator: 13,
  draining: 14,
  // limits
  maxOrderShares: 20,
  maxOrderNotional: 21,
  priceCollar: 22,
  noReferencePrice: 23,
  fatFingerTicks: 24,
  maxPosition: 25,
  maxGrossExposure: 26,
  maxNetExposure: 27,
  buyingPower: 28,
  margin: 29,
  maxOpenOrders: 30,
  messageRate: 31,
  repeatedExecutions: 32,
  duplicateOrder: 33,
  restricted: 34,
  halted: 35,
  sideMarking: 36,
  selfTrade: 37,
  feedNotLive: 38,
  reduceOnly: 39,
  tickSize: 40,
  dayEnded: 41,
  feedSilent: 42,
} as const;
export type RefusalReason = (typeof RefusalReason)[keyof typeof RefusalReason];

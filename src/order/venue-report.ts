/** What a venue says of an order, or in answer to a question about all of them. Part of the journal's format. */
export const ReportKind = {
  accepted: 1,
  /** Accepted, and dead already (entered as unmarketable IOC, self-match…): no shares rest. */
  acceptedDead: 2,
  replaced: 3,
  replacedDead: 4,
  /** `shares` were taken off. */
  cancelled: 5,
  /** Taken off because it would have met an order of ours. */
  selfMatchCancelled: 6,
  executed: 7,
  /** An earlier execution (`match…`) is taken back. */
  broken: 8,
  /** An earlier execution (`match…`) is amended to `shares` at `price4`. */
  corrected: 9,
  rejected: 10,
  cancelPending: 11,
  cancelRejected: 12,
  /** The price or display of a resting order was changed by the venue. */
  repriced: 13,
  modified: 14,
  restated: 15,
  /** Answer to a barrier: refs at or above `ref` had not arrived when it was given. */
  nextRef: 16,
  massCancelled: 17,
  orderEntryDisabled: 18,
  orderEntryEnabled: 19,
  startOfDay: 20,
  endOfDay: 21,
} as const;
export type ReportKind = (typeof ReportKind)[keyof typeof ReportKind];

/** Why a venue cancelled or rejected, in our words; the venue's own code stands in `venueReason`. */
export const ReportReason = {
  none: 0,
  byUser: 1,
  /** What was left of an IOC. */
  immediate: 2,
  timeout: 3,
  supervisory: 4,
  halted: 5,
  selfMatch: 6,
  duplicate: 7,
  unknownOrder: 8,
  price: 9,
  size: 10,
  symbol: 11,
  closed: 12,
  notAllowed: 13,
  disconnect: 14,
  other: 15,
} as const;
export type ReportReason = (typeof ReportReason)[keyof typeof ReportReason];

/**
 * One report, reused for every message of a connection: take what you need during the call. All fields are int32, 64-bit
 * numbers are two halves, so that a report costs no allocation. Fields that a kind does not have are 0.
 */
export class VenueReport {
  kind: number = 0;
  /** Our reference of the order as the venue numbers them on this port (OUCH 5.0 UserRefNum; OUCH 4.2: read from the token). */
  ref: number = 0;
  /** `replaced`: the reference that is no more. */
  previousRef: number = 0;
  side: number = 0;
  /** accepted, replaced: open shares. executed, cancelled, corrected: of this event. */
  shares: number = 0;
  price4: number = 0;
  /** Accepted and replaced: the venue's own order number, which its market data shows. */
  orderRefHi: number = 0;
  orderRefLo: number = 0;
  matchHi: number = 0;
  matchLo: number = 0;
  /** {@link ReportReason} */
  reason: number = 0;
  venueReason: number = 0;
  /** Character code of the liquidity flag. */
  liquidity: number = 0;
  /** Cell 0: number of the sequenced message, 0 if it had none. Cell 1: the venue's stamp, ns since midnight. */
  readonly cells: Float64Array = new Float64Array(2);

  clear(): void {
    this.kind = 0;
    this.ref = 0;
    this.previousRef = 0;
    this.side = 0;
    this.shares = 0;
    this.price4 = 0;
    this.orderRefHi = 0;
    this.orderRefLo = 0;
    this.matchHi = 0;
    this.matchLo = 0;
    this.reason = 0;
    this.venueReason = 0;
    this.liquidity = 0;
    this.cells[0] = 0;
    this.cells[1] = 0;
  }
}

/** Cells of {@link VenueReport.cells}. */
export const ReportCell = { sequence: 0, venueNs: 1 } as const;

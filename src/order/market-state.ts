/**
 * What the risk checks know of the market, filled by the gateway from the feeds' books and counters. Instruments are
 * numbered as the gateway numbers the tradable ones.
 */
export interface MarketState {
  /** Best bid and ask as price4 as the book stands; 0 where there is none. */
  bid4(instrument: number): number;
  ask4(instrument: number): number;
  /** {@link Trading} */
  trading(instrument: number): number;
  /** Number of the feed that carries the instrument's book. */
  feedOf(instrument: number): number;
  /** {@link FeedStateCell} of feed f from cell `f * FeedStateCell.cells` on. */
  readonly feedCells: Float64Array;
}

/** Whether an instrument trades; codes as the books have them. */
export const Trading = { unknown: 0, trading: 1, halted: 2, paused: 3, quotationOnly: 4 } as const;
export type Trading = (typeof Trading)[keyof typeof Trading];

/** Whether a feed's books may be trusted; codes as the feed's own status. */
export const FeedTrust = { down: 0, live: 1, recovering: 2, stale: 3 } as const;
export type FeedTrust = (typeof FeedTrust)[keyof typeof FeedTrust];

export const FeedStateCell = {
  /** {@link FeedTrust}, and since when (monotonic ns). */
  status: 0,
  sinceNs: 1,
  /** When anything of the feed was heard last, heartbeats included (monotonic ns). */
  heardNs: 2,
  cells: 4,
} as const;

import type { OrderBooks } from '../feed/book.ts';
import { FEED_CELLS, FeedCell, LINE_CELLS, LineCell } from '../feed/feed-counters.ts';
import type { Ledger } from '../order/ledger.ts';
import { FeedStateCell, type MarketState, Trading } from '../order/market-state.ts';
import type { InstrumentMap } from './instrument-map.ts';

/** Marks set in one go: the ledger's sums are touched by each. */
const MARKS_PER_LOOK = 32;

/**
 * The market as the risk checks see it: best prices and trading states straight from the feeds' books, the feeds' status
 * from their counters. Nothing is copied on the way of an order; {@link look} refreshes what is not about prices.
 */
export class MarketView implements MarketState {
  readonly feedCells: Float64Array;
  private readonly books: readonly (OrderBooks | undefined)[];
  private readonly map: InstrumentMap;
  private readonly counters: readonly Float64Array[];
  private readonly instruments: number;
  private nextMark = 0;

  /** @param counters cells of each feed, by the router's number */
  constructor(
    map: InstrumentMap,
    books: readonly (OrderBooks | undefined)[],
    counters: readonly Float64Array[],
    instruments: number,
  ) {
    this.map = map;
    this.books = books;
    this.counters = counters;
    this.instruments = instruments;
    this.feedCells = new Float64Array(counters.length * FeedStateCell.cells);
  }

  bid4(instrument: number): number {
    const locate = this.map.locateOf(instrument);
    return locate < 0 ? 0 : this.books[this.map.feedOf(instrument)]!.bestBid(locate);
  }

  ask4(instrument: number): number {
    const locate = this.map.locateOf(instrument);
    return locate < 0 ? 0 : this.books[this.map.feedOf(instrument)]!.bestAsk(locate);
  }

  trading(instrument: number): number {
    const locate = this.map.locateOf(instrument);
    if (locate < 0) return Trading.unknown;
    const book = this.books[this.map.feedOf(instrument)]!.view(locate);
    return book.halted ? Trading.halted : book.tradingState;
  }

  feedOf(instrument: number): number {
    return this.map.feedOf(instrument);
  }

  /** Refreshes the feeds' status. Call it once a turn. @param nowNs cell 0: monotonic ns */
  look(nowNs: Float64Array): void {
    const { feedCells, counters } = this;
    for (let feed = 0; feed < counters.length; feed++) {
      const cells = counters[feed];
      const at = feed * FeedStateCell.cells;
      const status = cells[FeedCell.status];
      if (status !== feedCells[at + FeedStateCell.status]) {
        feedCells[at + FeedStateCell.status] = status;
        feedCells[at + FeedStateCell.sinceNs] = nowNs[0];
      }
      feedCells[at + FeedStateCell.heardNs] = heard(cells);
    }
  }

  /** Marks some instruments at the middle of their books. Call it now and then. */
  mark(ledger: Ledger): void {
    for (let n = Math.min(MARKS_PER_LOOK, this.instruments); n > 0; n--) {
      const instrument = this.nextMark;
      this.nextMark = (this.nextMark + 1) % this.instruments;
      const bid4 = this.bid4(instrument);
      const ask4 = this.ask4(instrument);
      if (bid4 > 0 && ask4 > 0) ledger.mark(instrument, (bid4 + ask4) >> 1);
      else if (bid4 > 0 || ask4 > 0) ledger.mark(instrument, bid4 + ask4);
    }
  }
}

/** When any line of the feed was heard last: heartbeats count. */
function heard(cells: Float64Array): number {
  let latest = 0;
  const lines = cells[FeedCell.lineCount];
  for (let line = 0; line < lines; line++) {
    const at = cells[FEED_CELLS + line * LINE_CELLS + LineCell.lastHeardNs];
    if (at > latest) latest = at;
  }
  return latest;
}

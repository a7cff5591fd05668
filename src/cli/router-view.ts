import { attachBooks, type OrderBooks, TOP_CELLS, TopCell } from '../feed/book.ts';
import type { FeedEvent } from '../feed/events.ts';
import { EventNumber } from '../feed/events.ts';
import type { Router } from '../router/router.ts';
import { type Clock, createClock } from '../runtime/clock.ts';
import { HistogramSnapshot } from '../runtime/histogram.ts';
import { DutyCell } from '../runtime/thread-control.ts';
import { eventView } from '../status/event-view.ts';
import { FeedReader } from '../status/feed-reader.ts';
import type {
  BookView,
  EventView,
  KeyHint,
  LatencyView,
  StatusModel,
  StrategyView,
  ThreadView,
} from '../status/status-model.ts';
import { StrategyCell, StrategyState } from '../strategy/strategy-host.ts';

/** Events kept for the view. */
const EVENTS_KEPT = 200;
/** Books shown of each feed: those with the most changes since the last look come first. */
const BOOKS_SHOWN = 5;
const PRICE_UNITS = 10_000;
const NS_PER_MS = 1e6;
const RATE_WINDOW_NS = 1e9;

/** Reads a running router's counters, books and events into what the status view shows. Main thread only. */
export class RouterView {
  private readonly router: Router;
  private readonly version: string;
  private readonly clock: Clock = createClock(undefined);
  private readonly startedNs: number;
  private readonly readers: readonly FeedReader[];
  private readonly books: readonly (OrderBooks | undefined)[];
  private readonly top = new Float64Array(TOP_CELLS);
  private readonly events: EventView[] = [];
  private readonly rates = new Map<string, { nowNs: number; count: number; perSecond: number }>();
  private readonly utcOffsetNs: number;

  constructor(router: Router, version: string) {
    this.router = router;
    this.version = version;
    this.clock.read();
    this.startedNs = this.clock.nowNs[0];
    this.utcOffsetNs = this.clock.readUtcOffsetNs();
    this.readers = router.setup.feeds.map(
      ({ config, options }) =>
        new FeedReader({
          name: config.name,
          policy: config.policy,
          lines: config.lines.map((line) => line.name),
          cells: options.cells,
        }),
    );
    this.books = router.setup.feeds.map(({ options }) =>
      options.books === undefined ? undefined : attachBooks(options.books.memory),
    );
  }

  /** Takes note of an event for the view's list. */
  onEvent(feed: number, event: FeedEvent): void {
    const { config } = this.router.setup.feeds[feed];
    const utcMs = (event.numbers[EventNumber.atNs] + this.utcOffsetNs) / NS_PER_MS;
    this.events.push(
      eventView(
        event,
        config.name,
        config.lines.map((line) => line.name),
        utcMs,
      ),
    );
    if (this.events.length > EVENTS_KEPT) this.events.shift();
  }

  /** Everything as it stands now. */
  model(keys: readonly KeyHint[] = []): StatusModel {
    this.clock.read();
    const nowNs = this.clock.nowNs[0];
    const { setup } = this.router;
    return {
      venue: setup.config.venue,
      version: this.version,
      layout: setup.plan.layout,
      idle: setup.plan.router.idle,
      io: setup.plan.io,
      notes: setup.plan.notes.slice(0, 1),
      upNs: nowNs - this.startedNs,
      feeds: this.readers.map((reader, feed) => reader.read(nowNs, this.bookTops(this.books[feed]))),
      latencies: [latencyView('receive → strategy', HistogramSnapshot.of(setup.latency))],
      strategies: setup.strategies.map((strategy): StrategyView => {
        const messages = strategy.cells[StrategyCell.units];
        return {
          name: strategy.config.name,
          state: stateWord(strategy.cells[StrategyCell.state]),
          messages,
          perSecond: this.rate(strategy.config.name, nowNs, messages),
          lapped: strategy.cells[StrategyCell.lapped],
          restarts: this.router.restartsOf(strategy.thread),
        };
      }),
      threads: this.router.threads.map(
        (thread): ThreadView => ({
          name: thread.name,
          core: thread.spec.core ?? -1,
          busy: Number.NaN,
          longestTurnNs: thread.dutyCells[DutyCell.maxTurnNs],
          stalls: thread.dutyCells[DutyCell.longTurns],
          collections: Number.NaN,
        }),
      ),
      events: this.events,
      keys,
    };
  }

  private bookTops(books: OrderBooks | undefined): BookView[] {
    if (books === undefined) return [];
    const shown: BookView[] = [];
    for (const instrument of books.listed()) {
      if (shown.length === BOOKS_SHOWN) break;
      const view = books.view(instrument);
      if (!view.readTop(this.top)) continue;
      shown.push({
        symbol: view.symbol,
        bid: priceOf(this.top, TopCell.bidPrice, TopCell.bidShares),
        bidSize: this.top[TopCell.bidShares],
        ask: priceOf(this.top, TopCell.askPrice, TopCell.askShares),
        askSize: this.top[TopCell.askShares],
      });
    }
    return shown;
  }

  private rate(name: string, nowNs: number, count: number): number {
    const last = this.rates.get(name);
    if (last === undefined) {
      this.rates.set(name, { nowNs, count, perSecond: 0 });
      return 0;
    }
    const elapsedNs = nowNs - last.nowNs;
    if (elapsedNs < RATE_WINDOW_NS) return last.perSecond;
    const perSecond = ((count - last.count) / elapsedNs) * 1e9;
    this.rates.set(name, { nowNs, count, perSecond });
    return perSecond;
  }
}

function priceOf(top: Float64Array, price: number, shares: number): number {
  return top[shares] === 0 ? Number.NaN : top[price] / PRICE_UNITS;
}

function stateWord(state: number): string {
  if (state === StrategyState.running) return 'running';
  return state === StrategyState.stopped ? 'stopped by an exception' : 'loading';
}

function latencyView(name: string, histogram: HistogramSnapshot): LatencyView {
  return {
    name,
    count: histogram.count,
    p50Ns: histogram.percentile(50),
    p90Ns: histogram.percentile(90),
    p99Ns: histogram.percentile(99),
    p999Ns: histogram.percentile(99.9),
    maxNs: histogram.maxNs,
  };
}

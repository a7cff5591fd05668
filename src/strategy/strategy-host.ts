import type { FeedEvent } from '../feed/events.ts';
import { FeedEventKind, FeedStatus, StatusReason } from '../feed/events.ts';
import type { FeedHandler } from '../feed/protocol.ts';
import { OrderEvent } from '../order/order-events.ts';
import { type FeedView, NowCell, type Strategy, type StrategyContext } from './api.ts';
import { asyncCallback, loadStrategy, NeedsEventLoopError } from './loader.ts';
import { LogLimit, type LogRate } from './log-limit.ts';
import { NO_ORDERS } from './no-orders.ts';
import type { Orders } from './order-api.ts';
import { StrategyTimers } from './timers.ts';

/** What a host is told of the strategy it runs. */
export interface StrategySpec {
  readonly name: string;
  /** Absolute path. */
  readonly module: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Positions (in the router's list) of the feeds it subscribes to. */
  readonly feeds: readonly number[];
}

/** Cells of a strategy's counters. */
export const StrategyCell = {
  /** Units shown to it. */
  units: 0,
  /** Callbacks that threw. After the first one it is shown nothing more. */
  thrown: 1,
  /** 1 = running, 0 = not (yet) loaded, 2 = stopped by an exception. */
  state: 2,
  /** Times it was lapped by the feed, and units it missed by that. */
  lapped: 3,
  missedUnits: 4,
  /** Times it was started. */
  starts: 5,
  /** Lines that it logged beyond its limit: not written. */
  logsHeldBack: 6,
} as const;
export const STRATEGY_CELLS = 8;

// An engine loads an exported binding, and from it, each time it is used; a module's own constants it compiles in.
const Cell = Object.freeze({ ...StrategyCell });
const Kind = Object.freeze({ ...FeedEventKind });
const OrderNews = Object.freeze({ ...OrderEvent });
/** Open orders shown again after events were lost. */
const MOST_OPEN_ORDERS = 1 << 14;

export const StrategyState = { loading: 0, running: 1, stopped: 2 } as const;

/** Carries what a strategy says or suffers to the main thread. Cold. */
export interface StrategyReporter {
  log(strategy: string, message: string): void;
  /** How much of a strategy's log is written; absent: all of it. */
  readonly logLimit?: LogRate;
  /** It threw: it is shown nothing more. */
  failed(strategy: string, callback: string, error: unknown): void;
}

class HostedFeed implements FeedView {
  readonly name: string;
  readonly index: number;
  readonly handler: FeedHandler | undefined;
  status: FeedStatus = FeedStatus.down;
  reason: StatusReason = StatusReason.neverHeard;

  constructor(name: string, index: number, handler: FeedHandler | undefined) {
    this.name = name;
    this.index = index;
    this.handler = handler;
  }

  get live(): boolean {
    return this.status === FeedStatus.live;
  }

  get books() {
    return this.handler?.books;
  }
}

/**
 * Runs one strategy: shows it units, books and status, fires its timers, and keeps what it throws from everything
 * else. The same host serves the fused layout (called in place) and a strategy's own thread.
 */
export class StrategyHost {
  readonly name: string;
  private readonly spec: StrategySpec;
  private readonly cells: Float64Array;
  private readonly reporter: StrategyReporter;
  private readonly timers = new StrategyTimers();
  private readonly feeds: readonly HostedFeed[];
  /** By the router's feed number; undefined where this strategy does not subscribe. */
  private readonly byRouterFeed: readonly (HostedFeed | undefined)[];
  /** What the strategy is given. */
  readonly context: StrategyContext;
  private readonly orders: Orders;
  private readonly logLimit: LogLimit | undefined;
  private openOrders: Int32Array | undefined = undefined;
  private strategy: Strategy | undefined = undefined;
  private wantsBooks = false;
  private wantsUnits = false;
  /** See {@link NowCell}. */
  readonly now: Float64Array;

  /**
   * @param handlers the router's feeds, by number: name and handler (undefined where a protocol is not decoded)
   * @param now cells shared with the thread's duty cycle
   */
  constructor(
    spec: StrategySpec,
    layout: StrategyContext['layout'],
    handlers: readonly { readonly name: string; readonly handler: FeedHandler | undefined }[],
    now: Float64Array,
    cells: Float64Array,
    reporter: StrategyReporter,
    orders: Orders = NO_ORDERS,
  ) {
    this.name = spec.name;
    this.orders = orders;
    this.spec = spec;
    this.cells = cells;
    this.reporter = reporter;
    this.now = now;
    this.feeds = spec.feeds.map(
      (number, index) => new HostedFeed(handlers[number]!.name, index, handlers[number]!.handler),
    );
    this.byRouterFeed = handlers.map((_, number) => {
      const index = spec.feeds.indexOf(number);
      return index < 0 ? undefined : this.feeds[index];
    });
    const timers = this.timers;
    this.context = {
      name: spec.name,
      options: spec.options,
      layout,
      feeds: this.feeds,
      orders,
      now,
      setTimer: (timer, delayMs, periodMs = 0) => timers.set(timer, delayMs, periodMs, now, NowCell.turnNs),
      clearTimer: (timer) => timers.clear(timer),
      log: (message) => this.log(message),
    };
    this.logLimit = reporter.logLimit && new LogLimit(reporter.logLimit);
  }

  /**
   * Loads the module, makes the strategy and calls `onStart`.
   * @throws {NeedsEventLoopError} if a callback is async and this host has no event loop to run it on
   */
  async load(): Promise<void> {
    const strategy = await loadStrategy(this.spec.module, this.context);
    const awaiting = asyncCallback(strategy);
    if (awaiting !== undefined && this.context.layout !== 'evented') throw new NeedsEventLoopError(this.name, awaiting);
    this.use(strategy);
    this.cells[Cell.starts]++;
    this.cells[Cell.state] = StrategyState.running;
    try {
      strategy.onStart?.();
    } catch (error) {
      this.fail('onStart', error);
    }
  }

  /** Runs this strategy from now on, without a word to it: for hosts that exercise the code. */
  use(strategy: Strategy): void {
    this.wantsBooks = strategy.onBook !== undefined;
    this.wantsUnits = strategy.onUnit !== undefined;
    this.strategy = strategy;
  }

  /**
   * A stand-in with the shape of the strategy that runs here, whose callbacks do nothing: code that has been exercised
   * with it needs no second compilation when the real one is called. None of the strategy's own code is run.
   * @param callback what each callback is
   */
  standIn(callback: () => void): Strategy {
    const copy: Record<string, unknown> = { ...this.strategy };
    for (const [key, value] of Object.entries(copy)) if (typeof value === 'function') copy[key] = callback;
    return copy as Strategy;
  }

  /** Shows one delivered unit; the {@link NowCell}s are already written. */
  onMessage(feedNumber: number, bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    const strategy = this.strategy;
    const feed = this.byRouterFeed[feedNumber];
    if (strategy === undefined || feed === undefined) return;
    this.cells[Cell.units]++;
    try {
      if (this.wantsUnits) strategy.onUnit!(feed, bytes, view, offset, length);
      if (feed.handler !== undefined) feed.handler.dispatch(strategy, bytes, view, offset, length);
    } catch (error) {
      this.fail('a message callback', error);
    }
  }

  /** Shows what the unit did to the books, as the feed's handler says (`changedInstrument`, `changedStatusInstrument`). */
  onChange(feedNumber: number): void {
    const strategy = this.strategy;
    const feed = this.byRouterFeed[feedNumber];
    if (strategy === undefined || feed === undefined) return;
    const handler = feed.handler!;
    try {
      const instrument = handler.changedInstrument;
      if (this.wantsBooks && instrument >= 0) strategy.onBook!(handler.books.view(instrument), feed);
      if (handler.changedStatusInstrument >= 0) strategy.onInstrumentStatus?.(feed, handler.changedStatusInstrument);
    } catch (error) {
      this.fail('a book callback', error);
    }
  }

  /** Takes note of a feed's event; status changes and snapshots reach the strategy. */
  onEvent(feedNumber: number, event: FeedEvent): void {
    const feed = this.byRouterFeed[feedNumber];
    if (feed === undefined) return;
    if (event.kind === Kind.status) {
      feed.status = event.detail as FeedStatus;
      feed.reason = event.reason as StatusReason;
      this.tell('onFeedStatus', feed);
    } else if (event.kind === Kind.snapshotApplied) {
      this.tell('onSnapshot', feed);
    }
  }

  /** The feed has lapped this strategy's thread. */
  onLapped(feedNumber: number, missedUnits: number): void {
    this.cells[Cell.lapped]++;
    this.cells[Cell.missedUnits] += missedUnits;
    const feed = this.byRouterFeed[feedNumber];
    if (feed !== undefined) this.tell('onLapped', feed);
  }

  /** Sets a feed's status as it is found, at a late start or after a lap; a running strategy is told of a change. */
  seed(feedNumber: number, status: FeedStatus, reason: StatusReason): void {
    const feed = this.byRouterFeed[feedNumber];
    if (feed === undefined || (feed.status === status && feed.reason === reason)) return;
    feed.status = status;
    feed.reason = reason;
    this.tell('onFeedStatus', feed);
  }

  /**
   * Shows an event of its orders ({@link OrderEvent}).
   * @param order number, 0 where it is about none
   */
  onOrderEvent(kind: number, order: number, shares: number, price4: number): void {
    const strategy = this.strategy;
    if (strategy === undefined) return;
    try {
      if (kind === OrderNews.order) strategy.onOrder?.(this.orders.view(order));
      else if (kind === OrderNews.fill) strategy.onFill?.(this.orders.view(order), shares, price4);
      else if (kind === OrderNews.route) strategy.onRoute?.(this.orders.route);
      else this.lookAgain(strategy);
    } catch (error) {
      this.fail('an order callback', error);
    }
  }

  /** Fires what is due. @returns how many timers fired */
  onTurn(): number {
    if (!this.timers.due(this.now, NowCell.turnNs)) return 0;
    let fired = 0;
    for (let timer = this.timers.take(this.now, NowCell.turnNs); timer >= 0; ) {
      fired++;
      const strategy = this.strategy;
      if (strategy !== undefined) {
        try {
          strategy.onTimer?.(timer);
        } catch (error) {
          this.fail('onTimer', error);
        }
      }
      timer = this.timers.take(this.now, NowCell.turnNs);
    }
    return fired;
  }

  close(): void {
    const strategy = this.strategy;
    if (strategy === undefined) return;
    try {
      strategy.onStop?.();
    } catch (error) {
      this.fail('onStop', error);
    }
    this.strategy = undefined;
  }

  /** What is not written costs a comparison: it is counted, and the main thread says how much it was. */
  private log(message: string): void {
    if (this.logLimit !== undefined && !this.logLimit.take(this.now, NowCell.turnNs)) {
      this.cells[Cell.logsHeldBack]++;
      return;
    }
    this.reporter.log(this.name, String(message));
  }

  /** Events were lost: every open order is shown as it stands. */
  private lookAgain(strategy: Strategy): void {
    this.openOrders ??= new Int32Array(MOST_OPEN_ORDERS);
    const count = this.orders.open(this.openOrders);
    for (let i = 0; i < count; i++) strategy.onOrder?.(this.orders.view(this.openOrders[i]));
    strategy.onRoute?.(this.orders.route);
  }

  private tell(callback: 'onFeedStatus' | 'onSnapshot' | 'onLapped', feed: FeedView): void {
    try {
      this.strategy?.[callback]?.(feed);
    } catch (error) {
      this.fail(callback, error);
    }
  }

  private fail(callback: string, error: unknown): void {
    this.strategy = undefined;
    this.cells[Cell.thrown]++;
    this.cells[Cell.state] = StrategyState.stopped;
    this.reporter.failed(this.name, callback, error);
  }
}

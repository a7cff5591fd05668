import type { BookView, OrderBooks } from '../feed/book.ts';
import type { FeedStatus, StatusReason } from '../feed/events.ts';
import type { ItchHandler } from '../venues/nasdaq/itch-handler.ts';
import type { OrderCallbacks, Orders } from './order-api.ts';

/**
 * The API that strategies are written against.
 *
 * A strategy is a module whose default export is made by {@link defineStrategy}: a factory that gets a context and
 * returns callbacks. All callbacks are synchronous and run on the hot thread (fused) or on the strategy's own thread
 * (dedicated); whatever they are handed is reused after the call, so copy what you keep.
 *
 * ```ts
 * import { defineStrategy } from 'warmline';
 *
 * export default defineStrategy((context) => ({
 *   onBook(book) { if (context.feeds[0].live) … },
 *   onAddOrder(message) { … message.shares … },
 * }));
 * ```
 */
export function defineStrategy(factory: StrategyFactory): StrategyFactory {
  return factory;
}

/** Makes one instance of a strategy. May be async: it runs before the first message. */
export type StrategyFactory = (context: StrategyContext) => Strategy | Promise<Strategy>;

/**
 * Callbacks of a strategy, each optional. ITCH messages come through {@link ItchHandler}'s callbacks, news of its orders
 * through {@link OrderCallbacks}'.
 *
 * A message's own callback comes first, before the book takes it (fused layout): it is the fastest news there is, and an
 * order that a message deletes can still be looked up. `onBook` follows when the book has taken it. On a thread of its
 * own a strategy reads books that may already be ahead of the message.
 */
export interface Strategy extends ItchHandler, OrderCallbacks {
  /** Once, before the first message; the books are as they stand. */
  onStart?(): void;
  /** A feed's status changed; `feed.status` and `feed.reason` say to what and why. Nobody should quote unless it is live. */
  onFeedStatus?(feed: FeedView): void;
  /** An instrument's status changed (halted, resumed, book suspect). */
  onInstrumentStatus?(feed: FeedView, instrument: number): void;
  /**
   * Every delivered unit as it came, before its typed callback: bytes `offset`…`offset + length - 1`, valid during the
   * call. The only view of feeds whose protocol is framed but not decoded.
   */
  onUnit?(feed: FeedView, bytes: Uint8Array, view: DataView, offset: number, length: number): void;
  /** A unit changed this instrument's book, which has taken it. Called after the message's own callback. */
  onBook?(book: BookView, feed: FeedView): void;
  /** The books were rebuilt from a snapshot: forget what was derived from them. */
  onSnapshot?(feed: FeedView): void;
  /**
   * The strategy was slower than the feed and has missed messages (own thread only). The books are right; the stream
   * goes on after the missed part.
   */
  onLapped?(feed: FeedView): void;
  /** A timer set through {@link StrategyContext.setTimer} is due. */
  onTimer?(timer: number): void;
  /** The router is stopping. */
  onStop?(): void;
}

/** One feed as a strategy sees it. */
export interface FeedView {
  readonly name: string;
  /** Position in {@link StrategyContext.feeds}. */
  readonly index: number;
  readonly status: FeedStatus;
  readonly reason: StatusReason;
  /** `status === FeedStatus.live`: gap-free and current. */
  readonly live: boolean;
  /** The feed's books, or undefined where its protocol is not decoded. */
  readonly books: OrderBooks | undefined;
}

/** Cells of {@link StrategyContext.now}. */
export const NowCell = {
  /** Number of the unit being shown. */
  unitId: 0,
  /** Monotonic ns at which it was received; 0 in callbacks that no unit has caused (timers, orders). */
  rxNs: 1,
  /** Monotonic ns of this turn of the duty cycle. */
  turnNs: 2,
} as const;

/** What a strategy may ask of its surroundings. */
export interface StrategyContext {
  readonly name: string;
  /** The `options` of the strategy's entry in the config, as written. */
  readonly options: Readonly<Record<string, unknown>>;
  /** `fused`: called in place, on the router's thread. `dedicated`: own spinning thread. `evented`: own event loop. */
  readonly layout: 'fused' | 'dedicated' | 'evented';
  readonly feeds: readonly FeedView[];
  /** Its orders. Where the config has no section `orders` every request is refused. */
  readonly orders: Orders;
  /** See {@link NowCell}: numbers stand in cells because a double handed through a call costs an allocation. */
  readonly now: Float64Array;
  /**
   * Calls `onTimer(timer)` after `delayMs`, then every `periodMs` where one is given. Resolution is the duty cycle's.
   * @param timer 0…63; setting one again replaces it
   */
  setTimer(timer: number, delayMs: number, periodMs?: number): void;
  clearTimer(timer: number): void;
  /**
   * A line in the router's log. Cold: crosses to the main thread. 50 lines at once and 5 a second in the long run are
   * written; of those beyond, how many there were.
   */
  log(message: string): void;
}

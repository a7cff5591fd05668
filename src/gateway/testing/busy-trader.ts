import {
  defineStrategy,
  Marking,
  OrderSide,
  type Orders,
  type Strategy,
  type StrategyContext,
  TimeInForce,
} from 'warmline';

/**
 * A strategy that always trades, for tests: rests orders at and behind the best prices, cancels and replaces its oldest
 * ones, and crosses the spread now and then. Seeded by its own count, so that two runs ask for the same.
 */
const TICK_MS = 2;
const MOST_OPEN = 24;
const SHARES = 100;
const TICK4 = 100;
const CROSS_EVERY = 7;

class BusyTrader implements Strategy {
  private readonly context: StrategyContext;
  private readonly orders: Orders;
  private readonly instruments: readonly number[];
  private readonly open = new Int32Array(64);
  private count = 0;

  constructor(context: StrategyContext) {
    this.context = context;
    this.orders = context.orders;
    this.instruments = (context.options.symbols as string[]).map((symbol) => context.orders.instrument(symbol));
  }

  onStart(): void {
    this.context.setTimer(0, TICK_MS, TICK_MS);
  }

  onTimer(): void {
    const { orders, context } = this;
    const count = this.count++;
    const instrument = this.instruments[count % this.instruments.length];
    const symbol = (context.options.symbols as string[])[count % this.instruments.length];
    const books = context.feeds[0].books!;
    const locate = books.find(symbol);
    if (locate < 0) return;
    const book = books.view(locate);
    if (!book.twoSided) return;
    const side = (count >> 1) % 2 === 0 ? OrderSide.buy : OrderSide.sell;
    const marking = side === OrderSide.sell ? Marking.short : Marking.long;
    if (count % CROSS_EVERY === 0) {
      const price4 = side === OrderSide.buy ? book.bestAsk : book.bestBid;
      orders.enter(instrument, side, SHARES, price4, TimeInForce.immediateOrCancel, marking);
      return;
    }
    const open = orders.open(this.open);
    if (open >= MOST_OPEN) {
      const oldest = orders.view(this.open[0]);
      if (count % 2 === 0) orders.cancel(oldest.number);
      else orders.replace(oldest.number, SHARES + oldest.executed, oldest.price4 - TICK4);
      return;
    }
    const behind = (count % 4) * TICK4;
    const price4 = side === OrderSide.buy ? book.bestBid - behind : book.bestAsk + behind;
    orders.enter(instrument, side, SHARES, price4, TimeInForce.day, marking);
  }
}

export default defineStrategy((context) => new BusyTrader(context));

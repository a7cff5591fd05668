import {
  type BookView,
  defineStrategy,
  type FeedView,
  LostRoutePolicy,
  Marking,
  OrderSide,
  type OrderView,
  RouteStatus,
  type RouteView,
} from 'warmline';

/**
 * A sample market maker: one bid and one offer in each of its symbols, a few ticks around the middle of the book and
 * leaning against its position. It moves them with the market, within the call that tells it of a change. It quotes only
 * on a feed that is live, takes its quotes back when it is not, and says what it hears about the way of its orders.
 *
 * Options: `symbols`, `shares` a quote, `ticks` from the middle, `most` shares of position.
 */
interface Options {
  readonly symbols: readonly string[];
  readonly shares: number;
  readonly ticks: number;
  readonly most: number;
}

/** Nothing that makes risk is sent while the route has one of these statuses. */
const HELD: Readonly<Record<number, string>> = {
  [RouteStatus.killed]: 'killed',
  [RouteStatus.paused]: 'paused',
  [RouteStatus.draining]: 'drained',
};
const QUOTE_TIMER = 0;
/** What the market does not move is looked at so often: a quote that was refused, or is to be taken back. */
const QUOTE_MS = 50;
const REPORT_TIMER = 1;
const REPORT_MS = 10_000;
const TICK4 = 100; // one cent: prices are price × 10^4
/** A quote is moved once it is so far from where it should be. */
const TOLERANCE4 = TICK4;

/** One symbol: its number, the book as it was seen last, and the orders that stand in it. */
class Quote {
  readonly symbol: string;
  readonly instrument: number;
  bid4 = 0;
  ask4 = 0;
  bidOrder = 0;
  askOrder = 0;
  /** Refused: not tried again before the timer. */
  waits = false;

  constructor(symbol: string, instrument: number) {
    this.symbol = symbol;
    this.instrument = instrument;
  }
}

export default defineStrategy((context) => {
  const { symbols, shares, ticks, most } = context.options as unknown as Options;
  const { orders } = context;
  const quotes = symbols.map((symbol) => new Quote(symbol, orders.instrument(symbol)));
  const byInstrument = new Map(quotes.map((quote) => [quote.instrument, quote]));
  const requotes = orders.lostRoutePolicy === LostRoutePolicy.requote;
  /** Quotes that were replaced by others while nobody could reach them: taken back once somebody can. */
  const orphans = new Set<number>();
  let live = false;
  let fills = 0;
  let refused = 0;

  /** Shares that offers out of reach may still sell: they can't be sold a second time as held. */
  function promised(instrument: number): number {
    let shares = 0;
    for (const number of orphans) {
      const order = orders.view(number);
      if (order.instrument === instrument && order.side === OrderSide.sell) shares += order.leaves;
    }
    return shares;
  }

  /** Brings one side of a quote to where it should be. @returns the order's number, 0 where there is none */
  function settle(order: number, quote: Quote, side: OrderSide, price4: number, wanted: boolean): number {
    const { instrument } = quote;
    if (order > 0 && !orders.view(order).done) {
      const view = orders.view(order);
      if (view.unknown || view.blind) {
        // it may still trade, and counts against the limits; a new quote goes over the peer beside it
        if (!requotes) return order;
        orphans.add(order);
        return settle(0, quote, side, price4, wanted);
      }
      if (view.pendingCancel || view.pendingReplace) return order;
      if (!wanted) orders.cancel(order);
      else if (Math.abs(view.price4 - price4) > TOLERANCE4) orders.replace(order, view.executed + shares, price4);
      return order;
    }
    if (!wanted) return 0;
    const holds = orders.position(instrument) - promised(instrument) >= shares;
    const marking = side === OrderSide.buy || holds ? Marking.long : Marking.short;
    const entered = orders.enter(instrument, side, shares, price4, undefined, marking);
    if (entered > 0) return entered;
    quote.waits = true;
    if (refused++ === 0) context.log(`a quote was refused: ${orders.explainRefusal()}`);
    return 0;
  }

  function requote(quote: Quote): void {
    const { instrument, bid4, ask4 } = quote;
    if (bid4 === 0 || ask4 === 0) return;
    const position = orders.position(instrument);
    // every full quote held moves both sides a tick against it
    const lean4 = Math.trunc(position / shares) * TICK4;
    const middle4 = Math.round((bid4 + ask4) / 2 / TICK4) * TICK4 - lean4;
    const away4 = ticks * TICK4;
    quote.bidOrder = settle(quote.bidOrder, quote, OrderSide.buy, middle4 - away4, live && position < most);
    quote.askOrder = settle(quote.askOrder, quote, OrderSide.sell, middle4 + away4, live && position > -most);
  }

  return {
    onStart() {
      const open = new Int32Array(1024);
      // what an earlier run left is taken back: this one quotes anew
      if (orders.open(open) > 0) context.log(`${orders.cancelAll()} orders of an earlier run cancelled`);
      context.setTimer(QUOTE_TIMER, QUOTE_MS, QUOTE_MS);
      context.setTimer(REPORT_TIMER, REPORT_MS, REPORT_MS);
      if (requotes) {
        context.log('requotes over the peer when a session is lost: what is blind or unknown still counts in full');
      }
    },
    onBook(book: BookView, feed: FeedView) {
      const quote = byInstrument.get(orders.instrumentOf(feed.index, book.instrument));
      if (quote === undefined) return;
      const { bestBid, bestAsk } = book;
      const moved = bestBid !== quote.bid4 || bestAsk !== quote.ask4;
      quote.bid4 = bestBid;
      quote.ask4 = bestAsk;
      // right here: from the datagram to the order nothing else is waited for
      if (moved && !quote.waits) requote(quote);
    },
    onFeedStatus(feed: FeedView) {
      live = feed.live;
      if (!live) context.log(`feed ${feed.name} is not live: ${orders.cancelAll()} quotes taken back`);
    },
    onTimer(timer: number) {
      if (timer === QUOTE_TIMER) {
        for (const quote of quotes) {
          quote.waits = false;
          requote(quote);
        }
        return;
      }
      context.log(`${fills} fills, ${refused} quotes refused in ten seconds`);
      fills = 0;
      refused = 0;
    },
    onOrder(order: OrderView) {
      if (!orphans.has(order.number) || order.unknown || order.blind) return;
      if (order.done || orders.cancel(order.number) === 0) orphans.delete(order.number);
    },
    onFill(_order: OrderView, executed: number) {
      if (executed > 0) fills++;
    },
    onRoute(route: RouteView) {
      if (route.status === RouteStatus.open) return;
      const held = HELD[route.status];
      if (held !== undefined) {
        context.log(`${held} by an operator: cancels still pass`);
        return;
      }
      const where = route.sessionName === '' ? 'nowhere' : route.sessionName;
      context.log(`orders go ${where}; ${route.unknown} of mine unknown, ${route.blind} blind`);
    },
  };
});

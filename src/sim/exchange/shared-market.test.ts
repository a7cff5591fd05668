import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ItchFeedHandler } from '../../venues/nasdaq/itch-feed.ts';
import { OrderExecuted, OrderExecutedWithPrice, Trade } from '../../venues/nasdaq/itch5-orders.ts';
import { BookSide } from '../exchange-book.ts';
import { ItchGenerator } from '../generator.ts';
import { ItchState } from '../itch-state.ts';
import { Random } from '../random.ts';
import { UnitStore } from '../unit-store.ts';
import { ExchangeCore } from './exchange-core.ts';
import { portOptions } from './testing/core-rig.ts';
import { cancel, enter, type HandOrder, replace, spoken } from './testing/ouch-by-hand.ts';

const TICK4 = 100;
const UNITS_PER_STEP = 40;
const BUY = 'B'.charCodeAt(0);

/** The generated market with members in it, and every unit that went out. */
class SharedMarket {
  readonly store = new UnitStore('S');
  readonly generator: ItchGenerator;
  readonly core: ExchangeCore;
  readonly random: Random;
  #ref = 0;
  #live: { key: number; port: number }[] = [];

  constructor(seed: number, symbols: number) {
    this.generator = new ItchGenerator({ seed, symbols, messagesPerSecond: 10_000, ordersPerSymbol: 40 });
    this.generator.attach(this.store);
    this.random = new Random(seed, 99);
    const ports = [
      portOptions('P1'),
      portOptions('P2', { selfMatch: 'oldest' }),
      portOptions('P3', { account: 'theirs', selfMatch: 'newest' }),
    ];
    this.core = new ExchangeCore({
      symbols: this.generator.symbols,
      ports,
      market: this.generator.market,
      stampNs: () => this.generator.clockNs,
    });
  }

  /** The flow goes on; then a member does something near the best prices. */
  step(): void {
    this.generator.produce(this.store, UNITS_PER_STEP);
    const { random } = this;
    const what = random.fraction();
    if (what < 0.6 || this.#live.length === 0) this.#enter();
    else {
      const { key, port } = this.#live.splice(random.below(this.#live.length), 1)[0];
      if (what < 0.8) this.#send(port, cancel(key, random.below(200)));
      else {
        const terms = this.#terms(key);
        this.#send(port, replace(key, terms));
        this.#live.push({ key: terms.key as number, port });
      }
    }
  }

  #enter(): void {
    const port = this.random.below(3);
    const terms = this.#terms(0);
    this.#send(port, enter(terms));
    this.#live.push({ key: terms.key as number, port });
  }

  #terms(previous: number): HandOrder {
    const { random, generator } = this;
    const instrument = previous % generator.symbols.length;
    const buys = random.chance(0.5);
    const best4 = generator.book.best(instrument, buys ? BookSide.buy : BookSide.sell) || 100_000;
    const ticks = random.below(9) - 4;
    // References keep the symbol: a replace stays in it.
    this.#ref += generator.symbols.length;
    return {
      key: this.#ref + instrument,
      side: buys ? 'B' : 'S',
      shares: 1 + random.below(400),
      symbol: generator.symbols[instrument],
      price4: Math.max(TICK4, best4 + ticks * TICK4),
      display: random.chance(0.2) ? 'N' : 'Y',
      life: random.chance(0.2) ? 'ioc' : 'day',
    };
  }

  #send(port: number, message: Uint8Array): void {
    const view = new DataView(message.buffer);
    this.core.onRequest(this.core.ports[port], view, 0, message.length, 0);
  }

  forEachUnit(visit: (bytes: Uint8Array, view: DataView, length: number) => void): void {
    const bytes = new Uint8Array(64);
    const view = new DataView(bytes.buffer);
    for (let unit = 1; unit < this.store.next; unit++) visit(bytes, view, this.store.copy(unit, bytes, 0));
  }

  /** What the ports were told, as lines. */
  told(): string[] {
    return this.core.ports.flatMap((port) =>
      Array.from({ length: port.log.next - 1 }, (_, i) =>
        port.log.read(i + 1, (bytes, offset, length) => spoken('ouch50', bytes.slice(offset, offset + length))),
      ),
    );
  }
}

function played(seed: number, symbols: number, steps: number): SharedMarket {
  const market = new SharedMarket(seed, symbols);
  market.generator.produce(market.store, symbols * 25);
  for (let i = 0; i < steps; i++) market.step();
  return market;
}

const anySeed = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe('members in the generated market', () => {
  it('meet the flow in the same books: they take from it, and it takes from them', () => {
    const told = played(7, 4, 600).told();
    expect(told.filter((line) => /^E .* A /.test(line)).length).toBeGreaterThan(50);
    expect(told.filter((line) => /^E .* R /.test(line)).length).toBeGreaterThan(50);
  });

  it('leave books that the units describe, order by order and share by share, and that are not crossed', () => {
    fc.assert(
      fc.property(anySeed, fc.integer({ min: 1, max: 5 }), (seed, symbols) => {
        const market = played(seed, symbols, 150);
        const state = new ItchState();
        const handler = new ItchFeedHandler({ maxOrders: 4096, maxInstruments: 16 });
        market.forEachUnit((bytes, view, length) => {
          state.apply(bytes, view, 0, length);
          handler.apply(bytes, view, 0, length);
        });
        expect(state.unknownOrders + state.malformed + handler.books.refused).toBe(0);
        const { book } = market.generator;
        expect(state.orders.size).toBe(book.orders);
        for (let i = 0; i < symbols; i++) {
          book.forEachOrder(i, (slot) => {
            expect(state.orders.get(book.refOf(slot))).toMatchObject({
              shares: book.sharesOf(slot),
              price4: book.price4Of(slot),
            });
          });
          const bid = book.best(i, BookSide.buy);
          const ask = book.best(i, BookSide.sell);
          if (bid !== 0 && ask !== 0) expect(bid).toBeLessThan(ask);
          expect([handler.books.bestBid(i + 1), handler.books.bestAsk(i + 1)]).toEqual([bid, ask]);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('find their displayed orders in the feed under the number that they were told, with what is left of them', () => {
    const market = played(3, 3, 300);
    const state = new ItchState();
    market.forEachUnit((bytes, view, length) => state.apply(bytes, view, 0, length));
    const live = market.core.ports.flatMap((port) => [...port.live]);
    expect(live.length).toBeGreaterThan(10);
    for (const { displayed, orderRef, leaves, price4, side } of live) {
      const shown = displayed ? { shares: leaves, price4, side: side === BUY ? BUY : 83 } : undefined;
      if (shown === undefined) expect(state.orders.get(orderRef)).toBeUndefined();
      else expect(state.orders.get(orderRef)).toMatchObject(shown);
    }
  });

  it('see each of their trades in the feed, once, under its match number', () => {
    fc.assert(
      fc.property(anySeed, (seed) => {
        const market = played(seed, 3, 200);
        const printed = new Map<number, number>();
        const executed = new OrderExecuted();
        const executedAt = new OrderExecutedWithPrice();
        const trade = new Trade();
        market.forEachUnit((bytes, view) => {
          if (bytes[0] === Trade.type) {
            const { matchNumber, shares } = trade.wrap(view, 0);
            printed.set(matchNumber, shares);
          } else if (bytes[0] === OrderExecuted.type || bytes[0] === OrderExecutedWithPrice.type) {
            const message = (bytes[0] === OrderExecuted.type ? executed : executedAt).wrap(view, 0);
            expect(printed.has(message.matchNumber)).toBe(false);
            printed.set(message.matchNumber, message.executedShares);
          }
        });
        for (const { match, shares } of market.core.truth.executions) expect(printed.get(match)).toBe(shares);
      }),
      { numRuns: 20 },
    );
  });

  it('are told what adds up: what was accepted is executed, taken off or still open', () => {
    fc.assert(
      fc.property(anySeed, (seed) => {
        const market = played(seed, 2, 200);
        for (const order of market.core.desk.orders) {
          const off = order.shares - order.executed - order.leaves;
          expect(off).toBeGreaterThanOrEqual(0);
          expect(order.resting).toBe(order.live);
        }
        const bySide = (account: string) => market.core.accountTruth(account).positions;
        for (const account of ['ours', 'theirs']) {
          for (const { symbol, shares } of bySide(account)) {
            const sum = market.core
              .accountTruth(account)
              .executions.filter((one) => one.symbol === symbol)
              .reduce((total, one) => total + (one.side === 'B' ? one.shares : -one.shares), 0);
            expect(shares).toBe(sum);
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  it('change nothing of it as long as they do nothing', () => {
    const alone = new UnitStore('S');
    new ItchGenerator({ seed: 5, symbols: 4, messagesPerSecond: 10_000, ordersPerSymbol: 40 }).produce(alone, 5000);
    const market = new SharedMarket(5, 4);
    market.generator.produce(market.store, 5000);
    expect(market.store.truth()).toEqual(alone.truth());
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BookSide, type ExchangeBook } from '../exchange-book.ts';
import { ItchState } from '../itch-state.ts';
import { ItchTape } from '../itch-tape.ts';
import { Market, type MarketListener, SelfMatch } from './market.ts';
import { NaiveMarket, type NaiveSelfMatch, type NaiveTrade } from './testing/naive-market.ts';

const TICK4 = 100;
const MODES: readonly NaiveSelfMatch[] = ['off', 'newest', 'oldest', 'both'];

/** One step of a made-up morning; the numbers pick among what is there. */
const anyStep = fc.record({
  what: fc.constantFrom('enter', 'enter', 'enter', 'enter', 'reduce', 'replace'),
  side: fc.constantFrom(BookSide.buy, BookSide.sell),
  ticks: fc.integer({ min: 95, max: 105 }),
  shares: fc.integer({ min: 1, max: 500 }),
  displayed: fc.boolean(),
  immediate: fc.boolean(),
  account: fc.integer({ min: 0, max: 3 }),
  mode: fc.constantFrom(...MODES),
  pick: fc.nat(),
});
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

interface Placed {
  readonly owner: number;
  readonly account: number;
  slot: number;
  displayed: boolean;
  shares: number;
}

/** The engine under test with one instrument, and all that it said. */
class Rig implements MarketListener {
  readonly trades: NaiveTrade[] = [];
  readonly itch = new ItchState();
  readonly market: Market;
  /** Orders by owner; those that are gone have no shares. */
  readonly placed = new Map<number, Placed>();
  entered = 0;
  traded = 0;
  removed = 0;
  #taker: NaiveTrade | undefined;

  constructor() {
    this.market = new Market(1, { tape: (book) => this.#tape(book) });
    this.market.listener = this;
  }

  executed(owner: number, shares: number, price4: number, match: number, resting: boolean): void {
    this.placed.get(owner)!.shares -= shares;
    this.traded += shares;
    expect(match).toBe(this.market.nextMatch - 1);
    if (resting) this.#taker = { taker: 0, resting: owner, shares, price4 };
    else this.trades.push({ ...this.#taker!, taker: owner });
  }

  prevented(owner: number, shares: number): void {
    this.placed.get(owner)!.shares -= shares;
    this.removed += shares;
  }

  sameAccount(owner: number, other: number): boolean {
    const { account } = this.placed.get(owner)!;
    return account !== 0 && account === this.placed.get(other)!.account;
  }

  enter(owner: number, step: Step): void {
    const { account, side, displayed } = step;
    const price4 = step.ticks * TICK4;
    const placed = { owner, account, slot: -1, displayed, shares: step.shares };
    this.placed.set(owner, placed);
    this.entered += step.shares;
    const mode = SelfMatch[step.mode];
    const left = this.market.take(0, side, price4, step.shares, owner, mode);
    expect(placed.shares).toBe(left);
    if (left === 0) return;
    if (step.immediate) {
      placed.shares = 0;
      this.removed += left;
    } else {
      placed.slot = this.market.rest(0, side, price4, left, this.market.takeReference(), 0, owner, displayed);
    }
  }

  reduce(owner: number, shares: number): void {
    const placed = this.placed.get(owner)!;
    this.market.reduce(placed.slot, shares, placed.displayed);
    placed.shares -= shares;
    this.removed += shares;
  }

  live(): Placed[] {
    return [...this.placed.values()].filter(({ shares }) => shares > 0);
  }

  /** Resting orders of one book, bids and then asks, best and oldest first. */
  inOrder(displayed: boolean): { owner: number; side: BookSide; price4: number; shares: number }[] {
    const book = this.market.bookOf(displayed);
    const list: { owner: number; side: BookSide; price4: number; shares: number }[] = [];
    book.forEachOrder(0, (slot) => {
      list.push({
        owner: book.ownerOf(slot),
        side: book.sideOf(slot),
        price4: book.price4Of(slot),
        shares: book.sharesOf(slot),
      });
    });
    return list;
  }

  #tape(book: ExchangeBook): ItchTape {
    const tape = new ItchTape([{ locate: 1, nameHi: 0x41414120, nameLo: 0x20202020 }], book);
    tape.emit = (length) => this.itch.apply(tape.bytes, tape.view, 0, length);
    return tape;
  }
}

/** What the naive market has at rest, as {@link Rig.inOrder} lists it. */
function naiveInOrder(naive: NaiveMarket, displayed: boolean) {
  const list = naive.resting
    .filter((one) => one.displayed === displayed)
    .map(({ owner, side, price4, shares }) => ({ owner, side, price4, shares }));
  const bids = list.filter(({ side }) => side === BookSide.buy).sort((a, b) => b.price4 - a.price4);
  const asks = list.filter(({ side }) => side === BookSide.sell).sort((a, b) => a.price4 - b.price4);
  return [...bids, ...asks];
}

function play(rig: Rig, naive: NaiveMarket, steps: readonly Step[]): void {
  let owner = 0;
  for (const step of steps) {
    const live = rig.live();
    if (step.what === 'enter' || live.length === 0) {
      owner++;
      rig.enter(owner, step);
      const { account, side, displayed, shares } = step;
      naive.enter({ owner, account, side, displayed, shares, price4: step.ticks * TICK4 }, step.immediate, step.mode);
      continue;
    }
    const chosen = live[step.pick % live.length];
    if (step.what === 'reduce') {
      const shares = Math.min(step.shares, chosen.shares);
      rig.reduce(chosen.owner, shares);
      naive.reduce(chosen.owner, shares);
    } else replace(rig, naive, chosen, step);
  }
}

/** Replaces an order where nothing is reached, in place where it is displayed. */
function replace(rig: Rig, naive: NaiveMarket, chosen: Placed, step: Step): void {
  const old = naive.find(chosen.owner)!;
  const price4 = step.ticks * TICK4;
  if (!chosen.displayed || rig.market.reaches(0, old.side, price4)) return;
  rig.entered += step.shares;
  rig.removed += chosen.shares;
  chosen.slot = rig.market.replaceDisplayed(chosen.slot, price4, step.shares, rig.market.takeReference(), 0);
  chosen.shares = step.shares;
  naive.reduce(chosen.owner, old.shares);
  naive.enter({ ...old, price4, shares: step.shares }, false, 'off');
}

describe('the matching engine', () => {
  it('trades as the naive market does: best price, displayed, first come; hidden orders, self-match and all', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 120 }), (steps) => {
        const rig = new Rig();
        const naive = new NaiveMarket();
        play(rig, naive, steps);
        expect(rig.trades).toEqual(naive.trades);
        for (const displayed of [true, false]) expect(rig.inOrder(displayed)).toEqual(naiveInOrder(naive, displayed));
      }),
      { numRuns: 300 },
    );
  });

  it('is never crossed, and no share is made or lost', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 120 }), (steps) => {
        const rig = new Rig();
        play(rig, new NaiveMarket(), steps);
        const { book } = rig.market;
        const bid4 = Math.max(book.best(0, BookSide.buy), rig.market.bookOf(false).best(0, BookSide.buy));
        const asks = [book.best(0, BookSide.sell), rig.market.bookOf(false).best(0, BookSide.sell)];
        for (const ask4 of asks) if (ask4 !== 0) expect(bid4).toBeLessThan(ask4);
        const resting = rig.live().reduce((sum, { shares }) => sum + shares, 0);
        expect(rig.entered).toBe(resting + rig.traded + rig.removed);
      }),
      { numRuns: 200 },
    );
  });

  it('tells on its tape what its displayed book holds', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 120 }), (steps) => {
        const rig = new Rig();
        play(rig, new NaiveMarket(), steps);
        expect(rig.itch.unknownOrders + rig.itch.malformed).toBe(0);
        const { book } = rig.market;
        const held: unknown[] = [];
        book.forEachOrder(0, (slot) =>
          held.push([book.refOf(slot), 'BS'.charCodeAt(book.sideOf(slot)), book.price4Of(slot), book.sharesOf(slot)]),
        );
        const told = [...rig.itch.orders.values()].map((one) => [one.ref, one.side, one.price4, one.shares]);
        const byRef = (a: unknown, b: unknown) => (a as number[])[0] - (b as number[])[0];
        expect(told.sort(byRef)).toEqual(held.sort(byRef));
      }),
      { numRuns: 200 },
    );
  });

  it('counts what could be taken no further than asked', () => {
    const market = new Market(1);
    for (const ticks of [101, 102, 103]) market.rest(0, BookSide.sell, ticks * TICK4, 100, ticks, 0, ticks, true);
    market.rest(0, BookSide.sell, 102 * TICK4, 50, 9, 0, 9, false);
    expect(market.available(0, BookSide.buy, 102 * TICK4, 1000)).toBe(250);
    expect(market.available(0, BookSide.buy, 102 * TICK4, 150)).toBeGreaterThanOrEqual(150);
    expect(market.available(0, BookSide.buy, 100 * TICK4, 1000)).toBe(0);
  });
});

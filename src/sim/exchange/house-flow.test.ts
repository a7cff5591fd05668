import { describe, expect, it } from 'vitest';
import { BookSide, HOUSE } from '../exchange-book.ts';
import { Random } from '../random.ts';
import { HouseFlow } from './house-flow.ts';
import { Market } from './market.ts';

const PRICE4 = 100_000;

/** What a market has come to, as numbers. */
function played(seed: number, steps: number): { market: Market; state: number[] } {
  const market = new Market(2);
  const flow = new HouseFlow(market, new Random(seed), PRICE4);
  for (let i = 0; i < steps; i++) flow.step();
  const state = [market.nextMatch, market.nextReference];
  for (const instrument of [0, 1]) {
    market.book.forEachOrder(instrument, (slot) => state.push(market.book.price4Of(slot), market.book.sharesOf(slot)));
  }
  return { market, state };
}

describe('the small market to trade against', () => {
  it('is the same for the same seed, trades, and is never crossed', () => {
    expect(played(3, 500).state).toEqual(played(3, 500).state);
    expect(played(4, 500).state).not.toEqual(played(3, 500).state);
    const { market } = played(3, 2000);
    expect(market.nextMatch).toBeGreaterThan(200);
    for (const instrument of [0, 1]) {
      const bid4 = market.book.best(instrument, BookSide.buy);
      const ask4 = market.book.best(instrument, BookSide.sell);
      if (bid4 > 0 && ask4 > 0) expect(bid4).toBeLessThan(ask4);
      expect(market.book.ordersOf(instrument)).toBeLessThan(20);
    }
  });

  it('hits orders of members as it goes', () => {
    const market = new Market(1);
    const hit: number[] = [];
    market.listener = { executed: (owner) => hit.push(owner), prevented: () => {}, sameAccount: () => false };
    const flow = new HouseFlow(market, new Random(1), PRICE4);
    for (let owner = 1; owner <= 50; owner++) {
      const side = (owner % 2) as BookSide;
      const price4 = PRICE4 + (side === BookSide.buy ? -300 : 300);
      if (!market.reaches(0, side, price4)) market.rest(0, side, price4, 10, market.takeReference(), 0, owner, true);
      flow.step();
    }
    expect(new Set(hit).size).toBeGreaterThan(3);
    expect(hit).not.toContain(HOUSE);
  });

  it('keeps still where nothing is traded', () => {
    const market = new Market(1);
    market.halted[0] = 1;
    const flow = new HouseFlow(market, new Random(1), PRICE4);
    for (let i = 0; i < 50; i++) flow.step();
    expect(market.book.orders).toBe(0);
  });
});

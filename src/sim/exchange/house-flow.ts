import { BookSide, HOUSE } from '../exchange-book.ts';
import type { Random } from '../random.ts';
import type { Market } from './market.ts';

const TICK4 = 100;
const MAX_SHARES = 400;
/** Share of steps that take what stands there; the others add, up to this many orders an instrument. */
const TAKE_SHARE = 0.45;
const MAX_ORDERS = 12;
/** How far from the fair price, in ticks, orders of the house stand, and how far it moves in one step. */
const SPREAD_TICKS = 6;
const STEP_TICKS = 2;

/**
 * A small market to trade against, for simulations that begin ten thousand of them: a fair price that wanders, orders of
 * the house around it, and now and then one that takes what stands in its way. All of it from one seed.
 */
export class HouseFlow {
  readonly #market: Market;
  readonly #random: Random;
  /** By instrument, in ticks. */
  readonly #fair: Int32Array;

  /** @param startPrice4 the fair price that every instrument begins at */
  constructor(market: Market, random: Random, startPrice4: number) {
    this.#market = market;
    this.#random = random;
    this.#fair = new Int32Array(market.instruments).fill(Math.round(startPrice4 / TICK4));
  }

  /** One thing happens: members' orders may be hit by it. */
  step(): void {
    const random = this.#random;
    const market = this.#market;
    const instrument = random.below(market.instruments);
    if (!market.open || market.halted[instrument] !== 0) return;
    this.#fair[instrument] = Math.max(
      2 * SPREAD_TICKS,
      this.#fair[instrument] + random.below(2 * STEP_TICKS + 1) - STEP_TICKS,
    );
    const side = random.below(2) as BookSide;
    const away = 1 + random.below(SPREAD_TICKS);
    const sign = side === BookSide.buy ? -1 : 1;
    const takes = random.chance(TAKE_SHARE);
    const price4 = (this.#fair[instrument] + (takes ? -sign : sign) * away) * TICK4;
    const shares = 1 + random.below(MAX_SHARES);
    if (takes) market.take(instrument, side, price4, shares, HOUSE);
    else this.#add(instrument, side, price4, shares);
  }

  /** Adds an order; what it reaches it takes first, and where there are many, an old one goes. */
  #add(instrument: number, side: BookSide, price4: number, shares: number): void {
    const market = this.#market;
    const { book } = market;
    if (book.ordersOf(instrument) >= MAX_ORDERS) {
      const slot = book.orderAt(instrument, 0);
      market.reduce(slot, book.sharesOf(slot), true);
    }
    const left = market.take(instrument, side, price4, shares, HOUSE);
    if (left > 0) market.rest(instrument, side, price4, left, market.takeReference(), 0, HOUSE, true);
  }
}

import type { OrderSlots, SlotReflector } from './exposure.ts';
import { SlotField } from './order-layout.ts';
import type { RiskShape } from './risk-shape.ts';
import { SlotLists } from './slot-lists.ts';
import { isDone, MARKET_PRICE4, OrderFlag, OrderState, Side } from './terms.ts';

const { state: STATE, flags: FLAGS, account: ACCOUNT, instrument: INSTRUMENT } = SlotField;
const { side: SIDE, price4: PRICE4, pendingPrice4: PENDING_PRICE4 } = SlotField;
const PENDING_REPLACE = OrderFlag.pendingReplace;
const UNUSED = OrderState.none;
const BUY = Side.buy;
const NO_BID4 = 0;
const NO_ASK4 = MARKET_PRICE4;

/**
 * Our own open orders by account, instrument and side with the best price of each: what a new order may meet. Unknown and blind orders are open; of a replace under way the price that reaches further counts.
 *
 * Best prices are exact. One that gets worse (its order done or repriced) is looked for again when it is asked for, by a
 * walk over that side's open orders: bounded by the limit of open orders, and paid once however many ended before.
 */
export class OwnOrders implements SlotReflector {
  private readonly slots: OrderSlots;
  private readonly instruments: number;
  private readonly byBook: SlotLists;
  /** By slot: the price that its book's best was reckoned with. */
  private readonly listedPrice4: Int32Array;
  /** By account × instrument × side. */
  private readonly best4: Int32Array;
  private readonly worsened: Uint8Array;

  constructor(shape: RiskShape, slots: OrderSlots) {
    this.slots = slots;
    this.instruments = shape.instruments.length;
    const books = shape.accounts.length * this.instruments * 2;
    this.byBook = new SlotLists(books, slots.maxOrders);
    this.listedPrice4 = new Int32Array(slots.maxOrders);
    this.best4 = new Int32Array(books);
    this.worsened = new Uint8Array(books);
    for (let book = 0; book < books; book++) this.best4[book] = (book & 1) === BUY ? NO_BID4 : NO_ASK4;
  }

  /** A slot changed. */
  reflect(slot: number): void {
    const { int32 } = this.slots;
    const base = this.slots.base(slot);
    const state = int32[base + STATE];
    const open = state !== UNUSED && !isDone(state);
    const listed = this.byBook.has(slot);
    if (!open && !listed) return;
    const side = int32[base + SIDE];
    const book = this.book(int32[base + ACCOUNT], int32[base + INSTRUMENT], side);
    if (!open) {
      this.byBook.remove(slot);
      if (this.listedPrice4[slot] === this.best4[book]) this.worsened[book] = 1;
      return;
    }
    const price4 = this.furthest(base, side);
    if (!listed) {
      this.byBook.add(book, slot);
    } else if (price4 !== this.listedPrice4[slot] && this.listedPrice4[slot] === this.best4[book]) {
      this.worsened[book] = 1;
    }
    this.listedPrice4[slot] = price4;
    if (side === BUY ? price4 >= this.best4[book] : price4 <= this.best4[book]) {
      this.best4[book] = price4;
      this.worsened[book] = 0;
    }
  }

  /** Highest price that the account is open to buy at; 0 = none. */
  bestBuy4(account: number, instrument: number): number {
    return this.best(this.book(account, instrument, Side.buy));
  }

  /** Lowest price that it is open to sell at; the market's code = none. */
  bestSell4(account: number, instrument: number): number {
    return this.best(this.book(account, instrument, Side.sell));
  }

  private best(book: number): number {
    if (this.worsened[book] === 0) return this.best4[book];
    const buying = (book & 1) === BUY;
    let best4: number = buying ? NO_BID4 : NO_ASK4;
    for (let slot = this.byBook.first(book); slot >= 0; slot = this.byBook.next(slot)) {
      const price4 = this.listedPrice4[slot];
      if (buying ? price4 > best4 : price4 < best4) best4 = price4;
    }
    this.best4[book] = best4;
    this.worsened[book] = 0;
    return best4;
  }

  private furthest(base: number, side: number): number {
    const { int32 } = this.slots;
    let price4 = int32[base + PRICE4];
    if ((int32[base + FLAGS] & PENDING_REPLACE) !== 0) {
      const pending4 = int32[base + PENDING_PRICE4];
      if (side === BUY ? pending4 > price4 : pending4 < price4) price4 = pending4;
    }
    // A sale at the market reaches as far down as there is.
    return side !== BUY && price4 === NO_ASK4 ? 0 : price4;
  }

  private book(account: number, instrument: number, side: number): number {
    return ((Math.imul(account, this.instruments) + instrument) << 1) | side;
  }
}

/** Sides of a book, as indexes. */
export const BookSide = { buy: 0, sell: 1 } as const;
export type BookSide = (typeof BookSide)[keyof typeof BookSide];

const NONE = -1;
const FIRST_CAPACITY = 256;

/** Owner of the orders that the simulated market itself enters; everybody else's are above it. */
export const HOUSE = 0;

/** One price of one side: its orders in order of time. */
interface Level {
  readonly price4: number;
  head: number;
  tail: number;
}

/** The orders and prices of one instrument. */
interface InstrumentBook {
  /** Slots of the house's live orders, in no order that means anything: newer ones tend to stand behind. */
  readonly live: number[];
  /** Levels by side, the best price last, so that the busy end of the array is the cheap one. */
  readonly sides: readonly [Level[], Level[]];
}

/**
 * The simulated exchange's own books: price-time priority, one entry per order, for a few thousand instruments. What a
 * venue knows and publishes piecemeal; snapshots are written from it.
 *
 * An order is named by its slot, a small integer that is reused once the order is gone. Orders of the house are listed by
 * instrument besides, so that the generated flow finds its own again.
 */
export class ExchangeBook {
  readonly #instruments: InstrumentBook[];
  #free = NONE;
  #used = 0;
  #capacity = FIRST_CAPACITY;
  #orders = 0;
  #ref = new Float64Array(FIRST_CAPACITY);
  #instrument = new Int32Array(FIRST_CAPACITY);
  #side = new Int32Array(FIRST_CAPACITY);
  #price4 = new Int32Array(FIRST_CAPACITY);
  #shares = new Int32Array(FIRST_CAPACITY);
  #attribution = new Int32Array(FIRST_CAPACITY);
  #owner = new Int32Array(FIRST_CAPACITY);
  #previous = new Int32Array(FIRST_CAPACITY);
  #next = new Int32Array(FIRST_CAPACITY);
  /** Where the order stands in its instrument's `live`. */
  #liveIndex = new Int32Array(FIRST_CAPACITY);

  /** @param instruments how many; they are numbered from 0 */
  constructor(instruments: number) {
    this.#instruments = Array.from({ length: instruments }, () => ({ live: [], sides: [[], []] }));
  }

  /** Live orders of all instruments. */
  get orders(): number {
    return this.#orders;
  }

  /** Live orders of the house in one instrument. */
  ordersOf(instrument: number): number {
    return this.#instruments[instrument].live.length;
  }

  /** The slot at a place of an instrument's list of the house's live orders; newer ones tend to have higher places. */
  orderAt(instrument: number, place: number): number {
    return this.#instruments[instrument].live[place];
  }

  /** Best price of a side, or 0 if it is empty. */
  best(instrument: number, side: BookSide): number {
    const levels = this.#instruments[instrument].sides[side];
    return levels.length === 0 ? 0 : levels[levels.length - 1].price4;
  }

  /** The order that is first in line at the best price of a side, or -1. */
  front(instrument: number, side: BookSide): number {
    const levels = this.#instruments[instrument].sides[side];
    return levels.length === 0 ? NONE : levels[levels.length - 1].head;
  }

  refOf(slot: number): number {
    return this.#ref[slot];
  }
  instrumentOf(slot: number): number {
    return this.#instrument[slot];
  }
  sideOf(slot: number): BookSide {
    return this.#side[slot] as BookSide;
  }
  price4Of(slot: number): number {
    return this.#price4[slot];
  }
  sharesOf(slot: number): number {
    return this.#shares[slot];
  }
  /** Market participant as an int32 key, 0 = not attributed. */
  attributionOf(slot: number): number {
    return this.#attribution[slot];
  }

  /** Whose order it is: {@link HOUSE}, or a number of the owner's choice. */
  ownerOf(slot: number): number {
    return this.#owner[slot];
  }

  /** Adds an order behind the others of its price. @returns its slot */
  add(
    instrument: number,
    side: BookSide,
    price4: number,
    shares: number,
    ref: number,
    attribution: number,
    owner: number = HOUSE,
  ): number {
    const slot = this.#takeSlot();
    this.#ref[slot] = ref;
    this.#instrument[slot] = instrument;
    this.#side[slot] = side;
    this.#price4[slot] = price4;
    this.#shares[slot] = shares;
    this.#attribution[slot] = attribution;
    this.#owner[slot] = owner;
    const book = this.#instruments[instrument];
    const level = this.#levelFor(book.sides[side], side, price4);
    this.#previous[slot] = level.tail;
    this.#next[slot] = NONE;
    if (level.tail === NONE) level.head = slot;
    else this.#next[level.tail] = slot;
    level.tail = slot;
    if (owner === HOUSE) {
      this.#liveIndex[slot] = book.live.length;
      book.live.push(slot);
    }
    this.#orders++;
    return slot;
  }

  /** Takes shares off an order; it goes when none are left. @returns true if it has gone */
  reduce(slot: number, shares: number): boolean {
    this.#shares[slot] -= shares;
    if (this.#shares[slot] > 0) return false;
    this.remove(slot);
    return true;
  }

  remove(slot: number): void {
    const book = this.#instruments[this.#instrument[slot]];
    const side = this.#side[slot] as BookSide;
    const levels = book.sides[side];
    const at = findLevel(levels, side, this.#price4[slot]);
    const level = levels[at];
    const previous = this.#previous[slot];
    const next = this.#next[slot];
    if (previous === NONE) level.head = next;
    else this.#next[previous] = next;
    if (next === NONE) level.tail = previous;
    else this.#previous[next] = previous;
    if (level.head === NONE) levels.splice(at, 1);
    if (this.#owner[slot] === HOUSE) this.#forgetLive(book, slot);
    this.#next[slot] = this.#free;
    this.#free = slot;
    this.#orders--;
  }

  /** Visits an instrument's orders: bids, then asks, best price first, first in line first. */
  forEachOrder(instrument: number, visit: (slot: number) => void): void {
    for (const levels of this.#instruments[instrument].sides) {
      for (let at = levels.length - 1; at >= 0; at--) {
        for (let slot = levels[at].head; slot !== NONE; slot = this.#next[slot]) visit(slot);
      }
    }
  }

  /** Shares that stand on a side at a price or better, counted no further than `enough`. */
  sharesWithin(instrument: number, side: BookSide, limit4: number, enough: number): number {
    const levels = this.#instruments[instrument].sides[side];
    let shares = 0;
    for (let at = levels.length - 1; at >= 0 && shares < enough; at--) {
      const { price4, head } = levels[at];
      if (side === BookSide.buy ? price4 < limit4 : price4 > limit4) break;
      for (let slot = head; slot !== NONE && shares < enough; slot = this.#next[slot]) shares += this.#shares[slot];
    }
    return shares;
  }

  #forgetLive(book: InstrumentBook, slot: number): void {
    const last = book.live.pop()!;
    if (last === slot) return;
    book.live[this.#liveIndex[slot]] = last;
    this.#liveIndex[last] = this.#liveIndex[slot];
  }

  #levelFor(levels: Level[], side: BookSide, price4: number): Level {
    const at = findLevel(levels, side, price4);
    if (at < levels.length && levels[at].price4 === price4) return levels[at];
    const level: Level = { price4, head: NONE, tail: NONE };
    if (at === levels.length) levels.push(level);
    else levels.splice(at, 0, level);
    return level;
  }

  #takeSlot(): number {
    const free = this.#free;
    if (free !== NONE) {
      this.#free = this.#next[free];
      return free;
    }
    if (this.#used === this.#capacity) this.#grow();
    return this.#used++;
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#ref = grown(new Float64Array(this.#capacity), this.#ref);
    this.#instrument = grown(new Int32Array(this.#capacity), this.#instrument);
    this.#side = grown(new Int32Array(this.#capacity), this.#side);
    this.#price4 = grown(new Int32Array(this.#capacity), this.#price4);
    this.#shares = grown(new Int32Array(this.#capacity), this.#shares);
    this.#attribution = grown(new Int32Array(this.#capacity), this.#attribution);
    this.#owner = grown(new Int32Array(this.#capacity), this.#owner);
    this.#previous = grown(new Int32Array(this.#capacity), this.#previous);
    this.#next = grown(new Int32Array(this.#capacity), this.#next);
    this.#liveIndex = grown(new Int32Array(this.#capacity), this.#liveIndex);
  }
}

/** Index of a price among the levels of a side, or where it would stand. Bids ascend, asks descend: the best is last. */
function findLevel(levels: Level[], side: BookSide, price4: number): number {
  let low = 0;
  let high = levels.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const worse = side === BookSide.buy ? levels[middle].price4 < price4 : levels[middle].price4 > price4;
    if (worse) low = middle + 1;
    else high = middle;
  }
  return low;
}

function grown<T extends Float64Array | Int32Array>(larger: T, smaller: T): T {
  larger.set(smaller);
  return larger;
}

import { BookSide, ExchangeBook, HOUSE } from '../exchange-book.ts';
import { SILENT_TAPE, type Tape } from './tape.ts';

/** What becomes of two orders of one account that would trade with each other. */
export const SelfMatch = {
  /** They trade. */
  off: 0,
  /** The incoming one goes. */
  newest: 1,
  /** The resting one goes. */
  oldest: 2,
  both: 3,
} as const;
export type SelfMatch = (typeof SelfMatch)[keyof typeof SelfMatch];

/** Who has halted an instrument. */
export const Halt = {
  none: 0,
  /** The generated flow: it ends the halt by itself. */
  flow: 1,
  /** An operator: until he ends it. */
  operator: 2,
} as const;
export type Halt = (typeof Halt)[keyof typeof Halt];

/** Told what happens to orders that are not the house's. It must not touch the market meanwhile. */
export interface MarketListener {
  /** @param resting false: it took what rested */
  executed(owner: number, shares: number, price4: number, match: number, resting: boolean): void;
  /**
   * `shares` were taken off the order because it would have met one of its own account.
   * @param prevented shares that would have traded, at `price4`
   */
  prevented(owner: number, shares: number, prevented: number, price4: number, resting: boolean): void;
  /** True where the two must not trade with each other. */
  sameAccount(owner: number, other: number): boolean;
}

const NOBODY: MarketListener = { executed: () => {}, prevented: () => {}, sameAccount: () => false };
const NONE = -1;

/** A limit that every resting price of the other side reaches. */
export const anyLimit = (side: BookSide): number => (side === BookSide.buy ? 0x7fff_ffff : 0);
export const opposite = (side: BookSide): BookSide => (1 - side) as BookSide;

/** Where an order rests: its slot, and in which of a market's two books. */
export interface Resting {
  slot: number;
  displayed: boolean;
}

/**
 * Continuous trading by price and time: the displayed books, orders that rest unseen behind them, the numbering of orders
 * and matches. The generated flow and everybody's orders meet here; each change is told to the tape, each fate to the
 * listener. Pure and deterministic.
 */
export class Market {
  readonly book: ExchangeBook;
  readonly tape: Tape;
  listener: MarketListener = NOBODY;
  /** Outside of hours no order is taken. */
  open = true;
  /** The next order reference and match number. */
  nextReference: number;
  nextMatch = 1;
  /** By instrument: {@link Halt} */
  readonly halted: Uint8Array;
  /** Executions of the last {@link take}. */
  executions = 0;
  readonly #instruments: number;
  /** Matches with an order that is not the house's. */
  readonly #othersMatches = new Set<number>();
  #hidden: ExchangeBook | undefined;

  constructor(instruments: number, options: { tape?: (book: ExchangeBook) => Tape; firstReference?: number } = {}) {
    this.#instruments = instruments;
    this.book = new ExchangeBook(instruments);
    this.tape = options.tape?.(this.book) ?? SILENT_TAPE;
    this.nextReference = options.firstReference ?? 1;
    this.halted = new Uint8Array(instruments);
  }

  get instruments(): number {
    return this.#instruments;
  }

  /** Halts an instrument, or lets it trade again. Orders that rest stay. */
  setHalted(instrument: number, halt: Halt): void {
    this.halted[instrument] = halt;
    if (halt === Halt.none) this.tape.tradingState(instrument, 'T', 'T3');
    else this.tape.tradingState(instrument, 'H', 'T1');
  }

  takeReference(): number {
    return this.nextReference++;
  }

  bookOf(displayed: boolean): ExchangeBook {
    if (displayed) return this.book;
    this.#hidden ??= new ExchangeBook(this.#instruments);
    return this.#hidden;
  }

  /** Puts an order behind the others of its price. It must not reach the other side: {@link take} first. @returns its slot */
  rest(
    instrument: number,
    side: BookSide,
    price4: number,
    shares: number,
    ref: number,
    attribution: number,
    owner: number,
    displayed: boolean,
  ): number {
    const slot = this.bookOf(displayed).add(instrument, side, price4, shares, ref, attribution, owner);
    if (displayed) this.tape.added(slot);
    return slot;
  }

  /** Takes shares off a resting order, which keeps its place, or all of it. */
  reduce(slot: number, shares: number, displayed: boolean): void {
    const book = this.bookOf(displayed);
    const left = book.sharesOf(slot) - shares;
    if (displayed) {
      if (left === 0) this.tape.deleted(book.instrumentOf(slot), book.refOf(slot));
      else this.tape.cancelled(book.instrumentOf(slot), book.refOf(slot), shares);
    }
    book.reduce(slot, shares);
  }

  /** Replaces a displayed order by one that reaches nothing. @returns its slot */
  replaceDisplayed(slot: number, price4: number, shares: number, ref: number, attribution: number): number {
    const { book } = this;
    const instrument = book.instrumentOf(slot);
    const side = book.sideOf(slot);
    const owner = book.ownerOf(slot);
    const original = book.refOf(slot);
    book.remove(slot);
    this.tape.replaced(instrument, original, ref, shares, price4);
    return book.add(instrument, side, price4, shares, ref, attribution, owner);
  }

  /** True if an order of `side` at this limit would trade at once. */
  reaches(instrument: number, side: BookSide, limit4: number): boolean {
    const other = opposite(side);
    return (
      reached(this.book.best(instrument, other), other, limit4) ||
      (this.#hidden !== undefined && reached(this.#hidden.best(instrument, other), other, limit4))
    );
  }

  /** Shares that an order of `side` could take at this limit, counted no further than `enough`. */
  available(instrument: number, side: BookSide, limit4: number, enough: number): number {
    const other = opposite(side);
    const shown = this.book.sharesWithin(instrument, other, limit4, enough);
    return shown + (this.#hidden?.sharesWithin(instrument, other, limit4, enough - shown) ?? 0);
  }

  /**
   * Trades an incoming order of `side` with what rests at its limit or better: best price first, at a price what is
   * displayed first, then by time.
   * @param most executions at most
   * @returns shares that are left of it; 0 too where they were taken off ({@link SelfMatch})
   */
  take(
    instrument: number,
    side: BookSide,
    limit4: number,
    shares: number,
    owner: number,
    selfMatch: SelfMatch = SelfMatch.off,
    most = Number.POSITIVE_INFINITY,
  ): number {
    const other = opposite(side);
    let left = shares;
    this.executions = 0;
    while (left > 0 && this.executions < most) {
      const displayed = this.#displayedFirst(instrument, other);
      const book = displayed ? this.book : this.#hidden!;
      const slot = book.front(instrument, other);
      if (slot === NONE || !reached(book.price4Of(slot), other, limit4)) break;
      const resting = book.ownerOf(slot);
      if (
        selfMatch !== SelfMatch.off &&
        owner !== HOUSE &&
        resting !== HOUSE &&
        this.listener.sameAccount(owner, resting)
      ) {
        left = this.#prevent(owner, left, slot, displayed, selfMatch);
        continue;
      }
      const traded = Math.min(left, book.sharesOf(slot));
      this.execute(slot, traded, displayed, owner);
      left -= traded;
      this.executions++;
    }
    return left;
  }

  /** Trades part of a resting order with an incoming one, at the resting one's price. @returns the match number */
  execute(slot: number, shares: number, displayed: boolean, taker: number): number {
    const book = this.bookOf(displayed);
    const instrument = book.instrumentOf(slot);
    const price4 = book.price4Of(slot);
    const resting = book.ownerOf(slot);
    const match = this.nextMatch++;
    if (displayed) this.tape.executed(instrument, book.refOf(slot), shares, match);
    else this.tape.traded(instrument, shares, price4, match);
    book.reduce(slot, shares);
    if (resting !== HOUSE || taker !== HOUSE) this.#othersMatches.add(match);
    if (resting !== HOUSE) this.listener.executed(resting, shares, price4, match, true);
    if (taker !== HOUSE) this.listener.executed(taker, shares, price4, match, false);
    return match;
  }

  /**
   * Trades part of a displayed order at another price than its own; an order that is not the house's trades at its own,
   * which is its owner's limit.
   */
  executeAt(slot: number, shares: number, price4: number, printable: boolean): void {
    const { book } = this;
    const owner = book.ownerOf(slot);
    const at4 = owner === HOUSE ? price4 : book.price4Of(slot);
    const match = this.nextMatch++;
    this.tape.executedAt(book.instrumentOf(slot), book.refOf(slot), shares, match, at4, printable);
    book.reduce(slot, shares);
    if (owner === HOUSE) return;
    this.#othersMatches.add(match);
    this.listener.executed(owner, shares, at4, match, true);
  }

  /** True if a match had the house on both sides. */
  isHouseMatch(match: number): boolean {
    return !this.#othersMatches.has(match);
  }

  /** What is left of an order of the house after it has met what rests unseen: it can't see that. */
  meetHidden(instrument: number, side: BookSide, price4: number, shares: number): number {
    if (!this.crossesHidden(instrument, side, price4)) return shares;
    return this.take(instrument, side, price4, shares, HOUSE);
  }

  crossesHidden(instrument: number, side: BookSide, price4: number): boolean {
    const hidden = this.#hidden;
    if (hidden === undefined || hidden.orders === 0) return false;
    const other = opposite(side);
    return reached(hidden.best(instrument, other), other, price4);
  }

  #displayedFirst(instrument: number, side: BookSide): boolean {
    const hidden4 = this.#hidden?.best(instrument, side) ?? 0;
    if (hidden4 === 0) return true;
    const shown4 = this.book.best(instrument, side);
    if (shown4 === 0) return false;
    return side === BookSide.buy ? shown4 >= hidden4 : shown4 <= hidden4;
  }

  /** @returns what is left of the incoming order */
  #prevent(owner: number, left: number, slot: number, displayed: boolean, selfMatch: SelfMatch): number {
    const book = this.bookOf(displayed);
    const price4 = book.price4Of(slot);
    const resting = book.ownerOf(slot);
    const shares = book.sharesOf(slot);
    const prevented = Math.min(left, shares);
    if (selfMatch !== SelfMatch.newest) {
      this.reduce(slot, shares, displayed);
      this.listener.prevented(resting, shares, prevented, price4, true);
    }
    if (selfMatch === SelfMatch.oldest) return left;
    this.listener.prevented(owner, left, prevented, price4, false);
    return 0;
  }
}

/** True if a resting price of `side` (0 = none) is at the limit of the incoming order or better. */
function reached(price4: number, side: BookSide, limit4: number): boolean {
  if (price4 === 0) return false;
  return side === BookSide.buy ? price4 >= limit4 : price4 <= limit4;
}

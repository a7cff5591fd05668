import type { OrderBooks } from '../feed/book.ts';

/** A tradable instrument: its symbol, and the router's number of the feed that carries its book. */
export interface TradableInstrument {
  readonly symbol: string;
  readonly feed: number;
}

const UNKNOWN = -1;

/**
 * Which book belongs to which tradable instrument. Venues number instruments anew each day and say so in their directory,
 * so symbols are looked up until all are found, and again when books are rebuilt. One per thread.
 */
export class InstrumentMap {
  private readonly instruments: readonly TradableInstrument[];
  /** By the router's feed number; undefined where a feed's protocol is not decoded. */
  private readonly books: readonly (OrderBooks | undefined)[];
  /** By instrument: what its feed calls it, -1 = not known yet. */
  private readonly locates: Int32Array;
  /** By feed and locate: instrument, -1 = not traded. */
  private readonly byLocate: readonly Int32Array[];
  private readonly generations: Int32Array;
  private readonly numbers: ReadonlyMap<string, number>;
  /** Where the next look goes on. */
  private next = 0;
  private missing: number;

  constructor(
    instruments: readonly TradableInstrument[],
    books: readonly (OrderBooks | undefined)[],
    maxInstruments: readonly number[],
  ) {
    this.instruments = instruments;
    this.books = books;
    this.locates = new Int32Array(instruments.length).fill(UNKNOWN);
    this.byLocate = maxInstruments.map((most) => new Int32Array(most).fill(UNKNOWN));
    this.generations = Int32Array.from(books, (one) => one?.generation ?? 0);
    this.numbers = new Map(instruments.map(({ symbol }, number) => [symbol, number]));
    this.missing = instruments.length;
  }

  /** Number of an instrument by its symbol, or -1. Cold. */
  number(symbol: string): number {
    return this.numbers.get(symbol) ?? UNKNOWN;
  }

  /** Number of the instrument that the feed calls `locate`, or -1. Hot. */
  numberOf(feed: number, locate: number): number {
    const table = this.byLocate[feed];
    return table !== undefined && locate >= 0 && locate < table.length ? table[locate] : UNKNOWN;
  }

  /** What its feed calls it, or -1. Hot. */
  locateOf(instrument: number): number {
    return this.locates[instrument];
  }

  feedOf(instrument: number): number {
    return this.instruments[instrument].feed;
  }

  /** Looks one instrument up that has not been found. Call it now and then: it walks a directory. */
  look(): void {
    this.forgetRebuilt();
    if (this.missing === 0) return;
    for (let tries = 0; tries < this.instruments.length; tries++) {
      const number = this.next;
      this.next = (this.next + 1) % this.instruments.length;
      if (this.locates[number] >= 0) continue;
      this.find(number);
      return;
    }
  }

  /** Looks all of them up. */
  lookAtAll(): void {
    this.forgetRebuilt();
    for (let number = 0; number < this.instruments.length; number++) if (this.locates[number] < 0) this.find(number);
  }

  private find(number: number): void {
    const { symbol, feed } = this.instruments[number];
    const locate = this.books[feed]?.find(symbol) ?? UNKNOWN;
    if (locate < 0) return;
    this.locates[number] = locate;
    this.missing--;
    const table = this.byLocate[feed];
    if (locate < table.length) table[locate] = number;
  }

  private forgetRebuilt(): void {
    for (let feed = 0; feed < this.books.length; feed++) {
      const books = this.books[feed];
      if (books === undefined || books.generation === this.generations[feed]) continue;
      this.generations[feed] = books.generation;
      this.byLocate[feed].fill(UNKNOWN);
      for (let number = 0; number < this.instruments.length; number++) {
        if (this.instruments[number].feed !== feed || this.locates[number] < 0) continue;
        this.locates[number] = UNKNOWN;
        this.missing++;
      }
    }
  }
}

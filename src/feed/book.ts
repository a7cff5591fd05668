import {
  BOOK_COUNTERS,
  BookHeader,
  DirectoryWord,
  InstrumentStatus,
  InstrumentWord,
  LadderWord,
  LevelWord,
  OrderWord,
  type Side,
  TradingState,
} from './book-layout.ts';
import { checkBookMemory } from './book-memory.ts';

export { BookCounter, InstrumentStatus, Side, TradingState } from './book-layout.ts';
export { type BookCapacity, createBookMemory } from './book-memory.ts';

/** Cells of the array that {@link BookView.readTop} fills. */
export const TopCell = { bidPrice: 0, bidShares: 1, bidOrders: 2, askPrice: 3, askShares: 4, askOrders: 5 } as const;
export const TOP_CELLS = 6;

// Local names: the compiler folds constants of its own module into the code, but loads imported ones each time.
const BID_PRICE = InstrumentWord.bidPrice;
const ASK_PRICE = InstrumentWord.askPrice;
const BID_SHARES = InstrumentWord.bidShares;
const ASK_SHARES = InstrumentWord.askShares;
const BID_ORDERS = InstrumentWord.bidOrders;
const ASK_ORDERS = InstrumentWord.askOrders;
const LEVELS = InstrumentWord.bidLevels;
const LADDER = InstrumentWord.bidLadder;
const STATUS = InstrumentWord.status;
const VERSION = InstrumentWord.version;
const INSTRUMENT_BITS = InstrumentWord.bits;
const LEVEL_PRICE = LevelWord.price;
const LEVEL_SHARES = LevelWord.shares;
const LEVEL_ORDERS = LevelWord.orders;
const LEVEL_HEAD = LevelWord.head;
const ORDER_NEXT = OrderWord.next;
const ORDER_SHARES = OrderWord.shares;
const ORDER_LEVEL = OrderWord.level;
const LADDER_WORDS = LadderWord.words;
const LADDER_LEVEL = LadderWord.level;

/** Tries of a consistent read before it gives up: a writer holds a book for well under a microsecond. */
const READ_TRIES = 1000;

/**
 * The order books of one feed, as readers see them. Any thread may attach to the memory; the thread that builds the
 * books uses the same class to look at what it has just built.
 *
 * Reading on the builder's own thread (fused layout, callbacks) is always consistent. Other threads read single cells
 * as they stand, and consistent sets by the `read…` and `copy…` methods, which check the instrument's version word
 * before and after: the writer makes it odd, changes the book, and makes it even again.
 */
export class OrderBooks {
  readonly memory: SharedArrayBuffer;
  readonly maxInstruments: number;
  readonly maxOrders: number;
  private readonly words: Int32Array;
  private readonly doubles: Float64Array;
  private readonly views: (BookView | undefined)[];
  private readonly instruments: number;

  /** @param memory made by `createBookMemory`. @throws {Error} if it was not */
  constructor(memory: SharedArrayBuffer) {
    checkBookMemory(memory);
    this.memory = memory;
    this.words = new Int32Array(memory);
    this.doubles = new Float64Array(memory, 0, memory.byteLength >>> 3);
    this.maxInstruments = this.words[BookHeader.maxInstruments];
    this.instruments = this.words[BookHeader.instruments];
    this.maxOrders = this.words[BookHeader.maxOrders];
    this.views = new Array(this.maxInstruments).fill(undefined);
  }

  /**
   * One instrument's book. Made on first use and kept; {@link prepareViews} makes all at once.
   * @throws {RangeError} where there is no such instrument number
   */
  view(instrument: number): BookView {
    let view = this.views[instrument];
    if (view === undefined) {
      if (!(instrument >= 0 && instrument < this.maxInstruments)) {
        throw new RangeError(`order books: instrument ${instrument} is not within 0…${this.maxInstruments - 1}`);
      }
      view = new BookView(this.words, this.doubles, instrument);
      this.views[instrument] = view;
    }
    return view;
  }

  /** Makes the views of the instruments listed so far, so that none is made on the hot path. */
  prepareViews(): void {
    for (let instrument = 0; instrument < this.maxInstruments; instrument++) {
      if (this.view(instrument).listed) continue;
      this.views[instrument] = undefined;
    }
  }

  /** Highest bid of an instrument, 0 where there is none: as `view(instrument).bestBid`, without the view. */
  bestBid(instrument: number): number {
    return this.words[(this.instruments + (instrument << INSTRUMENT_BITS) + BID_PRICE) | 0] >>> 0;
  }

  /** Lowest ask of an instrument, 0 where there is none. */
  bestAsk(instrument: number): number {
    return this.words[(this.instruments + (instrument << INSTRUMENT_BITS) + ASK_PRICE) | 0] >>> 0;
  }

  /** Orders live on all books. */
  get liveOrders(): number {
    return this.words[BookHeader.liveOrders];
  }

  /** Price levels live on all books. */
  get liveLevels(): number {
    return this.words[BookHeader.liveLevels];
  }

  /** Counts resets: what a reader derived from the books before it changed is void. */
  get generation(): number {
    return Atomics.load(this.words, BookHeader.generation);
  }

  /** Venue's code of the last event of its day (ITCH: a letter of System Event), 0 = none yet. */
  get dayEvent(): number {
    return this.words[BookHeader.dayEvent];
  }

  /** How often something happened: a `BookCounter`. */
  counter(counter: number): number {
    return this.doubles[(BookHeader.counters >> 1) + counter];
  }

  /** Operations that made no sense, of every kind. */
  get refused(): number {
    let sum = 0;
    for (let counter = 0; counter < BOOK_COUNTERS; counter++) sum += this.counter(counter);
    return sum;
  }

  /** Orders in the fullest hash bucket: how far the search for a reference may have to go. Walks all buckets. */
  get longestChain(): number {
    const { words } = this;
    const start = words[BookHeader.buckets];
    const end = start + 2 ** words[BookHeader.bucketBits];
    let longest = 0;
    for (let bucket = start; bucket < end; bucket++) {
      let length = 0;
      for (let order = words[bucket]; order !== 0; order = words[order + OrderWord.chain]) length++;
      longest = Math.max(longest, length);
    }
    return longest;
  }

  /** The listed instrument with that symbol, or -1. Walks the directory: not for hot paths. */
  find(symbol: string): number {
    for (let instrument = 0; instrument < this.maxInstruments; instrument++) {
      const word = this.words[this.words[BookHeader.instruments] + instrument * InstrumentWord.words + 1];
      if ((word & InstrumentStatus.listed) !== 0 && this.view(instrument).symbol === symbol) return instrument;
    }
    return -1;
  }

  /** Numbers of the listed instruments, ascending. Not for hot paths. */
  listed(): number[] {
    const base = this.words[BookHeader.instruments] + STATUS;
    const found: number[] = [];
    for (let instrument = 0; instrument < this.maxInstruments; instrument++) {
      if ((this.words[base + instrument * InstrumentWord.words] & InstrumentStatus.listed) !== 0)
        found.push(instrument);
    }
    return found;
  }
}

/** Attaches to books that another thread builds. The same as `new OrderBooks(memory)`; nothing is copied. */
export function attachBooks(memory: SharedArrayBuffer): OrderBooks {
  return new OrderBooks(memory);
}

/** For the fences of this thread's readers. */
const fenceCell = new Int32Array(1);

/** Price levels of one side, copied: index 0 is the best. */
export class LadderCopy {
  /** Levels copied by the last `copyLevels`. */
  count = 0;
  readonly price: Float64Array;
  readonly shares: Float64Array;
  readonly orders: Int32Array;

  /** @param depth most levels to copy */
  constructor(depth: number) {
    this.price = new Float64Array(depth);
    this.shares = new Float64Array(depth);
    this.orders = new Int32Array(depth);
  }
}

/**
 * One instrument's book. Prices are in the venue's units (ITCH: 4 implied decimals). Getters allocate nothing.
 *
 * Orders are walked by handle: `for (let o = book.firstOrder(side, n); o !== 0; o = book.nextOrder(o))`, oldest
 * first. Handles are valid until the book next changes.
 */
export class BookView {
  /** The instrument's number (ITCH: its stock locate). */
  readonly instrument: number;
  private readonly words: Int32Array;
  private readonly doubles: Float64Array;
  private readonly record: number;
  private readonly directory: number;
  private readonly fenceCell = fenceCell;

  constructor(words: Int32Array, doubles: Float64Array, instrument: number) {
    this.words = words;
    this.doubles = doubles;
    this.instrument = instrument;
    this.record = words[BookHeader.instruments] + instrument * InstrumentWord.words;
    this.directory = words[BookHeader.directory] + instrument * DirectoryWord.words;
  }

  /** Highest bid, 0 where there is none. */
  get bestBid(): number {
    return this.words[this.record + BID_PRICE] >>> 0;
  }
  /** Shares at the highest bid, 0 where there is none. */
  get bestBidShares(): number {
    return this.doubles[(this.record + BID_SHARES) >> 1];
  }
  /** Lowest ask, 0 where there is none. */
  get bestAsk(): number {
    return this.words[this.record + ASK_PRICE] >>> 0;
  }
  /** Shares at the lowest ask, 0 where there is none. */
  get bestAskShares(): number {
    return this.doubles[(this.record + ASK_SHARES) >> 1];
  }
  /** Orders at the highest bid. */
  get bestBidOrders(): number {
    return this.words[this.record + BID_ORDERS];
  }
  /** Orders at the lowest ask. */
  get bestAskOrders(): number {
    return this.words[this.record + ASK_ORDERS];
  }
  /** Both sides have a price. */
  get twoSided(): boolean {
    const { words, record } = this;
    return words[record + LEVELS] !== 0 && words[record + InstrumentWord.askLevels] !== 0;
  }

  /** `InstrumentStatus` bits. */
  get status(): number {
    return this.words[this.record + STATUS];
  }
  get tradingState(): TradingState {
    return (this.status & InstrumentStatus.stateMask) as TradingState;
  }
  /**
   * Not trading: halted or paused by the exchange, or by a market centre for operational reasons (any centre: see
   * {@link operationalHalts}). A state never heard is not a halt.
   */
  get halted(): boolean {
    const status = this.status;
    const state = status & InstrumentStatus.stateMask;
    return (
      (status & InstrumentStatus.operationalHaltMask) !== 0 ||
      state === TradingState.halted ||
      state === TradingState.paused
    );
  }
  /** Market centres that halted it for operational reasons: bits numbered by the venue (ITCH: Nasdaq, BX, PSX). */
  get operationalHalts(): number {
    return (this.status & InstrumentStatus.operationalHaltMask) >> InstrumentStatus.operationalHaltShift;
  }
  get shortRestricted(): boolean {
    return (this.status & InstrumentStatus.shortRestricted) !== 0;
  }
  /** An operation on it made no sense since the books were last rebuilt: not to be trusted. */
  get suspect(): boolean {
    return (this.status & InstrumentStatus.suspect) !== 0;
  }
  /** Orders are missing because a pool was full: not to be trusted. */
  get incomplete(): boolean {
    return (this.status & InstrumentStatus.incomplete) !== 0;
  }
  /** Neither suspect nor incomplete. The feed's own status is apart: a book of a stale feed is not to be trusted either. */
  get sound(): boolean {
    return (this.status & (InstrumentStatus.suspect | InstrumentStatus.incomplete)) === 0;
  }
  get listed(): boolean {
    return (this.status & InstrumentStatus.listed) !== 0;
  }
  /** Symbol, or '' where it is not known. Makes a string: not for hot paths. */
  get symbol(): string {
    return this.text(DirectoryWord.symbol, DirectoryWord.symbolBytes);
  }
  /** Venue's reason of the last trading action, or ''. Makes a string: not for hot paths. */
  get reason(): string {
    return this.text(DirectoryWord.reason, 4);
  }
  /** Shares in a round lot, 0 where it is not known. */
  get roundLot(): number {
    return this.words[this.directory + DirectoryWord.roundLot];
  }

  /** Price levels on a side. */
  levels(side: Side): number {
    return this.words[this.record + LEVELS + side];
  }
  /** Handle of a side's `n`-th best level (0 = best), or 0 where there is none. */
  level(side: Side, n: number): number {
    const { words, record } = this;
    const levels = words[record + LEVELS + side];
    if (n < 0 || n >= levels) return 0;
    const entry = words[record + LADDER + side] + (levels - 1 - n) * LADDER_WORDS;
    return words[entry + LADDER_LEVEL];
  }
  levelPrice(level: number): number {
    return this.words[level + LEVEL_PRICE] >>> 0;
  }
  /** Sum of the level's shares; a double, exact to 2^53. */
  levelShares(level: number): number {
    return this.doubles[(level + LEVEL_SHARES) >> 1];
  }
  levelOrders(level: number): number {
    return this.words[level + LEVEL_ORDERS];
  }

  /** Handle of the first order in line at a side's `n`-th best level, or 0. */
  firstOrder(side: Side, n: number): number {
    const level = this.level(side, n);
    return level === 0 ? 0 : this.words[level + LEVEL_HEAD];
  }
  /** Handle of the order behind this one, or 0. */
  nextOrder(order: number): number {
    return this.words[order + ORDER_NEXT];
  }
  orderShares(order: number): number {
    return this.words[order + ORDER_SHARES] >>> 0;
  }
  orderPrice(order: number): number {
    return this.words[this.words[order + ORDER_LEVEL] + LEVEL_PRICE] >>> 0;
  }
  /** High half of the order's reference, as int32 bits. */
  orderReferenceHigh(order: number): number {
    return this.words[order + OrderWord.referenceHigh];
  }
  /** Low half of the order's reference, as int32 bits. */
  orderReferenceLow(order: number): number {
    return this.words[order + OrderWord.referenceLow];
  }
  /** Who placed it: four ASCII bytes as an int32, 0 where the venue does not say. */
  orderAttribution(order: number): number {
    return this.words[order + OrderWord.attribution];
  }

  /** Counts changes; odd while the writer is inside. Two equal even readings enclose a consistent one. */
  version(): number {
    Atomics.add(this.fenceCell, 0, 0); // what was read before this call was read before the version
    return Atomics.load(this.words, this.record + VERSION);
  }

  /**
   * Best prices of both sides as one consistent set, from any thread.
   * @param top see {@link TopCell}; at least {@link TOP_CELLS} long
   * @returns false where the writer did not leave the book alone long enough; `top` is then not to be used
   */
  readTop(top: Float64Array): boolean {
    for (let attempt = 0; attempt < READ_TRIES; attempt++) {
      const before = this.version();
      top[TopCell.bidPrice] = this.bestBid;
      top[TopCell.bidShares] = this.bestBidShares;
      top[TopCell.bidOrders] = this.bestBidOrders;
      top[TopCell.askPrice] = this.bestAsk;
      top[TopCell.askShares] = this.bestAskShares;
      top[TopCell.askOrders] = this.bestAskOrders;
      if ((before & 1) === 0 && this.version() === before) return true;
    }
    return false;
  }

  /**
   * Copies a side's best levels as one consistent set, from any thread.
   * @returns levels copied, or -1 where the writer did not leave the book alone long enough
   */
  copyLevels(side: Side, copy: LadderCopy): number {
    const depth = copy.price.length;
    for (let attempt = 0; attempt < READ_TRIES; attempt++) {
      const before = this.version();
      const levels = this.levels(side);
      const count = Math.min(levels, depth);
      for (let n = 0; n < count; n++) {
        // What is read under a writer's feet may be anything: offsets outside the memory read as nothing below.
        const level = this.level(side, n);
        copy.price[n] = this.levelPrice(level);
        copy.shares[n] = this.levelShares(level);
        copy.orders[n] = this.levelOrders(level);
      }
      if ((before & 1) === 0 && this.version() === before) {
        copy.count = count;
        return count;
      }
    }
    return -1;
  }

  private text(word: number, bytes: number): string {
    let text = '';
    for (let i = 0; i < bytes; i++) {
      const byte = (this.words[this.directory + word + (i >> 2)] >>> (24 - ((i & 3) << 3))) & 0xff;
      text += String.fromCharCode(byte === 0 ? 0x20 : byte);
    }
    return text.trimEnd();
  }
}

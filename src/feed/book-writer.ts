import {
  BOOK_COUNTERS,
  BookCounter,
  BookHeader,
  DirectoryWord,
  InstrumentStatus,
  InstrumentWord,
  LADDER_CLASSES,
  LADDER_SMALLEST_BITS,
  LadderWord,
  LevelWord,
  OrderWord,
} from './book-layout.ts';
import { checkBookMemory } from './book-memory.ts';

/** What an operation did to an instrument's book: bits of {@link BookWriter.change}. */
export const BookChange = {
  none: 0,
  bids: 1,
  asks: 2,
  /** The best bid: its price, its shares or its queue. */
  bestBid: 4,
  bestAsk: 8,
  /** Its status word changed. */
  status: 16,
} as const;

// Local names: the compiler folds constants of its own module into the code, but loads imported ones each time.
const REF_HIGH = OrderWord.referenceHigh;
const SHARES = OrderWord.shares;
const LEVEL = OrderWord.level;
const PREVIOUS = OrderWord.previous;
const NEXT = OrderWord.next;
const CHAIN = OrderWord.chain;
const ATTRIBUTION = OrderWord.attribution;
const ORDER_WORDS = OrderWord.words;

const LEVEL_ORDERS = LevelWord.orders;
const LEVEL_SHARES = LevelWord.shares;
const HEAD = LevelWord.head;
const TAIL = LevelWord.tail;
const BOOK = LevelWord.book;
const LEVEL_CHAIN = LevelWord.chain;
const LEVEL_WORDS = LevelWord.words;

const LADDER = InstrumentWord.bidLadder;
const LEVELS = InstrumentWord.bidLevels;
const LADDER_BITS = InstrumentWord.bidLadderBits;
const BEST_PRICE = InstrumentWord.bidPrice;
const BEST_ORDERS = InstrumentWord.bidOrders;
const BEST_SHARES = InstrumentWord.bidShares;

const LADDER_LEVEL = LadderWord.level;
const LADDER_WORDS = LadderWord.words;

const INSTRUMENT_BITS = InstrumentWord.bits;
const DIRECTORY_BITS = DirectoryWord.bits;

const FRESH_ORDER = BookHeader.freshOrder;
const FREE_ORDER = BookHeader.freeOrder;
const LIVE_ORDERS = BookHeader.liveOrders;
const FRESH_LEVEL = BookHeader.freshLevel;
const FREE_LEVEL = BookHeader.freeLevel;
const LIVE_LEVELS = BookHeader.liveLevels;
/** What {@link BookWriter} takes off an order. */
const PART = 0;
const WHOLE = 1;
const BIDS_CHANGED = BookChange.bids;
const BEST_BID_CHANGED = BookChange.bestBid;

/** Levels looked at one by one from the best before halving: most activity is near the top. */
const LINEAR_STEPS = 6;
const MIX_1 = 0x9e3779b1 | 0;
const MIX_2 = 0x85ebca6b | 0;
const MIX_HIGH = 0xc2b2ae35 | 0;
/** References that differ in these low bits only share a cache line of buckets: references rise one by one. */
const NEAR_BITS = 4;
const NEAR_MASK = (1 << NEAR_BITS) - 1;

/** A price (u32 bits) as a signed number that grows towards the best: upwards for bids, downwards for asks. */
function keyOf(side: number, price: number): number {
  return price ^ 0x80000000 ^ -side;
}

/**
 * Builds a feed's full-depth books. The only writer of its memory; readers use {@link OrderBooks}.
 *
 * Prices and shares are u32 values passed as int32 bits, references as two int32 halves, sides as {@link Side}. An
 * operation that makes no sense (unknown or duplicate reference, more shares than there are, another instrument's
 * order, a full pool) is counted, changes no order, and marks its instrument suspect or incomplete until
 * {@link reset}. Nothing is guessed, nothing throws. Operations return whether they were applied.
 */
export class BookWriter {
  /** Instrument that the last operation changed, or -1 if it changed none. */
  instrument = -1;
  /** {@link BookChange} bits of the last operation. */
  change = 0;
  /** Word that points at the order which {@link find} has found: a hash bucket, or the order before it in the chain. */
  private link = 0;
  /** The level of that order, and the level's book word. */
  private level = 0;
  private book = 0;

  private readonly words: Int32Array;
  /** The same memory as doubles. */
  private readonly doubles: Float64Array;
  private readonly counters: Float64Array;
  private readonly maxInstruments: number;
  private readonly instruments: number;
  private readonly directory: number;
  private readonly buckets: number;
  private readonly bucketShift: number;
  private readonly ordersEnd: number;
  private readonly levelsEnd: number;
  private readonly laddersEnd: number;

  /** Its own, so that nobody else's cache line is touched by a fence. */
  private readonly fenceCell = new Int32Array(1);
  private readonly fenced: boolean;

  /**
   * @param memory made by `createBookMemory`; books that stand in it are carried on
   * @param fenced whether the processor may reorder stores (all but x86-64): readers on other threads then need a fence
   * around each change, which costs more than the change itself where it is not needed
   * @throws {Error} where `memory` was not made by `createBookMemory`
   */
  constructor(memory: SharedArrayBuffer, fenced = true) {
    checkBookMemory(memory);
    this.fenced = fenced;
    const words = new Int32Array(memory);
    this.words = words;
    this.doubles = new Float64Array(memory, 0, memory.byteLength >>> 3);
    this.counters = new Float64Array(memory, BookHeader.counters << 2, BOOK_COUNTERS);
    this.maxInstruments = words[BookHeader.maxInstruments];
    this.instruments = words[BookHeader.instruments];
    this.directory = words[BookHeader.directory];
    this.buckets = words[BookHeader.buckets];
    this.bucketShift = 32 - (words[BookHeader.bucketBits] - NEAR_BITS);
    this.ordersEnd = words[BookHeader.orders] + words[BookHeader.maxOrders] * ORDER_WORDS;
    this.levelsEnd = words[BookHeader.levels] + words[BookHeader.maxLevels] * LEVEL_WORDS;
    this.laddersEnd = words[BookHeader.end];
  }

  /** Adds an order behind all others at its price. */
  add(
    instrument: number,
    side: number,
    referenceHigh: number,
    referenceLow: number,
    price: number,
    shares: number,
    attribution: number,
  ): boolean {
    if (instrument >>> 0 >= this.maxInstruments) return this.outOfRange();
    if (shares === 0) return this.suspect(instrument, BookCounter.zeroShares);
    const words = this.words;
    // Read early: what misses the cache here is then fetched together with the bucket.
    const record = (this.instruments + (instrument << INSTRUMENT_BITS)) | 0;
    const version = words[record];
    const bucket = this.bucketOf(referenceHigh, referenceLow);
    const first = words[bucket];
    let other = first;
    while (other !== 0) {
      if (words[other] === referenceLow && words[(other + REF_HIGH) | 0] === referenceHigh) {
        return this.suspect(instrument, BookCounter.duplicateReference);
      }
      other = words[(other + CHAIN) | 0];
    }
    let order = words[FREE_ORDER];
    const fresh = order === 0;
    if (fresh) {
      order = words[FRESH_ORDER];
      if (order === this.ordersEnd) return this.incomplete(instrument, BookCounter.ordersFull);
    }
    this.open(record, version);
    const level = this.levelAt(record, (instrument << 1) | side, side, price);
    if (level === 0) {
      this.shut(record, version);
      return this.incomplete(instrument, BookCounter.levelsFull);
    }
    if (fresh) words[FRESH_ORDER] = (order + ORDER_WORDS) | 0;
    else words[FREE_ORDER] = words[(order + CHAIN) | 0];
    words[LIVE_ORDERS] = (words[LIVE_ORDERS] + 1) | 0;
    words[order] = referenceLow;
    words[(order + REF_HIGH) | 0] = referenceHigh;
    words[(order + ATTRIBUTION) | 0] = attribution;
    words[(order + CHAIN) | 0] = first;
    words[bucket] = order;
    this.append(order, level, shares);
    this.change = BIDS_CHANGED << side;
    this.publish(record, side, level);
    this.shut(record, version);
    this.instrument = instrument;
    return true;
  }

  /** Takes shares off an order (execution or partial cancel). What is left keeps its place; nothing left: it is gone. */
  reduce(instrument: number, referenceHigh: number, referenceLow: number, shares: number): boolean {
    return this.take(instrument, referenceHigh, referenceLow, shares, PART);
  }

  /** Removes an order. */
  delete(instrument: number, referenceHigh: number, referenceLow: number): boolean {
    return this.take(instrument, referenceHigh, referenceLow, 0, WHOLE);
  }

  /** Replaces an order: same side and attribution, new reference, price and shares, last in its queue. */
  replace(
    instrument: number,
    referenceHigh: number,
    referenceLow: number,
    newReferenceHigh: number,
    newReferenceLow: number,
    price: number,
    shares: number,
  ): boolean {
    const order = this.find(instrument, referenceHigh, referenceLow);
    if (order === 0) return false;
    if (shares === 0) return this.suspect(instrument, BookCounter.zeroShares);
    const words = this.words;
    const bucket = this.bucketOf(newReferenceHigh, newReferenceLow);
    for (let other = words[bucket]; other !== 0; other = words[(other + CHAIN) | 0]) {
      if (words[other] === newReferenceLow && words[(other + REF_HIGH) | 0] === newReferenceHigh && other !== order) {
        return this.suspect(instrument, BookCounter.duplicateReference);
      }
    }
    const oldLevel = this.level;
    const book = this.book;
    const side = book & 1;
    const record = (this.instruments + (instrument << INSTRUMENT_BITS)) | 0;
    const version = words[record];
    this.open(record, version);
    // The new level first: where there is no room for it, the book stays as it was.
    const level = this.levelAt(record, book, side, price);
    if (level === 0) {
      this.shut(record, version);
      return this.incomplete(instrument, BookCounter.levelsFull);
    }
    words[(level + LEVEL_ORDERS) | 0]++; // keeps it alive should the old order be its only one
    words[this.link] = words[(order + CHAIN) | 0]; // out of its hash bucket
    const touched = this.unlink(record, side, order, oldLevel);
    words[(level + LEVEL_ORDERS) | 0]--;
    words[order] = newReferenceLow;
    words[(order + REF_HIGH) | 0] = newReferenceHigh;
    words[(order + CHAIN) | 0] = words[bucket];
    words[bucket] = order;
    this.append(order, level, shares);
    this.change = BIDS_CHANGED << side;
    this.publish(record, side, touched);
    if (touched !== level) this.publish(record, side, level);
    this.shut(record, version);
    this.instrument = instrument;
    return true;
  }

  /** Takes shares ({@link PART}) or all of them ({@link WHOLE}) off an order. */
  private take(
    instrument: number,
    referenceHigh: number,
    referenceLow: number,
    shares: number,
    amount: number,
  ): boolean {
    if (instrument >>> 0 >= this.maxInstruments) return this.outOfRange();
    const words = this.words;
    // Read early: what misses the cache here is then fetched together with the order.
    const record = (this.instruments + (instrument << INSTRUMENT_BITS)) | 0;
    const version = words[record];
    let link = this.bucketOf(referenceHigh, referenceLow);
    let order = words[link];
    while (order !== 0 && (words[order] !== referenceLow || words[(order + REF_HIGH) | 0] !== referenceHigh)) {
      link = (order + CHAIN) | 0;
      order = words[link];
    }
    if (order === 0) return this.suspect(instrument, BookCounter.unknownReference);
    const level = words[(order + LEVEL) | 0];
    const left = words[(order + SHARES) | 0] >>> 0;
    const book = words[(level + BOOK) | 0];
    if (book >> 1 !== instrument) return this.mismatch(instrument, book >> 1);
    if (amount === PART && shares >>> 0 > left) return this.suspect(instrument, BookCounter.overExecution);
    const side = book & 1;
    this.open(record, version);
    let touched = level;
    if (amount === WHOLE || shares >>> 0 === left) {
      words[link] = words[(order + CHAIN) | 0]; // out of its hash bucket
      words[(order + CHAIN) | 0] = words[FREE_ORDER];
      words[FREE_ORDER] = order;
      words[LIVE_ORDERS] = (words[LIVE_ORDERS] - 1) | 0;
      touched = this.unlink(record, side, order, level);
    } else {
      words[(order + SHARES) | 0] = left - (shares >>> 0);
      this.doubles[(level + LEVEL_SHARES) >> 1] -= shares >>> 0;
    }
    this.change = BIDS_CHANGED << side;
    this.publish(record, side, touched);
    this.shut(record, version);
    this.instrument = instrument;
    return true;
  }

  /** The order's place, or 0 after counting why there is none. */
  private find(instrument: number, referenceHigh: number, referenceLow: number): number {
    if (instrument >>> 0 >= this.maxInstruments) {
      this.outOfRange();
      return 0;
    }
    const words = this.words;
    let link = this.bucketOf(referenceHigh, referenceLow);
    let order = words[link];
    while (order !== 0 && (words[order] !== referenceLow || words[(order + REF_HIGH) | 0] !== referenceHigh)) {
      link = (order + CHAIN) | 0;
      order = words[link];
    }
    if (order === 0) {
      this.suspect(instrument, BookCounter.unknownReference);
      return 0;
    }
    const level = words[(order + LEVEL) | 0];
    const book = words[(level + BOOK) | 0];
    const owner = book >> 1;
    if (owner !== instrument) {
      this.mismatch(instrument, owner);
      return 0;
    }
    this.link = link;
    this.level = level;
    this.book = book;
    return order;
  }

  /** Makes an instrument's version odd: readers elsewhere see that its book is being changed. */
  private open(record: number, version: number): void {
    this.words[record] = (version + 1) | 0;
    if (this.fenced) Atomics.add(this.fenceCell, 0, 0);
  }

  /** Makes it even again. */
  private shut(record: number, version: number): void {
    if (this.fenced) Atomics.add(this.fenceCell, 0, 0);
    this.words[record] = (version + 2) | 0;
  }

  /** Word of the hash bucket that a reference belongs to. */
  private bucketOf(referenceHigh: number, referenceLow: number): number {
    let line = Math.imul((referenceLow >>> NEAR_BITS) ^ Math.imul(referenceHigh, MIX_HIGH), MIX_1);
    line = Math.imul(line ^ (line >>> 15), MIX_2);
    return (
      (this.buckets +
        (((line >>> this.bucketShift) << NEAR_BITS) | ((referenceLow ^ (line >>> NEAR_BITS)) & NEAR_MASK))) |
      0
    );
  }

  /** Puts an order last in a level's queue. */
  private append(order: number, level: number, shares: number): void {
    const words = this.words;
    const tail = words[(level + TAIL) | 0];
    words[(order + SHARES) | 0] = shares;
    words[(order + LEVEL) | 0] = level;
    words[(order + PREVIOUS) | 0] = tail;
    words[(order + NEXT) | 0] = 0;
    if (tail === 0) words[(level + HEAD) | 0] = order;
    else words[(tail + NEXT) | 0] = order;
    words[(level + TAIL) | 0] = order;
    words[(level + LEVEL_ORDERS) | 0] = (words[(level + LEVEL_ORDERS) | 0] + 1) | 0;
    this.doubles[(level + LEVEL_SHARES) >> 1] += shares >>> 0;
  }

  /**
   * Takes an order out of its level's queue, and the level out of its ladder if that was the last one.
   * @returns the level, or 0 if it is gone
   */
  private unlink(record: number, side: number, order: number, level: number): number {
    const words = this.words;
    const previous = words[(order + PREVIOUS) | 0];
    const next = words[(order + NEXT) | 0];
    if (previous === 0) words[(level + HEAD) | 0] = next;
    else words[(previous + NEXT) | 0] = next;
    if (next === 0) words[(level + TAIL) | 0] = previous;
    else words[(next + PREVIOUS) | 0] = previous;
    const left = (words[(level + LEVEL_ORDERS) | 0] - 1) | 0;
    words[(level + LEVEL_ORDERS) | 0] = left;
    if (left === 0) {
      this.removeLevel(record, side, level);
      return 0;
    }
    this.doubles[(level + LEVEL_SHARES) >> 1] -= words[(order + SHARES) | 0] >>> 0;
    return level;
  }

  /** Index in a ladder of the first entry whose key is not below `key`. */
  private ladderIndex(ladder: number, levels: number, key: number): number {
    const words = this.words;
    let high = levels;
    const linearEnd = levels > LINEAR_STEPS ? levels - LINEAR_STEPS : 0;
    while (high > linearEnd) {
      if (words[(ladder + ((high - 1) << 1)) | 0] < key) return high;
      high--;
    }
    let low = 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (words[(ladder + (middle << 1)) | 0] < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The level at a price, made if need be; 0 if there is no room for it. */
  private levelAt(record: number, book: number, side: number, price: number): number {
    const words = this.words;
    const key = keyOf(side, price);
    const ladder = words[(record + LADDER + side) | 0];
    const levels = words[(record + LEVELS + side) | 0];
    const index = this.ladderIndex(ladder, levels, key);
    if (index < levels) {
      const entry = (ladder + (index << 1)) | 0;
      if (words[entry] === key) return words[(entry + LADDER_LEVEL) | 0];
    }
    return this.insertLevel(record, book, side, price, key, index);
  }

  private insertLevel(record: number, book: number, side: number, price: number, key: number, index: number): number {
    const words = this.words;
    const levels = words[(record + LEVELS + side) | 0];
    let ladder = words[(record + LADDER + side) | 0];
    if (ladder === 0 || levels === 1 << words[(record + LADDER_BITS + side) | 0]) {
      ladder = this.growLadder(record, side);
      if (ladder === 0) return 0;
    }
    let level = words[FREE_LEVEL];
    if (level !== 0) {
      words[FREE_LEVEL] = words[(level + LEVEL_CHAIN) | 0];
    } else {
      level = words[FRESH_LEVEL];
      if (level === this.levelsEnd) return 0;
      words[FRESH_LEVEL] = (level + LEVEL_WORDS) | 0;
    }
    words[LIVE_LEVELS] = (words[LIVE_LEVELS] + 1) | 0;
    words[level] = price;
    words[(level + LEVEL_ORDERS) | 0] = 0;
    words[(level + HEAD) | 0] = 0;
    words[(level + TAIL) | 0] = 0;
    words[(level + BOOK) | 0] = book;
    this.doubles[(level + LEVEL_SHARES) >> 1] = 0;
    const entry = (ladder + (index << 1)) | 0;
    for (let at = (ladder + (levels << 1)) | 0; at > entry; at = (at - LADDER_WORDS) | 0) {
      words[at] = words[(at - 2) | 0];
      words[(at + 1) | 0] = words[(at - 1) | 0];
    }
    words[entry] = key;
    words[(entry + LADDER_LEVEL) | 0] = level;
    words[(record + LEVELS + side) | 0] = (levels + 1) | 0;
    return level;
  }

  /** Moves a side's ladder to a block twice as large. @returns the block, or 0 if there is no room */
  private growLadder(record: number, side: number): number {
    const words = this.words;
    const old = words[(record + LADDER + side) | 0];
    const oldBits = words[(record + LADDER_BITS + side) | 0];
    const bits = old === 0 ? LADDER_SMALLEST_BITS : oldBits + 1;
    const list = BookHeader.freeLadder + bits - LADDER_SMALLEST_BITS;
    if (bits - LADDER_SMALLEST_BITS >= LADDER_CLASSES) return 0;
    let block = words[list];
    if (block !== 0) {
      words[list] = words[block];
    } else {
      block = words[BookHeader.freshLadder];
      const after = block + (LADDER_WORDS << bits);
      if (after > this.laddersEnd) return 0;
      words[BookHeader.freshLadder] = after;
    }
    if (old !== 0) {
      words.copyWithin(block, old, old + (LADDER_WORDS << oldBits));
      const oldList = BookHeader.freeLadder + oldBits - LADDER_SMALLEST_BITS;
      words[old] = words[oldList];
      words[oldList] = old;
    }
    words[(record + LADDER + side) | 0] = block;
    words[(record + LADDER_BITS + side) | 0] = bits;
    return block;
  }

  private removeLevel(record: number, side: number, level: number): void {
    const words = this.words;
    const ladder = words[(record + LADDER + side) | 0];
    const last = (words[(record + LEVELS + side) | 0] - 1) | 0;
    const index = this.ladderIndex(ladder, last + 1, keyOf(side, words[level]));
    const end = (ladder + (last << 1)) | 0;
    for (let at = (ladder + (index << 1)) | 0; at < end; at = (at + LADDER_WORDS) | 0) {
      words[at] = words[(at + 2) | 0];
      words[(at + 1) | 0] = words[(at + 3) | 0];
    }
    words[(record + LEVELS + side) | 0] = last;
    words[(level + LEVEL_CHAIN) | 0] = words[FREE_LEVEL];
    words[FREE_LEVEL] = level;
    words[LIVE_LEVELS] = (words[LIVE_LEVELS] - 1) | 0;
  }

  /**
   * Writes a side's best price cells if an operation has touched the best level.
   * @param touched the level it changed, or 0 if a level has gone
   */
  private publish(record: number, side: number, touched: number): void {
    const words = this.words;
    const levels = words[(record + LEVELS + side) | 0];
    let top = 0;
    let price = 0;
    let orders = 0;
    let shares = 0;
    if (levels !== 0) {
      top = words[(words[(record + LADDER + side) | 0] + (levels << 1) - 1) | 0];
      if (touched !== 0 && top !== touched) return;
      price = words[top];
      // A level other than the best has gone.
      if (touched === 0 && words[(record + BEST_PRICE + side) | 0] === price) return;
      orders = words[(top + LEVEL_ORDERS) | 0];
      shares = this.doubles[(top + LEVEL_SHARES) >> 1];
    }
    words[(record + BEST_PRICE + side) | 0] = price;
    words[(record + BEST_ORDERS + side) | 0] = orders;
    this.doubles[(((record + BEST_SHARES) >> 1) + side) | 0] = shares;
    this.change |= BEST_BID_CHANGED << side;
  }

  private outOfRange(): boolean {
    this.instrument = -1;
    this.change = 0;
    this.counters[BookCounter.badInstrument]++;
    return false;
  }

  /** The order stands on another instrument than the operation says: neither is to be trusted. */
  private mismatch(instrument: number, owner: number): boolean {
    this.suspect(owner, BookCounter.instrumentMismatch);
    this.mark(instrument, InstrumentStatus.suspect);
    return false;
  }

  private suspect(instrument: number, counter: number): boolean {
    return this.refuse(instrument, counter, InstrumentStatus.suspect);
  }

  private incomplete(instrument: number, counter: number): boolean {
    return this.refuse(instrument, counter, InstrumentStatus.incomplete);
  }

  private refuse(instrument: number, counter: number, bits: number): boolean {
    this.instrument = -1;
    this.change = 0;
    this.counters[counter]++;
    this.mark(instrument, bits);
    return false;
  }

  private mark(instrument: number, bits: number): void {
    const record = (this.instruments + (instrument << INSTRUMENT_BITS)) | 0;
    this.setStatusWord(instrument, this.words[(record + InstrumentWord.status) | 0] | bits);
  }

  private setStatusWord(instrument: number, status: number): void {
    const words = this.words;
    const record = (this.instruments + (instrument << INSTRUMENT_BITS)) | 0;
    if (words[(record + InstrumentWord.status) | 0] === status) return;
    const version = words[record];
    this.open(record, version);
    words[(record + InstrumentWord.status) | 0] = status;
    this.shut(record, version);
    this.instrument = instrument;
    this.change |= BookChange.status;
  }

  /** Replaces the status bits under `mask` (of {@link InstrumentStatus}) by `bits`; counts an instrument out of range. */
  setStatus(instrument: number, mask: number, bits: number): boolean {
    if (instrument >>> 0 >= this.maxInstruments) return this.outOfRange();
    this.instrument = -1;
    this.change = 0;
    const record = (this.instruments + (instrument << INSTRUMENT_BITS)) | 0;
    this.setStatusWord(instrument, (this.words[(record + InstrumentWord.status) | 0] & ~mask) | bits);
    return true;
  }

  /** Enters an instrument into the directory. `symbol…` are its first eight bytes, big-endian as on the wire. */
  list(instrument: number, symbolHigh: number, symbolLow: number, roundLot: number): boolean {
    if (instrument >>> 0 >= this.maxInstruments) return this.outOfRange();
    this.instrument = -1;
    this.change = 0;
    const words = this.words;
    const at = (this.directory + (instrument << DIRECTORY_BITS)) | 0;
    words[(at + DirectoryWord.symbol) | 0] = symbolHigh;
    words[(at + DirectoryWord.symbol + 1) | 0] = symbolLow;
    words[(at + DirectoryWord.roundLot) | 0] = roundLot;
    const record = (this.instruments + (instrument << INSTRUMENT_BITS)) | 0;
    this.setStatusWord(instrument, words[(record + InstrumentWord.status) | 0] | InstrumentStatus.listed);
    return true;
  }

  /** Keeps the venue's reason code (four ASCII bytes) of the last trading action. */
  setReason(instrument: number, reason: number): void {
    if (instrument >>> 0 >= this.maxInstruments) return;
    this.words[this.directory + (instrument << DIRECTORY_BITS) + DirectoryWord.reason] = reason;
  }

  /** Keeps the venue's code of the last event of its day. */
  setDayEvent(code: number): void {
    this.words[BookHeader.dayEvent] = code;
  }

  /** Whether {@link list} has been called for an instrument; true for one out of range, which is nothing to list. */
  isListed(instrument: number): boolean {
    if (instrument >>> 0 >= this.maxInstruments) return true;
    const record = (this.instruments + (instrument << INSTRUMENT_BITS)) | 0;
    return (this.words[(record + InstrumentWord.status) | 0] & InstrumentStatus.listed) !== 0;
  }

  /** Forgets symbols, trading states and the day's event, as when a venue numbers its instruments anew. */
  clearDirectory(): void {
    const words = this.words;
    words[BookHeader.dayEvent] = 0;
    for (let instrument = 0; instrument < this.maxInstruments; instrument++) {
      const status = this.instruments + (instrument << INSTRUMENT_BITS) + InstrumentWord.status;
      if (words[status] === 0) continue;
      const at = this.directory + (instrument << DIRECTORY_BITS);
      words.fill(0, at, at + DirectoryWord.words);
      this.setStatusWord(instrument, words[status] & (InstrumentStatus.suspect | InstrumentStatus.incomplete));
    }
    this.instrument = -1;
    this.change = 0;
  }

  /** Forgets every order, level and suspicion; directory and trading states stay. Counters stay. */
  reset(): void {
    const words = this.words;
    Atomics.add(words, BookHeader.generation, 1);
    for (let instrument = 0; instrument < this.maxInstruments; instrument++) {
      const record = this.instruments + (instrument << INSTRUMENT_BITS);
      const kept =
        words[(record + InstrumentWord.status) | 0] & ~(InstrumentStatus.suspect | InstrumentStatus.incomplete);
      if (
        words[(record + LADDER) | 0] === 0 &&
        words[(record + LADDER + 1) | 0] === 0 &&
        words[(record + InstrumentWord.status) | 0] === kept
      ) {
        continue; // never used: its page stays untouched
      }
      const version = words[record];
      this.open(record, version);
      words.fill(0, record + LADDER, record + InstrumentWord.words);
      words[(record + InstrumentWord.status) | 0] = kept;
      this.shut(record, version);
    }
    if (words[FRESH_ORDER] !== words[BookHeader.orders]) {
      words.fill(0, this.buckets, words[BookHeader.orders]);
    }
    words[FRESH_ORDER] = words[BookHeader.orders];
    words[FREE_ORDER] = 0;
    words[LIVE_ORDERS] = 0;
    words[FRESH_LEVEL] = words[BookHeader.levels];
    words[FREE_LEVEL] = 0;
    words[LIVE_LEVELS] = 0;
    words[BookHeader.freshLadder] = words[BookHeader.ladders];
    words.fill(0, BookHeader.freeLadder, BookHeader.freeLadder + LADDER_CLASSES);
    this.instrument = -1;
    this.change = 0;
  }
}

import {
  LuldAuctionCollar,
  MarketParticipantPosition,
  MwcbDeclineLevel,
  NetOrderImbalance,
  OperationalHalt,
  RegShoRestriction,
  RetailPriceImprovement,
  StockDirectory,
  SystemEvent,
} from '../venues/nasdaq/itch5-market.ts';
import { CrossTrade } from '../venues/nasdaq/itch5-orders.ts';
import { anyLimit, Halt, Market, opposite, SelfMatch } from './exchange/market.ts';
import { BookSide, type ExchangeBook, HOUSE } from './exchange-book.ts';
import type { FlowSource, SnapshotOutput } from './flow-source.ts';
import { ItchTape } from './itch-tape.ts';
import { Random } from './random.ts';
import { symbolName } from './symbols.ts';
import type { UnitStore } from './unit-store.ts';

export interface GeneratorOptions {
  readonly seed: number;
  readonly symbols: number;
  /** Mean rate, for the messages' own timestamps; nothing is paced here. */
  readonly messagesPerSecond: number;
  /** Live orders per symbol that the flow tends to. */
  readonly ordersPerSymbol?: number;
  /** The first order reference. */
  readonly firstReference?: number;
}

const MAX_SYMBOLS = 65_535;
const DEFAULT_ORDERS_PER_SYMBOL = 300;

const HOUR_NS = 3600e9;
/** When the venue's day begins: start of messages, of system hours, of market hours. Eastern time. */
const START_OF_MESSAGES_NS = 3 * HOUR_NS;
const START_OF_SYSTEM_HOURS_NS = 4 * HOUR_NS;
const START_OF_MARKET_HOURS_NS = 9.5 * HOUR_NS;

const YES = 89; // Y
const NO = 78; // N
const code = (letter: string): number => letter.charCodeAt(0);

/** Prices are in ten-thousandths of a dollar; one cent is the smallest step. */
const TICK4 = 100;
const LOWEST_PRICE_TICKS = 50;
const START_PRICE_TICKS = { lowest: 500, factor: 100 };
const MAX_PRICE4 = 2_000_000_000;
const ROUND_LOT = 100;

/** Orders per side and symbol before the market opens. */
const OPENING_ORDERS = 8;
/** Share of events that concern the symbol of the event before: trading comes in clusters. */
const CLUSTER = 0.45;
/** How steeply activity falls from the busiest symbol to the quietest (Zipf's exponent). */
const ACTIVITY_EXPONENT = 0.9;
/** Pull of the fair price back to its start, per event, so that a long run stays in range. */
const MEAN_REVERSION = 2e-5;
/** Success probability of the geometric distance of a new order from the best price, in ticks. */
const DISTANCE_SUCCESS = 0.22;
/** How strongly deletes, cancels and replaces prefer recent orders: mean distance from the newest. */
const RECENCY_SUCCESS = 0.05;
/** Share of new orders when the book is as full as it should be, and how much that gives way. */
const ADD_SHARE = { base: 0.47, slope: 0.25, lowest: 0.2, highest: 0.85 };
/** Shares of what is not a new order, cumulated; the remainder deletes. */
const REST = { replace: 0.13, cancel: 0.17, execute: 0.19, hidden: 0.207, atPrice: 0.211, rare: 0.2135 };
/** Share of new orders that name their market participant. */
const ATTRIBUTED = 0.025;
const MARKET_PARTICIPANTS = ['NITE', 'CDEL', 'GSCO', 'JPMS', 'VIRT', 'UBSS'];
/** Events that a halted symbol waits for before it trades again. */
const HALT_EVENTS = 200;
/** Most executions of one aggressive order. */
const MAX_SWEEP = 6;

interface Instrument {
  readonly locate: number;
  readonly name: string;
  readonly nameHi: number;
  readonly nameLo: number;
  readonly startTicks: number;
  /** Fair price, in ticks, fractional. */
  fair: number;
  /** Largest step of the fair price per event, in ticks. */
  readonly step: number;
  /** Events until trading resumes; 0 = trading. */
  haltedFor: number;
  restricted: boolean;
}

/**
 * A seeded, made-up trading day in ITCH 5.0: the start of day, then orders around a moving fair price, with books of
 * its own that are never crossed, so that every reference is valid and a snapshot can be taken after any unit.
 *
 * The same options give the same bytes, timestamps included: they come from a clock of the generator's own.
 */
export class ItchGenerator implements FlowSource {
  readonly stamped = false;
  readonly description: string;
  /** Where the flow trades; others may trade there too. */
  readonly market: Market;
  readonly book: ExchangeBook;
  finished = false;
  readonly #random: Random;
  readonly #instruments: Instrument[];
  /** Cumulated activity, to pick symbols by. */
  readonly #activity: Float64Array;
  readonly #ordersPerSymbol: number;
  readonly #spacingNs: number;
  readonly #tape: ItchTape;
  readonly #view: DataView;
  #store!: UnitStore;
  #opening: Generator<void> | undefined;
  #dayEvent = '';
  #last = 0;

  readonly #systemEvent = new SystemEvent();
  readonly #directory = new StockDirectory();
  readonly #regSho = new RegShoRestriction();
  readonly #participant = new MarketParticipantPosition();
  readonly #decline = new MwcbDeclineLevel();
  readonly #imbalance = new NetOrderImbalance();
  readonly #collar = new LuldAuctionCollar();
  readonly #halt = new OperationalHalt();
  readonly #retail = new RetailPriceImprovement();
  readonly #cross = new CrossTrade();

  constructor(options: GeneratorOptions) {
    if (!(options.symbols >= 1 && options.symbols <= MAX_SYMBOLS)) {
      throw new RangeError(`symbols must be 1 to ${MAX_SYMBOLS} (a stock locate has 16 bits), not ${options.symbols}`);
    }
    const random = new Random(options.seed);
    this.#random = random;
    this.description = `generator, seed ${options.seed}, ${options.symbols} symbols`;
    this.#ordersPerSymbol = options.ordersPerSymbol ?? DEFAULT_ORDERS_PER_SYMBOL;
    this.#spacingNs = 1e9 / options.messagesPerSecond;
    const name = new StockDirectory().begin(new DataView(new ArrayBuffer(StockDirectory.bytes)), 0);
    this.#instruments = Array.from({ length: options.symbols }, (_, index) => {
      name.stock = symbolName(index);
      const startTicks = Math.round(START_PRICE_TICKS.lowest * START_PRICE_TICKS.factor ** random.fraction());
      return {
        locate: index + 1,
        name: name.stock,
        nameHi: name.stockHi,
        nameLo: name.stockLo,
        startTicks,
        fair: startTicks + 0.5,
        step: Math.max(0.04, startTicks * 4e-6),
        haltedFor: 0,
        restricted: random.chance(0.02),
      };
    });
    let tape: ItchTape | undefined;
    this.market = new Market(options.symbols, {
      firstReference: options.firstReference,
      tape: (book) => {
        tape = new ItchTape(this.#instruments, book);
        return tape;
      },
    });
    this.market.open = false;
    this.book = this.market.book;
    this.#tape = tape!;
    this.#view = tape!.view;
    this.#tape.clockNs = START_OF_MESSAGES_NS;
    this.#tape.emit = this.#append;
    this.#activity = new Float64Array(options.symbols);
    let sum = 0;
    for (let i = 0; i < options.symbols; i++) {
      sum += 1 / (i + 1) ** ACTIVITY_EXPONENT;
      this.#activity[i] = sum;
    }
  }

  /** What is traded, by index. */
  get symbols(): readonly string[] {
    return this.#instruments.map(({ name }) => name);
  }

  /** The venue's clock: ns since midnight. */
  get clockNs(): number {
    return this.#tape.clockNs;
  }

  /** Others' orders are told in this store too, whose units so far the flow has produced. */
  attach(store: UnitStore): void {
    this.#store = store;
  }

  produce(store: UnitStore, units: number): number {
    this.#store = store;
    if (this.finished) return 0;
    const before = store.next;
    const target = before + units;
    if (this.#opening === undefined) this.#opening = this.#openTheDay();
    let open = true;
    while (store.next < target && open) open = this.#opening.next().done !== true;
    while (store.next < target) this.#event();
    return store.next - before;
  }

  produceUntil(): number {
    return 0;
  }

  close(store: UnitStore): void {
    if (this.finished) return;
    this.#store = store;
    this.finished = true;
    this.market.open = false;
    if (store.next === store.firstUnit) return;
    for (let i = 0; i < this.#instruments.length; i++) {
      const price4 = this.#referencePrice4(i);
      this.#writeCross(this.#instruments[i], price4, code('C'));
    }
    this.#writeSystemEvent('M');
    this.#writeSystemEvent('E');
    this.#writeSystemEvent('C');
  }

  writeSnapshot(output: SnapshotOutput): boolean {
    const tape = this.#tape;
    const saved = tape.emit;
    tape.emit = (length) => output(tape.bytes, 0, length);
    if (this.#dayEvent !== '') this.#fillSystemEvent(this.#dayEvent);
    for (const instrument of this.#instruments) this.#writeDirectory(instrument);
    for (const instrument of this.#instruments) {
      this.#tape.tradingState(instrument.locate - 1, this.#isHalted(instrument) ? 'H' : 'T', '');
      this.#writeRegSho(instrument);
    }
    for (let i = 0; i < this.#instruments.length; i++) {
      this.book.forEachOrder(i, (slot) => tape.added(slot));
    }
    tape.emit = saved;
    return true;
  }

  /** A message goes into the store. */
  readonly #append = (length: number): void => {
    this.#store.append(this.#tape.bytes, 0, length);
  };

  /** Sends the message in the tape's bytes on its way: into the store, or into a snapshot. */
  #emit(length: number): void {
    this.#tape.emit(length);
  }

  // The day before continuous trading: a generator function, so that it can be paced like the rest.
  *#openTheDay(): Generator<void> {
    this.#writeSystemEvent('O');
    yield;
    const decline = this.#decline.begin(this.#view, 0);
    decline.timestampNs = this.#tape.clockNs;
    decline.level18 = 5_000e8;
    decline.level28 = 4_700e8;
    decline.level38 = 4_300e8;
    this.#emit(MwcbDeclineLevel.bytes);
    yield;
    for (const instrument of this.#instruments) {
      this.#tick();
      this.#writeDirectory(instrument);
      yield;
      this.#tape.tradingState(instrument.locate - 1, 'T', '');
      yield;
      this.#writeRegSho(instrument);
      yield;
      const participant = this.#participant.begin(this.#view, 0);
      participant.locate = instrument.locate;
      participant.timestampNs = this.#tape.clockNs;
      participant.mpid = MARKET_PARTICIPANTS[instrument.locate % MARKET_PARTICIPANTS.length];
      participant.stockHi = instrument.nameHi;
      participant.stockLo = instrument.nameLo;
      participant.primaryMarketMaker = YES;
      participant.marketMakerMode = code('N');
      participant.participantState = code('A');
      this.#emit(MarketParticipantPosition.bytes);
      yield;
    }
    this.#tape.clockNs = START_OF_SYSTEM_HOURS_NS;
    this.#writeSystemEvent('S');
    this.market.open = true;
    yield;
    for (let round = 0; round < OPENING_ORDERS * 2; round++) {
      for (let i = 0; i < this.#instruments.length; i++) {
        this.#tick();
        this.#addOrder(i);
        yield;
      }
    }
    for (let i = 0; i < this.#instruments.length; i++) {
      this.#tick();
      this.#writeImbalance(i, 'O');
      yield;
    }
    this.#tape.clockNs = START_OF_MARKET_HOURS_NS;
    this.#writeSystemEvent('Q');
    yield;
    for (let i = 0; i < this.#instruments.length; i++) {
      this.#tick();
      this.#writeCross(this.#instruments[i], this.#referencePrice4(i), code('O'));
      yield;
    }
  }

  /** One event of continuous trading: one message, or the executions of one aggressive order. */
  #event(): void {
    this.#tick();
    const random = this.#random;
    if (!random.chance(CLUSTER)) this.#last = this.#pickInstrument();
    const index = this.#last;
    const instrument = this.#instruments[index];
    const book = this.book;
    instrument.fair +=
      (random.fraction() + random.fraction() - 1) * instrument.step +
      (instrument.startTicks - instrument.fair) * MEAN_REVERSION;
    if (instrument.fair < LOWEST_PRICE_TICKS) instrument.fair = LOWEST_PRICE_TICKS;
    if (this.market.halted[index] !== 0) {
      if (this.#resumes(index)) this.market.setHalted(index, Halt.none);
      else if (random.chance(ADD_SHARE.base)) this.#addOrder(index);
      else this.#deleteOrder(index);
      return;
    }
    const fair4 = instrument.fair * TICK4;
    const bid4 = book.best(index, BookSide.buy);
    const ask4 = book.best(index, BookSide.sell);
    if (ask4 !== 0 && fair4 > ask4) {
      this.#sweep(index, BookSide.sell);
      return;
    }
    if (fair4 < bid4) {
      this.#sweep(index, BookSide.buy);
      return;
    }
    const live = book.ordersOf(index);
    const fullness = (this.#ordersPerSymbol - live) / this.#ordersPerSymbol;
    const addShare = Math.min(
      ADD_SHARE.highest,
      Math.max(ADD_SHARE.lowest, ADD_SHARE.base + ADD_SHARE.slope * fullness),
    );
    if (live === 0 || random.chance(addShare)) {
      this.#addOrder(index);
      return;
    }
    const what = random.fraction();
    if (what < REST.replace) this.#replaceOrder(index);
    else if (what < REST.cancel) this.#cancelOrder(index);
    else if (what < REST.execute) this.#sweep(index, random.below(2) as BookSide);
    else if (what < REST.hidden) this.#hiddenTrade(index, bid4, ask4);
    else if (what < REST.atPrice) this.#executeAtPrice(index, bid4, ask4);
    else if (what < REST.rare) this.#rareMessage(index);
    else this.#deleteOrder(index);
  }

  #isHalted(instrument: Instrument): boolean {
    return this.market.halted[instrument.locate - 1] !== 0;
  }

  /** Counts a halt of the flow's own down. @returns true where trading begins again */
  #resumes(index: number): boolean {
    return this.market.halted[index] === Halt.flow && --this.#instruments[index].haltedFor === 0;
  }

  #tick(): void {
    this.#tape.clockNs += 1 + Math.floor(this.#random.exponential(this.#spacingNs));
    this.#tape.tracking = (this.#tape.tracking + 2) & 0xffff;
  }

  #pickInstrument(): number {
    const activity = this.#activity;
    const mark = this.#random.fraction() * activity[activity.length - 1];
    let low = 0;
    let high = activity.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (activity[middle] <= mark) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** A live order of an instrument, recent ones preferred; -1 if it has none. */
  #pickOrder(index: number): number {
    const live = this.book.ordersOf(index);
    if (live === 0) return -1;
    const back = this.#random.geometric(RECENCY_SUCCESS);
    return this.book.orderAt(index, back < live ? live - 1 - back : this.#random.below(live));
  }

  #nextReference(): number {
    const reference = this.market.nextReference;
    this.market.nextReference += 1 + this.#random.below(3);
    return reference;
  }

  #shares(): number {
    const random = this.#random;
    if (random.chance(0.35)) return 1 + random.below(ROUND_LOT);
    return ROUND_LOT * (1 + Math.min(50, random.geometric(0.45)));
  }

  /** A price for a new order on a side that never reaches the other side's best. */
  #price4(index: number, side: BookSide): number {
    const fair = this.#instruments[index].fair;
    const distance = this.#random.geometric(DISTANCE_SUCCESS);
    if (side === BookSide.buy) {
      const ask4 = this.book.best(index, BookSide.sell);
      const price4 = (Math.floor(fair) - distance) * TICK4;
      return Math.max(TICK4, ask4 === 0 ? price4 : Math.min(price4, ask4 - TICK4));
    }
    const bid4 = this.book.best(index, BookSide.buy);
    const price4 = (Math.ceil(fair) + distance) * TICK4;
    return Math.min(MAX_PRICE4, Math.max(price4, bid4 + TICK4));
  }

  #addOrder(index: number): void {
    const random = this.#random;
    let side = random.below(2) as BookSide;
    // An empty side is filled first, or an instrument could be left one-sided for long.
    if (this.book.best(index, (1 - side) as BookSide) === 0) side = (1 - side) as BookSide;
    const attribution = random.chance(ATTRIBUTED) ? this.#attribution(random.below(MARKET_PARTICIPANTS.length)) : 0;
    // With an ask at the lowest price there is no room for a bid beneath it.
    if (side === BookSide.buy && this.book.best(index, BookSide.sell) === TICK4) side = BookSide.sell;
    const price4 = this.#price4(index, side);
    const shares = this.market.meetHidden(index, side, price4, this.#shares());
    const reference = this.#nextReference();
    if (shares > 0) this.market.rest(index, side, price4, shares, reference, attribution, HOUSE, true);
  }

  #attribution(participant: number): number {
    const name = MARKET_PARTICIPANTS[participant];
    return (name.charCodeAt(0) << 24) | (name.charCodeAt(1) << 16) | (name.charCodeAt(2) << 8) | name.charCodeAt(3);
  }

  #deleteOrder(index: number): void {
    const slot = this.#pickOrder(index);
    if (slot < 0) {
      this.#addOrder(index);
      return;
    }
    this.market.reduce(slot, this.book.sharesOf(slot), true);
  }

  #cancelOrder(index: number): void {
    const slot = this.#pickOrder(index);
    const shares = slot < 0 ? 0 : this.book.sharesOf(slot);
    if (shares < 2) {
      this.#deleteOrder(index);
      return;
    }
    this.market.reduce(slot, 1 + this.#random.below(shares - 1), true);
  }

  #replaceOrder(index: number): void {
    const slot = this.#pickOrder(index);
    if (slot < 0) {
      this.#addOrder(index);
      return;
    }
    const { book, market } = this;
    const side = book.sideOf(slot);
    const attribution = book.attributionOf(slot);
    const shares = this.#random.chance(0.5) ? book.sharesOf(slot) : this.#shares();
    const price4 = this.#price4(index, side);
    const reference = this.#nextReference();
    if (!market.crossesHidden(index, side, price4)) {
      market.replaceDisplayed(slot, price4, shares, reference, attribution);
      return;
    }
    market.reduce(slot, book.sharesOf(slot), true);
    const left = market.meetHidden(index, side, price4, shares);
    if (left > 0) market.rest(index, side, price4, left, reference, attribution, HOUSE, true);
  }

  /** An aggressive order takes what stands first on a side, up to a few orders. */
  #sweep(index: number, side: BookSide): void {
    this.market.take(index, opposite(side), anyLimit(opposite(side)), this.#shares(), HOUSE, SelfMatch.off, MAX_SWEEP);
    if (this.market.executions === 0) this.#addOrder(index);
  }

  #executeAtPrice(index: number, bid4: number, ask4: number): void {
    const side = this.#random.below(2) as BookSide;
    const slot = this.book.front(index, side);
    if (slot < 0) {
      this.#addOrder(index);
      return;
    }
    const shares = Math.min(this.#shares(), this.book.sharesOf(slot));
    const printable = this.#random.chance(0.7);
    this.market.executeAt(slot, shares, this.#midPrice4(index, bid4, ask4), printable);
  }

  /** A trade against an order that was never displayed: it leaves the book as it is. */
  #hiddenTrade(index: number, bid4: number, ask4: number): void {
    const price4 = this.#midPrice4(index, bid4, ask4);
    this.#tape.traded(index, this.#shares(), price4, this.market.nextMatch++);
  }

  /** What comes a few times a day and must not surprise a reader. */
  #rareMessage(index: number): void {
    const instrument = this.#instruments[index];
    switch (this.#random.below(7)) {
      case 0:
        instrument.haltedFor = HALT_EVENTS;
        this.market.setHalted(index, Halt.flow);
        return;
      case 1:
        instrument.restricted = !instrument.restricted;
        this.#writeRegSho(instrument);
        return;
      case 2: {
        const message = this.#retail.begin(this.#view, 0);
        message.locate = instrument.locate;
        message.tracking = this.#tape.tracking;
        message.timestampNs = this.#tape.clockNs;
        message.stockHi = instrument.nameHi;
        message.stockLo = instrument.nameLo;
        message.interestFlag = code('BSAN'[this.#random.below(4)]);
        this.#emit(RetailPriceImprovement.bytes);
        return;
      }
      case 3: {
        const { nextMatch } = this.market;
        if (nextMatch === 1) break;
        const match = Math.max(1, nextMatch - 1 - this.#random.below(100));
        // A trade of somebody else's is broken by the venue's operator alone: he tells both sides of it.
        if (this.market.isHouseMatch(match)) this.#tape.broken(index, match);
        return;
      }
      case 4: {
        const reference4 = this.#referencePrice4(index);
        const message = this.#collar.begin(this.#view, 0);
        message.locate = instrument.locate;
        message.tracking = this.#tape.tracking;
        message.timestampNs = this.#tape.clockNs;
        message.stockHi = instrument.nameHi;
        message.stockLo = instrument.nameLo;
        message.referencePrice4 = reference4;
        message.upperPrice4 = Math.round(reference4 * 1.05);
        message.lowerPrice4 = Math.round(reference4 * 0.95);
        this.#emit(LuldAuctionCollar.bytes);
        return;
      }
      case 5: {
        const message = this.#halt.begin(this.#view, 0);
        message.locate = instrument.locate;
        message.tracking = this.#tape.tracking;
        message.timestampNs = this.#tape.clockNs;
        message.stockHi = instrument.nameHi;
        message.stockLo = instrument.nameLo;
        message.marketCode = code('Q');
        message.action = code('T');
        this.#emit(OperationalHalt.bytes);
        return;
      }
    }
    this.#writeImbalance(index, 'C');
  }

  #midPrice4(index: number, bid4: number, ask4: number): number {
    if (bid4 !== 0 && ask4 !== 0) return (bid4 + ask4) >> 1;
    return bid4 + ask4 !== 0 ? bid4 + ask4 : this.#referencePrice4(index);
  }

  #referencePrice4(index: number): number {
    return Math.round(this.#instruments[index].fair) * TICK4;
  }

  #writeSystemEvent(event: string): void {
    this.#tick();
    this.#dayEvent = event;
    this.#fillSystemEvent(event);
  }

  #fillSystemEvent(event: string): void {
    const message = this.#systemEvent.begin(this.#view, 0);
    message.timestampNs = this.#tape.clockNs;
    message.eventCode = code(event);
    this.#emit(SystemEvent.bytes);
  }

  #writeDirectory(instrument: Instrument): void {
    const message = this.#directory.begin(this.#view, 0);
    message.locate = instrument.locate;
    message.timestampNs = this.#tape.clockNs;
    message.stockHi = instrument.nameHi;
    message.stockLo = instrument.nameLo;
    message.marketCategory = code('Q');
    message.financialStatus = code('N');
    message.roundLotSize = ROUND_LOT;
    message.roundLotsOnly = NO;
    message.issueClassification = code('C');
    message.issueSubtype = 'Z';
    message.authenticity = code('T');
    message.shortSaleThreshold = NO;
    message.ipoFlag = NO;
    message.luldTier = code('1');
    message.etpFlag = NO;
    message.inverseIndicator = NO;
    this.#emit(StockDirectory.bytes);
  }

  #writeRegSho(instrument: Instrument): void {
    const message = this.#regSho.begin(this.#view, 0);
    message.locate = instrument.locate;
    message.tracking = this.#tape.tracking;
    message.timestampNs = this.#tape.clockNs;
    message.stockHi = instrument.nameHi;
    message.stockLo = instrument.nameLo;
    message.action = code(instrument.restricted ? '1' : '0');
    this.#emit(RegShoRestriction.bytes);
  }

  #writeImbalance(index: number, crossType: string): void {
    const instrument = this.#instruments[index];
    const price4 = this.#referencePrice4(index);
    const message = this.#imbalance.begin(this.#view, 0);
    message.locate = instrument.locate;
    message.tracking = this.#tape.tracking;
    message.timestampNs = this.#tape.clockNs;
    message.pairedShares = this.#random.below(100_000);
    message.imbalanceShares = this.#random.below(20_000);
    message.imbalanceDirection = code('BSN'[this.#random.below(3)]);
    message.stockHi = instrument.nameHi;
    message.stockLo = instrument.nameLo;
    message.farPrice4 = price4;
    message.nearPrice4 = price4;
    message.referencePrice4 = price4;
    message.crossType = code(crossType);
    message.priceVariation = code('L');
    this.#emit(NetOrderImbalance.bytes);
  }

  #writeCross(instrument: Instrument, price4: number, crossType: number): void {
    const message = this.#cross.begin(this.#view, 0);
    message.locate = instrument.locate;
    message.tracking = this.#tape.tracking;
    message.timestampNs = this.#tape.clockNs;
    message.shares = this.#random.below(1_000_000);
    message.stockHi = instrument.nameHi;
    message.stockLo = instrument.nameLo;
    message.crossPrice4 = price4;
    message.matchNumber = this.market.nextMatch++;
    message.crossType = crossType;
    this.#emit(CrossTrade.bytes);
  }
}

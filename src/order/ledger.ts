import { storeBeforeStores, storeRelease } from '../ring/memory-order.ts';
import { type Exposure, MarginCell } from './exposure.ts';
import { FillField } from './fill-layout.ts';
import type { FillTable } from './fill-table.ts';
import { Incident } from './incidents.ts';
import { LedgerCells } from './ledger-cells.ts';
import { ChainField, LedgerHeader, PositionCell, TotalCell } from './ledger-layout.ts';
import { createLedgerMemory, type LedgerShape } from './ledger-shape.ts';
import { type MarginModel, marginInput, marginOutput } from './margin.ts';
import { SlotField, SlotTime } from './order-layout.ts';
import type { OrderStore } from './order-store.ts';
import { tradeBase, tradeRow } from './position-row.ts';
import { OrderFlag, OrderState, Side } from './terms.ts';
import { findWorst, Worst, worst } from './worst-case.ts';

export interface LedgerOptions {
  /** Venue of each port. */
  readonly venueOfPort: readonly number[];
  /** Ports whose replaces state what is to remain (`replaceShares: 'remaining'`). Default: none. */
  readonly remainingPorts?: readonly number[];
  readonly margin: MarginModel;
}

// Local names: the compiler folds constants of its own module into the code, but loads imported ones each time.
const FILLED = OrderState.filled;
const UNKNOWN = OrderFlag.unknown;
const BLIND = OrderFlag.blind;
const BUY = Side.buy;
const S_STATE = SlotField.state;
const S_FLAGS = SlotField.flags;
const S_SIDE = SlotField.side;
const S_PORT = SlotField.port;
const S_ACCOUNT = SlotField.account;
const S_STRATEGY = SlotField.strategy;
const S_INSTRUMENT = SlotField.instrument;
const S_RESERVED_SHARES = SlotField.reservedShares;
const S_RESERVED_PRICE = SlotField.reservedPrice4;
const S_REFLECTED_FLAGS = SlotField.reflectedFlags;
const S_RESERVED_VALUE = SlotTime.reservedValue4;
const POSITION = PositionCell.position;
const OPEN_SHARES = PositionCell.openBuyShares;
const OPEN_VALUE = PositionCell.openBuyValue4;
const SELL_VALUE = PositionCell.openSellValue4;
const COST = PositionCell.cost4;
const REALISED = PositionCell.realised4;
const OPEN_ORDERS = PositionCell.openOrders;
const DAY_SHARES = PositionCell.boughtShares;
const DAY_VALUE = PositionCell.boughtValue4;
const BASE = PositionCell.basePosition;
const VALUE = PositionCell.value4;
const T_OPEN_ORDERS = TotalCell.openOrders;
const T_OPEN_VALUE = TotalCell.openBuyValue4;
const T_GROSS = TotalCell.grossValue4;
const T_NET = TotalCell.netValue4;
const T_CASH = TotalCell.cash4;
const T_REALISED = TotalCell.realised4;
const T_COST = TotalCell.cost4;
const T_UNKNOWN = TotalCell.unknownOrders;
const T_BLIND = TotalCell.blindOrders;
const T_MARGIN = TotalCell.marginUsed4;
const T_BASE_CASH = TotalCell.baseCash4;
const T_DAY_VALUE = TotalCell.boughtValue4;
const T_ORDERS = TotalCell.orders;
const C_FIRST = ChainField.first;
const C_LAST = ChainField.last;
const C_CUT = ChainField.cut;
const F_SLOT = FillField.slot;
const F_SHARES = FillField.shares;
const F_PRICE = FillField.price4;
const F_NEXT = FillField.nextOfGlobal;
const VERSION = LedgerHeader.version;
const WORST_SHARES = Worst.shares;
const WORST_PRICE = Worst.price4;
const WORST_VALUE = Worst.value4;
const EXACT = Number.MAX_SAFE_INTEGER;

/** Which of the four owners of an order: their chains through the fills stand in this order. */
const GLOBAL = 0;
const VENUE = 1;
const ACCOUNT = 2;
const STRATEGY = 3;
const ROLES = 4;

/** Scratch cells: what a row held before a change, and what is added. */
const REALISED_BEFORE = 0;
const COST_BEFORE = 1;
const ADDED_VALUE = 2;
const SCRATCH_CELLS = 3;

/**
 * Positions, P&L, exposure and margin of everybody who has them, as a function of the orders, their fills and the marks:
 * {@link reflect} after each change of an order, {@link book} and {@link amend} for each execution, {@link mark} for each
 * price. All sums are of integers, so they can't drift, and the order of changes leaves no trace in them.
 */
export class Ledger extends LedgerCells implements Exposure {
  readonly margin = new Float64Array(MarginCell.cells);
  private readonly store: OrderStore;
  private readonly fills: FillTable;
  private readonly model: MarginModel;
  private readonly venueOfPort: Int32Array;
  private readonly remaining: Int32Array;
  private readonly scratch = new Float64Array(SCRATCH_CELLS);

  /** Memory for a ledger of that shape under that margin model. */
  static memoryFor(shape: LedgerShape, margin: MarginModel): SharedArrayBuffer {
    return createLedgerMemory(shape, margin.cells(shape.accounts, shape.instruments));
  }

  /** @param memory made by {@link memoryFor}, for the same margin model */
  constructor(memory: SharedArrayBuffer, store: OrderStore, fills: FillTable, options: LedgerOptions) {
    super(memory);
    this.store = store;
    this.fills = fills;
    this.model = options.margin;
    this.venueOfPort = new Int32Array(store.ports);
    this.remaining = new Int32Array(store.ports);
    for (let port = 0; port < store.ports; port++) {
      const venue = options.venueOfPort[port];
      if (!(venue >= 0 && venue < this.venues)) throw new RangeError(`ledger: port ${port} has no venue`);
      this.venueOfPort[port] = venue;
    }
    for (const port of options.remainingPorts ?? []) this.remaining[port] = 1;
    this.model.bind(this.cells, this.marginCells, this.accounts, this.instruments);
  }

  /** An order was entered: counted once. */
  entered(slot: number): void {
    for (let role = GLOBAL; role < ROLES; role++) this.cells[this.totalOf(this.ownerOf(slot, role)) + T_ORDERS]++;
  }

  /**
   * Holds what the order can still do at worst: its open shares; with a replace under way the larger leg; unknown and
   * blind ones in full, since nothing that the venue has not said makes an order smaller; 0 once done.
   */
  reflect(slot: number): void {
    const { int32, float64 } = this.store;
    const base = this.store.base(slot);
    const half = base >> 1;
    const flags = int32[base + S_FLAGS];
    const done = int32[base + S_STATE] >= FILLED;
    const shownFlags = done ? 0 : flags & (UNKNOWN | BLIND);
    if (done) worst.fill(0);
    else findWorst(int32, base, this.remaining[int32[base + S_PORT]]);
    const shares = worst[WORST_SHARES];
    const price4 = worst[WORST_PRICE];
    const value4 = worst[WORST_VALUE];
    const addedShares = shares - int32[base + S_RESERVED_SHARES];
    const addedValue4 = value4 - float64[half + S_RESERVED_VALUE];
    const flagsBefore = int32[base + S_REFLECTED_FLAGS];
    if (addedShares === 0 && addedValue4 === 0 && shownFlags === flagsBefore) return;
    const opened = (shares > 0 ? 1 : 0) - (int32[base + S_RESERVED_SHARES] > 0 ? 1 : 0);
    int32[base + S_RESERVED_SHARES] = shares;
    int32[base + S_RESERVED_PRICE] = shares === 0 ? 0 : price4;
    float64[half + S_RESERVED_VALUE] = value4;
    int32[base + S_REFLECTED_FLAGS] = shownFlags;
    this.scratch[ADDED_VALUE] = addedValue4;
    const unknown = ((shownFlags & UNKNOWN) !== 0 ? 1 : 0) - ((flagsBefore & UNKNOWN) !== 0 ? 1 : 0);
    const blind = ((shownFlags & BLIND) !== 0 ? 1 : 0) - ((flagsBefore & BLIND) !== 0 ? 1 : 0);
    const instrument = int32[base + S_INSTRUMENT];
    const side = int32[base + S_SIDE] === BUY ? 0 : 1;
    this.begin();
    for (let role = GLOBAL; role < ROLES; role++) {
      this.hold(this.ownerOf(slot, role), instrument, side, addedShares, opened, unknown, blind);
    }
    this.requireMargin(int32[base + S_ACCOUNT], instrument);
    this.checkExact();
    this.end();
  }

  /** Books an execution: a fill of the table that has shares and has not been booked. */
  book(fill: number): void {
    const slot = this.fills.int32[this.fills.base(fill) + F_SLOT];
    this.begin();
    for (let role = GLOBAL; role < ROLES; role++) {
      this.append(slot, role, fill);
      this.trade(slot, role, this.signed(slot, fill), this.fills.int32[this.fills.base(fill) + F_PRICE]);
    }
    this.settle(slot);
  }

  /** Books an execution that the fill table has no room for: it goes into the rows' bases. */
  bookUnlisted(slot: number, shares: number, price4: number): void {
    const instrument = this.store.int32[this.store.base(slot) + S_INSTRUMENT];
    const signedShares = this.isBuy(slot) ? shares : -shares;
    this.begin();
    for (let role = GLOBAL; role < ROLES; role++) {
      const owner = this.ownerOf(slot, role);
      tradeBase(this.cells, this.row(owner, instrument), signedShares, price4);
      this.rebuild(owner, role, instrument);
      this.countTrade(owner, instrument, role, signedShares, shares, price4);
    }
    this.settle(slot);
  }

  /**
   * An execution counts otherwise from now on: writes shares and price to the fill and computes the positions that it is
   * part of as though it had always been so. Cold: walks those positions' fills.
   * @param shares 0 = broken
   */
  amend(fill: number, shares: number, price4: number): void {
    const { int32 } = this.fills;
    const base = this.fills.base(fill);
    const slot = int32[base + F_SLOT];
    const sharesBefore = int32[base + F_SHARES];
    const priceBefore = int32[base + F_PRICE];
    const instrument = this.store.int32[this.store.base(slot) + S_INSTRUMENT];
    const sign = this.isBuy(slot) ? 1 : -1;
    int32[base + F_SHARES] = shares;
    int32[base + F_PRICE] = price4;
    this.begin();
    for (let role = GLOBAL; role < ROLES; role++) {
      const owner = this.ownerOf(slot, role);
      if (fill < this.int32[this.chain(owner, instrument) + C_CUT]) {
        // The row's base was stated after this fill and contains it: trade back what it was, then what it is.
        const row = this.row(owner, instrument);
        if (sharesBefore !== 0) tradeBase(this.cells, row, -sign * sharesBefore, priceBefore);
        if (shares !== 0) tradeBase(this.cells, row, sign * shares, price4);
      }
      this.rebuild(owner, role, instrument);
      this.countTrade(owner, instrument, role, sign, -sharesBefore, priceBefore);
      this.countTrade(owner, instrument, role, sign, shares, price4);
    }
    this.settle(slot);
  }

  /**
   * States a position: at the start of the day, or by an operator. With strategy -1 of the account as a whole, by which
   * the global row changes as much; else what is held to be the strategy's of it, which changes nothing else: costs of
   * strategies need not add up to the account's, for each has its own average. Cold.
   */
  setPosition(
    account: number,
    strategy: number,
    instrument: number,
    shares: number,
    cost4: number,
    realised4: number,
  ): void {
    const accountOwner = this.firstAccount + account;
    const owner = strategy < 0 ? accountOwner : this.firstStrategy + strategy;
    const row = this.row(owner, instrument);
    const moreShares = shares - this.cells[row + POSITION];
    const moreCost4 = cost4 - this.cells[row + COST];
    const moreRealised4 = realised4 - this.cells[row + REALISED];
    this.begin();
    this.shift(owner, instrument, moreShares, moreCost4, moreRealised4);
    if (owner === accountOwner) {
      this.shift(0, instrument, moreShares, moreCost4, moreRealised4);
      this.requireMargin(account, instrument);
    }
    this.checkExact();
    this.end();
  }

  /** Cash that an account begins the day with. Cold. */
  setBalance(account: number, cash4: number): void {
    const total = this.totalOf(this.firstAccount + account);
    this.begin();
    this.cells[total + T_CASH] += cash4 - this.cells[total + T_BASE_CASH];
    this.cells[total + T_BASE_CASH] = cash4;
    this.end();
  }

  /** What a share is worth from now on; 0 = not known: positions then count at cost. */
  mark(instrument: number, price4: number): void {
    const cell = this.markCell(instrument);
    if (this.cells[cell] === price4) return;
    this.begin();
    this.cells[cell] = price4;
    for (let owner = 0; owner < this.owners; owner++) {
      this.revalue(owner, instrument);
      const account = owner - this.firstAccount;
      if (account >= 0 && account < this.accounts) this.requireMargin(account, instrument);
    }
    this.checkExact();
    this.end();
  }

  probeMargin(account: number, instrument: number, side: number, moreShares: number, price4: number): void {
    const row = this.ofAccount(account, instrument);
    const { cells } = this;
    const more = moreShares * price4;
    marginInput[0] = cells[row + VALUE] - cells[row + SELL_VALUE] - (side === BUY ? 0 : more);
    marginInput[1] = cells[row + VALUE] + cells[row + OPEN_VALUE] + (side === BUY ? more : 0);
    this.model.require(account, instrument, false);
    const total = this.totalOf(this.firstAccount + account);
    this.margin[MarginCell.needed4] = marginOutput[0];
    this.margin[MarginCell.equity4] = cells[total + T_CASH] + cells[total + T_NET];
  }

  private ownerOf(slot: number, role: number): number {
    const { int32 } = this.store;
    const base = this.store.base(slot);
    if (role === VENUE) return (this.firstVenue + this.venueOfPort[int32[base + S_PORT]]) | 0;
    if (role === ACCOUNT) return (this.firstAccount + int32[base + S_ACCOUNT]) | 0;
    return role === STRATEGY ? (this.firstStrategy + int32[base + S_STRATEGY]) | 0 : 0;
  }

  private isBuy(slot: number): boolean {
    return this.store.int32[this.store.base(slot) + S_SIDE] === BUY;
  }

  private signed(slot: number, fill: number): number {
    const shares = this.fills.int32[this.fills.base(fill) + F_SHARES];
    return this.isBuy(slot) ? shares : -shares;
  }

  /** Adds to what an owner's orders may still do; the value stands in {@link scratch}. */
  private hold(
    owner: number,
    instrument: number,
    side: number,
    addedShares: number,
    opened: number,
    unknown: number,
    blind: number,
  ): void {
    const { cells } = this;
    const row = this.row(owner, instrument);
    const total = this.totalOf(owner);
    const addedValue4 = this.scratch[ADDED_VALUE];
    cells[row + OPEN_SHARES + side] += addedShares;
    cells[row + OPEN_VALUE + side] += addedValue4;
    cells[row + OPEN_ORDERS] += opened;
    cells[total + T_OPEN_ORDERS] += opened;
    cells[total + T_OPEN_VALUE + side] += addedValue4;
    cells[total + T_UNKNOWN] += unknown;
    cells[total + T_BLIND] += blind;
  }

  /** Puts a fill at the end of the chain of one of its rows. */
  private append(slot: number, role: number, fill: number): void {
    const instrument = this.store.int32[this.store.base(slot) + S_INSTRUMENT];
    const chain = this.chain(this.ownerOf(slot, role), instrument);
    const last = this.int32[chain + C_LAST];
    if (last === 0) this.int32[chain + C_FIRST] = fill + 1;
    else this.fills.int32[this.fills.base(last - 1) + F_NEXT + role] = fill + 1;
    this.int32[chain + C_LAST] = fill + 1;
  }

  private trade(slot: number, role: number, signedShares: number, price4: number): void {
    const instrument = this.store.int32[this.store.base(slot) + S_INSTRUMENT];
    const owner = this.ownerOf(slot, role);
    const row = this.row(owner, instrument);
    this.remember(row);
    tradeRow(this.cells, row, signedShares, price4);
    this.retotal(owner, instrument);
    const shares = signedShares < 0 ? -signedShares : signedShares;
    this.countTrade(owner, instrument, role, signedShares, shares, price4);
  }

  /** Adds shares (negative: takes off) of a trade on the side of `sign` to the day's sums, and moves the cash. */
  private countTrade(
    owner: number,
    instrument: number,
    role: number,
    sign: number,
    shares: number,
    price4: number,
  ): void {
    const { cells } = this;
    const row = this.row(owner, instrument);
    const total = this.totalOf(owner);
    const side = sign > 0 ? 0 : 1;
    const value4 = shares * price4;
    cells[row + DAY_SHARES + side] += shares;
    cells[row + DAY_VALUE + side] += value4;
    cells[total + T_DAY_VALUE + side] += value4;
    if (role === ACCOUNT) cells[total + T_CASH] += side === 0 ? -value4 : value4;
  }

  /** Computes a row from its base and its fills. */
  private rebuild(owner: number, role: number, instrument: number): void {
    const { cells, fills } = this;
    const row = this.row(owner, instrument);
    this.remember(row);
    cells[row + POSITION] = cells[row + BASE];
    cells[row + COST] = cells[row + BASE + 1];
    cells[row + REALISED] = cells[row + BASE + 2];
    let link = this.int32[this.chain(owner, instrument) + C_FIRST];
    while (link !== 0) {
      const base = fills.base(link - 1);
      const signedShares = this.signed(fills.int32[base + F_SLOT], link - 1);
      if (signedShares !== 0) tradeRow(cells, row, signedShares, fills.int32[base + F_PRICE]);
      link = fills.int32[base + F_NEXT + role];
    }
    this.retotal(owner, instrument);
  }

  /** Moves a row to another place and makes that the base of its fills to come. */
  private shift(owner: number, instrument: number, shares: number, cost4: number, realised4: number): void {
    const { cells } = this;
    const row = this.row(owner, instrument);
    this.remember(row);
    cells[row + POSITION] += shares;
    cells[row + COST] += cost4;
    cells[row + REALISED] += realised4;
    cells[row + BASE] = cells[row + POSITION];
    cells[row + BASE + 1] = cells[row + COST];
    cells[row + BASE + 2] = cells[row + REALISED];
    const chain = this.chain(owner, instrument);
    this.int32[chain + C_FIRST] = 0;
    this.int32[chain + C_LAST] = 0;
    this.int32[chain + C_CUT] = this.fills.count;
    this.retotal(owner, instrument);
  }

  /** Keeps what the totals hold of a row that is about to change. */
  private remember(row: number): void {
    this.scratch[REALISED_BEFORE] = this.cells[row + REALISED];
    this.scratch[COST_BEFORE] = this.cells[row + COST];
  }

  private retotal(owner: number, instrument: number): void {
    const { cells, scratch } = this;
    const row = this.row(owner, instrument);
    const total = this.totalOf(owner);
    cells[total + T_REALISED] += cells[row + REALISED] - scratch[REALISED_BEFORE];
    cells[total + T_COST] += cells[row + COST] - scratch[COST_BEFORE];
    this.revalue(owner, instrument);
  }

  private revalue(owner: number, instrument: number): void {
    const { cells } = this;
    const row = this.row(owner, instrument);
    const mark4 = cells[this.markCell(instrument)];
    const value4 = mark4 === 0 ? cells[row + COST] : cells[row + POSITION] * mark4;
    const before = cells[row + VALUE];
    if (value4 === before) return;
    cells[row + VALUE] = value4;
    const total = this.totalOf(owner);
    cells[total + T_NET] += value4 - before;
    const gross = (value4 < 0 ? -value4 : value4) - (before < 0 ? -before : before);
    // Firm-wide, gross is the sum over accounts: one account's long is no cover for another's short.
    if (owner !== 0) cells[total + T_GROSS] += gross;
    if (owner >= this.firstAccount && owner < this.firstStrategy) cells[this.totalOf(0) + T_GROSS] += gross;
  }

  private settle(slot: number): void {
    const base = this.store.base(slot);
    this.requireMargin(this.store.int32[base + S_ACCOUNT], this.store.int32[base + S_INSTRUMENT]);
    this.checkExact();
    this.end();
  }

  private requireMargin(account: number, instrument: number): void {
    const { cells } = this;
    const row = this.ofAccount(account, instrument);
    marginInput[0] = cells[row + VALUE] - cells[row + SELL_VALUE];
    marginInput[1] = cells[row + VALUE] + cells[row + OPEN_VALUE];
    this.model.require(account, instrument, true);
    cells[this.totalOf(this.firstAccount + account) + T_MARGIN] = marginOutput[0];
  }

  /** The global sums bound all others: beyond 2^53 a unit may be lost, which must not happen in silence. */
  private checkExact(): void {
    const { cells } = this;
    const total = this.totalOf(0);
    const exact =
      cells[total + T_GROSS] <= EXACT &&
      cells[total + T_OPEN_VALUE] <= EXACT &&
      cells[total + T_OPEN_VALUE + 1] <= EXACT &&
      cells[total + T_DAY_VALUE] <= EXACT &&
      cells[total + T_DAY_VALUE + 1] <= EXACT;
    if (!exact) this.store.float64[this.store.counters + Incident.inexact]++;
  }

  private begin(): void {
    storeBeforeStores(this.int32, VERSION, (this.int32[VERSION] + 1) | 0);
  }
  private end(): void {
    storeRelease(this.int32, VERSION, (this.int32[VERSION] + 1) | 0);
  }
}

import { DuplicateWindow } from './duplicate-window.ts';
import { ExecutionThrottle } from './execution-throttle.ts';
import { explainRefusal } from './explain-refusal.ts';
import type { OrderSlots, SlotReflector } from './exposure.ts';
import { ExposureCheck } from './exposure-check.ts';
import { MarketCheck } from './market-check.ts';
import { MessageRate } from './message-rate.ts';
import { SlotField, SlotTime } from './order-layout.ts';
import { OwnOrders } from './own-orders.ts';
import { PriceCheck } from './price-check.ts';
import { RefusalCell, type Refusals, RequestKind } from './refusal.ts';
import { LIMIT_ROW_BITS } from './risk-limits.ts';
import { RefusalReason } from './risk-reason.ts';
import { RequestCell, type RiskParts, RiskRequest } from './risk-request.ts';
import { InstrumentRiskWord, instrumentWords } from './risk-shape.ts';
import { Scope } from './scope.ts';
import { SelfTradeCheck } from './self-trade-check.ts';
import { SideCheck } from './side-check.ts';
import { SizeCheck } from './size-check.ts';
import { isDone, Marking, OrderFlag, OrderState, Side, TimeInForce } from './terms.ts';

// Local names: the compiler folds constants of its own module into the code, but loads imported ones each time.
const { state: STATE, flags: FLAGS, strategy: STRATEGY, account: ACCOUNT, instrument: INSTRUMENT } = SlotField;
const { side: SIDE, marking: MARKING, taken: TAKEN, reservedShares: RESERVED_SHARES, number: NUMBER } = SlotField;
const { shares: SHARES, price4: PRICE4, port: PORT } = SlotField;
const RESERVED_VALUE4 = SlotTime.reservedValue4;
const VALUE4 = RequestCell.value4;
const MORE_VALUE4 = RequestCell.moreValue4;
const PENDING_REPLACE = OrderFlag.pendingReplace;
const LONG = Marking.long;
const SHORT_EXEMPT = Marking.shortExempt;
const BUY = Side.buy;
const IOC = TimeInForce.immediateOrCancel;
const UNUSED = OrderState.none;
const VENUE_WORD = InstrumentRiskWord.venue;
const VENUE_WORDS = InstrumentRiskWord.words;
const { badRequest: BAD_REQUEST, unknownOrder: UNKNOWN_ORDER, alreadyDone: ALREADY_DONE } = RefusalReason;
const REPLACE_PENDING = RefusalReason.replacePending;
const { enter: ENTER, replace: REPLACE, cancel: CANCEL } = RequestKind;
const REQUEST = RefusalCell.request;
const ROW_BITS = LIMIT_ROW_BITS;
const { venue: VENUE_ROW, account: ACCOUNT_ROW, strategy: STRATEGY_ROW } = Scope;

/** What does not fit an int32 would be cut to something that was never asked for. */
function isInt32(value: number): boolean {
  return (value | 0) === value;
}

/** Asks on behalf of nobody: the operator, the end of day and the kill switch may cancel anyone's order. */
export const ANY_STRATEGY = -1;

/**
 * Pre-trade risk: judges every order and replace before it is sent. Checks change nothing; what has been sent and
 * executed is told by {@link onSent} and {@link onExecuted}, what became of an order by {@link reflect}, by the live
 * gateway and by recovery alike.
 *
 * One instance on the gateway's thread. Set `nowNs[0]` before each call. Everything takes and returns int32s and
 * allocates nothing.
 */
export class Risk implements SlotReflector {
  readonly request: RiskRequest = new RiskRequest();
  readonly own: OwnOrders;
  readonly refusals: Refusals;
  /** The last refusal: {@link RefusalCell}. */
  readonly refusal: Float64Array;
  readonly nowNs: Float64Array;
  private readonly slots: OrderSlots;
  private readonly remaining: Uint8Array;
  private readonly accountOf: Int32Array;
  private readonly instruments: Int32Array;
  private readonly instrumentCount: number;
  private readonly firstVenue: number;
  private readonly firstAccount: number;
  private readonly firstStrategy: number;
  private readonly firstTightest: number;
  private readonly market: MarketCheck;
  private readonly price: PriceCheck;
  private readonly size: SizeCheck;
  private readonly side: SideCheck;
  private readonly selfTrade: SelfTradeCheck;
  private readonly duplicates: DuplicateWindow;
  private readonly exposure: ExposureCheck;
  private readonly executions: ExecutionThrottle;
  private readonly rate: MessageRate;

  constructor(parts: RiskParts) {
    const { request } = this;
    const { rows, tightest } = parts.limits;
    this.slots = parts.slots;
    const remainingPorts = parts.remainingPorts ?? [];
    this.remaining = new Uint8Array(1 + Math.max(-1, ...remainingPorts));
    for (const port of remainingPorts) this.remaining[port] = 1;
    this.refusals = parts.refusals;
    this.refusal = parts.refusals.last;
    this.nowNs = parts.nowNs;
    this.accountOf = Int32Array.from(rows.shape.strategies, ({ account }) => account);
    this.instruments = instrumentWords(rows.shape);
    this.instrumentCount = rows.shape.instruments.length;
    this.firstVenue = rows.firstVenue;
    this.firstAccount = rows.firstAccount;
    this.firstStrategy = rows.firstStrategy;
    this.firstTightest = tightest;
    this.own = new OwnOrders(rows.shape, parts.slots);
    this.market = new MarketCheck(parts, request);
    this.price = new PriceCheck(parts, request);
    this.size = new SizeCheck(parts, request);
    this.side = new SideCheck(parts, request);
    this.selfTrade = new SelfTradeCheck(parts, request, this.own);
    this.duplicates = new DuplicateWindow(parts, request);
    this.exposure = new ExposureCheck(parts, request);
    this.executions = new ExecutionThrottle(parts, request);
    this.rate = new MessageRate(parts, request);
  }

  /**
   * The price at which to send the request that passed last. It is the one asked for, but for an order at the market: that
   * is sent at the collar's price, so that what it can cost is known.
   */
  get price4(): number {
    return this.request.price4;
  }

  /** Judges a new order. @returns a `RefusalReason`; 0 = it may be sent, at {@link price4} */
  checkNew(
    strategy: number,
    account: number,
    instrument: number,
    side: number,
    marking: number,
    shares: number,
    price4: number,
    timeInForce: number,
  ): number {
    const { request } = this;
    request.strategy = strategy | 0;
    request.account = account | 0;
    request.instrument = instrument | 0;
    request.side = side | 0;
    request.marking = marking | 0;
    request.shares = shares | 0;
    request.price4 = price4 | 0;
    request.moreShares = shares | 0;
    request.isNew = 1;
    const whole = isInt32(strategy) && isInt32(account) && isInt32(instrument) && isInt32(shares) && isInt32(price4);
    const reason = whole ? this.judgeNew(timeInForce | 0) : this.refusals.plain(BAD_REQUEST, request.strategy);
    if (reason !== 0) return this.describe(ENTER, 0, shares | 0, price4 | 0, reason);
    return this.refusals.passed((this.firstStrategy + request.strategy) | 0);
  }

  /**
   * Judges a replace: the larger of the two legs counts, for either may trade until the venue has answered.
   * @param strategy who asks; {@link ANY_STRATEGY} for the gateway itself
   * @param shares of the whole chain, executed ones included
   * @returns a `RefusalReason`; 0 = it may be sent, at {@link price4}
   */
  checkReplace(strategy: number, slot: number, shares: number, price4: number): number {
    const { request } = this;
    const owner = this.checkOwner(strategy, slot);
    if (owner !== 0) return this.describe(REPLACE, slot, shares | 0, price4 | 0, owner);
    const { int32 } = this.slots;
    const base = this.slots.base(slot);
    request.strategy = int32[base + STRATEGY];
    request.account = int32[base + ACCOUNT];
    request.instrument = int32[base + INSTRUMENT];
    request.side = int32[base + SIDE];
    request.marking = int32[base + MARKING];
    request.shares = (shares - int32[base + TAKEN]) | 0;
    request.price4 = price4 | 0;
    // Where a replace states what is to remain, all that is open may trade before it arrives, and then that.
    request.moreShares = this.statesRemaining(int32[base + PORT])
      ? request.shares
      : Math.max(0, request.shares - int32[base + RESERVED_SHARES]) | 0;
    request.isNew = 0;
    const whole = isInt32(shares) && isInt32(price4);
    const reason = whole ? this.judgeReplace(base) : this.refusals.plain(BAD_REQUEST, request.strategy);
    if (reason !== 0) return this.describe(REPLACE, slot, shares | 0, price4 | 0, reason);
    return this.refusals.passed((this.firstStrategy + request.strategy) | 0);
  }

  /**
   * Judges a cancel: it makes no risk, so that all that can be wrong is whose order it is and that it is done.
   * @param strategy who asks; {@link ANY_STRATEGY} for the gateway itself
   */
  checkCancel(strategy: number, slot: number): number {
    const reason = this.checkOwner(strategy, slot);
    if (reason !== 0) return this.describe(CANCEL, slot, 0, 0, reason);
    return this.refusals.passed((this.firstStrategy + this.slots.int32[this.slots.base(slot) + STRATEGY]) | 0);
  }

  /** A message about the order of that slot goes out now, the slot holding what it says ({@link RequestKind}). */
  onSent(slot: number, request: number): void {
    const { int32 } = this.slots;
    const base = this.slots.base(slot);
    const strategy = int32[base + STRATEGY];
    const instrument = int32[base + INSTRUMENT];
    this.rate.sentBy(this.venueOf(instrument), int32[base + ACCOUNT], strategy);
    if (request === ENTER) {
      this.duplicates.entered(strategy, instrument, int32[base + SIDE], int32[base + SHARES], int32[base + PRICE4]);
    }
  }

  /** Shares of the order were executed now. */
  onExecuted(slot: number): void {
    const { int32 } = this.slots;
    const base = this.slots.base(slot);
    const instrument = int32[base + INSTRUMENT];
    this.executions.executed(int32[base + STRATEGY], instrument, int32[base + SIDE]);
  }

  /** A slot changed; call it after the ledger's. */
  reflect(slot: number): void {
    this.own.reflect(slot);
  }

  /** Holds a strategy to what makes its positions smaller, or lets it go. */
  setReduceOnly(strategy: number, on: boolean): void {
    this.side.reduceOnly[strategy] = on ? 1 : 0;
  }

  isReduceOnly(strategy: number): boolean {
    return this.side.reduceOnly[strategy] !== 0;
  }

  /** The last refusal in words, with limit, value and bound. Cold. */
  explainRefusal(): string {
    return explainRefusal(this.refusal, this.refusals.limits.rows);
  }

  private judgeNew(timeInForce: number): number {
    const { request } = this;
    const { strategy, account, instrument, side, marking } = request;
    if (
      strategy < 0 ||
      strategy >= this.accountOf.length ||
      instrument < 0 ||
      instrument >= this.instrumentCount ||
      side >>> 1 !== 0 ||
      marking < 0 ||
      marking > SHORT_EXEMPT ||
      (side === BUY && marking !== LONG) ||
      request.shares <= 0 ||
      request.price4 <= 0 ||
      timeInForce < 0 ||
      timeInForce > IOC ||
      this.accountOf[strategy] !== account
    )
      return this.refusals.plain(BAD_REQUEST, strategy);
    const reason = this.judgePrice();
    if (reason !== 0) return reason;
    request.cells[MORE_VALUE4] = request.cells[VALUE4];
    const duplicate = this.duplicates.check();
    if (duplicate !== 0) return duplicate;
    return this.judgeRest();
  }

  private judgeReplace(base: number): number {
    const { request } = this;
    if (request.shares <= 0 || request.price4 <= 0) return this.refusals.plain(BAD_REQUEST, request.strategy);
    if ((this.slots.int32[base + FLAGS] & PENDING_REPLACE) !== 0)
      return this.refusals.plain(REPLACE_PENDING, request.strategy);
    const reason = this.judgePrice();
    if (reason !== 0) return reason;
    // The old leg may trade at its price before the replace arrives, and what the new one adds at the new price; or all of
    // the new one.
    const reserved4 = this.slots.float64[(base >> 1) + RESERVED_VALUE4];
    request.cells[MORE_VALUE4] = Math.max(request.moreShares * request.price4, request.cells[VALUE4] - reserved4);
    return this.judgeRest();
  }

  /** Market, price and size: what an order is by itself. */
  private judgePrice(): number {
    const { request } = this;
    request.venue = this.venueOf(request.instrument);
    const row = (this.firstTightest + Math.imul(request.strategy, this.instrumentCount) + request.instrument) | 0;
    request.tightest = row << ROW_BITS;
    request.rows[VENUE_ROW] = (this.firstVenue + request.venue) | 0;
    request.rows[ACCOUNT_ROW] = (this.firstAccount + request.account) | 0;
    request.rows[STRATEGY_ROW] = (this.firstStrategy + request.strategy) | 0;
    const market = this.market.check();
    if (market !== 0) return market;
    const price = this.price.check();
    if (price !== 0) return price;
    request.cells[VALUE4] = request.shares * request.price4;
    return this.size.check();
  }

  /** What it comes to beside everything else. */
  private judgeRest(): number {
    const side = this.side.check();
    if (side !== 0) return side;
    const met = this.selfTrade.check();
    if (met !== 0) return met;
    const exposed = this.exposure.check();
    if (exposed !== 0) return exposed;
    const repeated = this.executions.check();
    if (repeated !== 0) return repeated;
    return this.rate.check();
  }

  /** Orders are changed by the strategy that entered them, and by nobody else's. */
  private checkOwner(strategy: number, slot: number): number {
    const { request } = this;
    request.strategy = strategy;
    request.account = -1;
    request.instrument = -1;
    request.side = 0;
    if (slot < 0 || slot >= this.slots.maxOrders) return this.refusals.plain(UNKNOWN_ORDER, strategy);
    const { int32 } = this.slots;
    const base = this.slots.base(slot);
    const state = int32[base + STATE];
    if (state === UNUSED || (strategy !== ANY_STRATEGY && int32[base + STRATEGY] !== strategy))
      return this.refusals.plain(UNKNOWN_ORDER, strategy);
    request.strategy = int32[base + STRATEGY];
    request.account = int32[base + ACCOUNT];
    request.instrument = int32[base + INSTRUMENT];
    request.side = int32[base + SIDE];
    return isDone(state) ? this.refusals.plain(ALREADY_DONE, request.strategy) : 0;
  }

  private statesRemaining(port: number): boolean {
    return port < this.remaining.length && this.remaining[port] !== 0;
  }

  private venueOf(instrument: number): number {
    return this.instruments[Math.imul(instrument, VENUE_WORDS) + VENUE_WORD];
  }

  /** Writes who asked for what beside the refusal. */
  private describe(kind: number, slot: number, shares: number, price4: number, reason: number): number {
    const { request, refusal } = this;
    const known = kind !== ENTER && slot >= 0 && slot < this.slots.maxOrders;
    refusal[REQUEST] = kind;
    refusal[RefusalCell.number] = known ? this.slots.int32[this.slots.base(slot) + NUMBER] : 0;
    refusal[RefusalCell.strategy] = request.strategy;
    refusal[RefusalCell.account] = request.account;
    refusal[RefusalCell.instrument] = request.instrument;
    refusal[RefusalCell.side] = request.side;
    refusal[RefusalCell.shares] = shares;
    refusal[RefusalCell.price4] = price4;
    return reason;
  }
}
